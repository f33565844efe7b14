"""Runs a graph: one thread decides, a pool of threads and forked children work.

Every method but cancel() and acknowledge() runs in the thread that called run()."""

import itertools
import os
import random
import time
from collections import deque
from collections.abc import Callable

import msgspec

from dagy.retries import delay_seconds
from dagy.runner.attempt import Done, Failed, Interrupted, Job, Outcome, execute
from dagy.runner.capture import clean
from dagy.runner.clockwork import Clockwork
from dagy.runner.ending import Ending, HandedBackError, finished, give_up
from dagy.runner.execution import Execution
from dagy.runner.expansion import children, only
from dagy.runner.faults import error_info, stopped_itself, told
from dagy.runner.graph import Graph, Instance, Node
from dagy.runner.host import Host
from dagy.runner.isolation import Isolation
from dagy.runner.lookup import Found, Missed, look_up
from dagy.runner.notices import Notices
from dagy.runner.pool import Pool
from dagy.runner.protocol import (
    ErrorInfo,
    Log,
    RunFinished,
    TaskCached,
    TaskFailed,
    TaskMapped,
    TaskRetrying,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
    TaskTimedOut,
)
from dagy.runner.resolve import UnresolvedError, is_truthy, resolve
from dagy.runner.slots import Slots
from dagy.runner.store import Stored, adopt, from_result, store
from dagy.states import State
from dagy.values import join_list

# How long a stopping run waits for threads to notice; the process ends after it anyway. Those that
# did get the grace time of their task.
NOTICE_SECONDS = 1.0
# Behind the grace time, in which what is isolated is killed: time to hear of it.
_KILLED_SECONDS = 1.0
# What still works is looked at so often, beside when it ends.
_LOOK_SECONDS = 0.1


class Scheduler:
    def __init__(
        self,
        execution: Execution,
        host: Host,
        *,
        isolation: Isolation | None = None,
        uniform: Callable[[], float] = random.random,
        on_memory_error: Callable[[], None] | None = None,
    ) -> None:
        self.execution = execution
        self.host = host
        self.graph = Graph(execution.traced.spec)
        self.pool = Pool()
        self.notices = Notices(execution, host, self.pool)
        self.clock = Clockwork()
        self.ending: Ending | None = None
        self.first_failure: tuple[str, ErrorInfo] | None = None
        self._by_signal = False
        self._isolation = isolation
        self._uniform = uniform
        self._on_memory_error = on_memory_error
        workers = execution.max_workers
        self._threads = Slots(workers)
        self._processes = Slots(1 if workers == 1 else max(workers, os.cpu_count() or 1))
        self._working: set[Instance] = set()
        self._arrived: deque[Node] = deque()
        self._launching: list[Instance] = []
        self._sync_numbers = itertools.count(1)
        self._unconfirmed: dict[int, Instance] = {}

    def cancel(self, reason: str, *, hands_back: bool = False) -> None:
        """From any thread."""
        error = ErrorInfo(code="CANCELLED", message=reason)
        ending = Ending(State.CANCELLED, reason, error, hands_back=hands_back)
        self.clock.post(lambda: self._stop(ending))

    def stop_by_signal(self) -> None:
        """From a signal handler."""
        self._by_signal = True
        self.cancel("its process was told to stop", hands_back=True)

    def acknowledge(self, sync_id: int) -> None:
        """From any thread."""
        self.clock.post(lambda: self._confirmed(sync_id))

    def log(self, event: Log) -> None:
        """From any thread."""
        if self.notices.log(event):
            self.clock.post(self.notices.woken)

    def run(self) -> RunFinished:
        """Executes everything; the caller emits what it returns. Raises HandedBackError."""
        if self._isolation:
            self._isolation.listen(self.log, self.host)
        self.notices.flow_running()
        self._begin()
        while self.graph.unfinished and not self.ending:
            self._advance()
            if self.graph.unfinished and not self.ending:
                self.host.flush()
                self.clock.step()
        self._wind_up()
        if self.ending and self.ending.hands_back:
            raise HandedBackError(by_signal=self._by_signal)
        return self.notices.flow_finished(finished(self.execution, self.graph, self))

    def _begin(self) -> None:
        limit = self.execution.timeout_seconds
        if limit is not None:
            self.clock.after(limit, lambda: self._stop(Ending.timed_out(limit)))
        self._arrived.extend(self.graph.roots())
        for key, node in self.graph.nodes.items():
            reused = self.execution.request.reuse.get(key)
            if reused is not None:
                node.stored = from_result(reused)
                self._arrived.extend(self.graph.finish(node, State.SUCCEEDED))

    def _advance(self) -> None:
        """Brings every node that waits for nothing to a queue, and starts what has a slot."""
        while self._arrived and not self.ending:
            node = self._arrived.popleft()
            if not node.state.is_terminal:
                self._arrive(node)
        for slots in (self._threads, self._processes):
            while not self.ending and (instance := slots.take()):
                self._start(instance)
        if self._launching and not self.ending:
            # The host must know what starts before the task can end this process.
            self.host.flush()
            for instance in self._launching:
                self._launch(instance)
            self._launching.clear()

    def _arrive(self, node: Node) -> None:
        reason = self.graph.skip_reason(node)
        try:
            if reason is None and not self._conditions_hold(node):
                reason = "its condition is false"
            if reason is not None:
                self.host.emit(TaskSkipped(key=node.key, reason=reason))
                self._finish(node, State.SKIPPED)
                return
            self._expand(node)
        except (UnresolvedError, msgspec.ValidationError) as error:
            info = error_info(error, code="BAD_PARAMETER")
            self._failed_node(node, msgspec.structs.replace(info, traceback=None, where=None))

    def _conditions_hold(self, node: Node) -> bool:
        parameters, result = self.execution.parameters, self.graph.result
        reader = self.execution.readers.condition
        return all(is_truthy(each, parameters, result, reader(each)) for each in node.spec.when)

    def _expand(self, node: Node) -> None:
        """Queues the one instance of a task, or the children of a mapped one."""
        inputs = {
            name: resolve(binding, self.execution.parameters, self.graph.result)
            for name, binding in node.spec.inputs.items()
        }
        if not node.is_mapped:
            node.instances = [only(node, inputs)]
        else:
            node.expanded_at = time.monotonic()
            node.instances = children(node, inputs, self.execution.request)
            self.host.emit(TaskMapped(key=node.key, count=len(node.instances)))
        waiting = [each for each in node.instances if not each.state.is_terminal]
        node.open = len(waiting)
        for instance in waiting:
            self._queue(instance)
        if not waiting:
            self._close_map(node)

    def _slots(self, instance: Instance) -> Slots:
        return self._processes if instance.node.spec.is_isolated else self._threads

    def _queue(self, instance: Instance) -> None:
        instance.state = State.PENDING
        self._slots(instance).add(instance)

    def _start(self, instance: Instance) -> None:
        self._working.add(instance)
        if instance.node.spec.cache_key and not instance.looked_up:
            self.pool.submit(lambda: self._look_up(instance), name=instance.key)
            return
        instance.state = State.RUNNING
        attempt, index = instance.job.attempt, instance.index
        self.host.emit(TaskStarted(key=instance.key, attempt=attempt, map_index=index))
        self._launching.append(instance)

    def _launch(self, instance: Instance) -> None:
        job = instance.job
        if instance.node.spec.is_isolated:
            assert self._isolation is not None
            self._isolation.run(
                job, self.clock, lambda outcome: self._settle(instance, outcome, None)
            )
        else:
            self.pool.submit(lambda: self._execute(instance, job), name=instance.key)

    def _execute(self, instance: Instance, job: Job) -> None:
        """In a thread of the pool."""
        outcome, stored = execute(
            self.execution, job, self.log, on_memory_error=self._on_memory_error
        )
        self.clock.post(lambda: self._settle(instance, outcome, stored))

    def _look_up(self, instance: Instance) -> None:
        """In a thread of the pool."""
        answer = look_up(self.execution, instance.job, self.host)
        self.clock.post(lambda: self._looked_up(instance, answer))

    def _looked_up(self, instance: Instance, answer: Found | Missed | Failed) -> None:
        if isinstance(answer, Failed):
            self._settle(instance, answer, None)
            return
        instance.looked_up, instance.cache_key = True, answer.cache_key
        if isinstance(answer, Found):
            self._release(instance)
            instance.stored = answer.stored
            result = answer.stored.result()
            self.host.emit(TaskCached(key=instance.key, result=result, cache_key=answer.cache_key))
            self._completed(instance, State.CACHED)
        elif self.ending:
            self._release(instance)
        else:
            self._start(instance)

    def _release(self, instance: Instance) -> None:
        self._working.discard(instance)
        self._slots(instance).release(instance)

    def _settle(self, instance: Instance, outcome: Outcome, stored: Stored | None) -> None:
        self._release(instance)
        match outcome:
            case Done():
                instance.stored = stored or adopt(outcome.result, self.execution.request.spool_dir)
                self._succeeded(instance, outcome)
            case Failed() if outcome.can_retry and self._may_retry(instance):
                self._retry(instance, outcome.error)
            case Failed():
                self._failed(instance, outcome.error)
            case Interrupted() if self.ending:
                instance.state = State.PENDING
            case Interrupted():
                self._failed(instance, stopped_itself())

    def _succeeded(self, instance: Instance, outcome: Done) -> None:
        assert instance.stored is not None
        spec = instance.node.spec
        sync_id = next(self._sync_numbers) if spec.checkpoint == "sync" else None
        self.host.emit(
            TaskSucceeded(
                key=instance.key,
                attempt=instance.job.attempt,
                result=instance.stored.result(),
                duration_ms=outcome.duration_ms,
                cache_key=instance.cache_key,
                cache_ttl_seconds=spec.cache_ttl_seconds if instance.cache_key else None,
                sync_id=sync_id,
            )
        )
        self.notices.task(instance, State.SUCCEEDED)
        if sync_id is None or self.ending:
            self._completed(instance, State.SUCCEEDED)
        else:
            self._unconfirmed[sync_id] = instance

    def _confirmed(self, sync_id: int) -> None:
        instance = self._unconfirmed.pop(sync_id, None)
        if instance is not None:
            self._completed(instance, State.SUCCEEDED)

    def _may_retry(self, instance: Instance) -> bool:
        return not self.ending and instance.job.attempt <= instance.node.spec.retry.retries

    def _retry(self, instance: Instance, error: ErrorInfo) -> None:
        attempt = instance.job.attempt
        delay = delay_seconds(instance.node.spec.retry, attempt, self._uniform)
        instance.state = State.RETRYING
        self.host.emit(
            TaskRetrying(key=instance.key, attempt=attempt, error=error, delay_ms=delay * 1000)
        )
        self._tell(instance.key, attempt, error)
        self.notices.task(instance, State.RETRYING, error)
        instance.job = msgspec.structs.replace(instance.job, attempt=attempt + 1)
        if delay:
            self.clock.after(delay, lambda: self._queue(instance))
        else:
            self._queue(instance)

    def _failed(self, instance: Instance, error: ErrorInfo) -> None:
        timed_out = error.code == "TASK_TIMED_OUT"
        state = State.TIMED_OUT if timed_out else State.FAILED
        event = TaskTimedOut if timed_out else TaskFailed
        self.host.emit(event(key=instance.key, attempt=instance.job.attempt, error=error))
        self._tell(instance.key, instance.job.attempt, error)
        self.notices.task(instance, state, error)
        self.first_failure = self.first_failure or (instance.key, error)
        instance.node.error = instance.node.error or error
        self._fail_fast(instance.key, error)
        self._completed(instance, state)

    def _tell(self, key: str, attempt: int, error: ErrorInfo) -> None:
        """The failure as a line of the task's log, whatever else it has printed."""
        message = clean(f"attempt {attempt} failed: {told(error)}")
        self.host.emit(Log(message=message, level="ERROR", key=key, attempt=attempt))

    def _failed_node(self, node: Node, error: ErrorInfo) -> None:
        """A node that fails before or without an attempt of its own."""
        node.error = error
        self.host.emit(TaskFailed(key=node.key, attempt=1, error=error))
        if not node.instances:
            self._tell(node.key, 1, error)
        self.first_failure = self.first_failure or (node.key, error)
        self._finish(node, State.FAILED)
        self._fail_fast(node.key, error)

    def _fail_fast(self, key: str, error: ErrorInfo) -> None:
        if self.execution.fail_fast:
            self._stop(Ending(State.FAILED, f"task {key!r} failed", error, key))

    def _completed(self, instance: Instance, state: State) -> None:
        """An instance is in its terminal state: so is its node, or one more of its children."""
        instance.state = state
        node = instance.node
        if not node.is_mapped:
            node.stored = instance.stored
            self._finish(node, state)
            return
        node.open -= 1
        if node.open == 0:
            self._close_map(node)

    def _close_map(self, node: Node) -> None:
        if node.error is not None:
            self._failed_node(node, node.error)
            return
        items = [each.stored.load() for each in node.instances if each.stored is not None]
        node.stored = store(join_list(items), self.execution.request.spool_dir)
        took_ms = round((time.monotonic() - node.expanded_at) * 1_000, 3)
        self.host.emit(
            TaskSucceeded(key=node.key, attempt=1, result=node.stored.result(), duration_ms=took_ms)
        )
        self._finish(node, State.SUCCEEDED)

    def _finish(self, node: Node, state: State) -> None:
        self._arrived.extend(self.graph.finish(node, state))

    def _stop(self, ending: Ending) -> None:
        """The first reason to end early wins."""
        if self.ending or not self.graph.unfinished:
            return
        self.ending = ending
        self.execution.cancelled = True
        self.clock.clear_timers()
        while self._launching:
            self._release(self._launching.pop())
        self._threads.clear()
        self._processes.clear()
        self.pool.interrupt()
        if self._isolation:
            self._isolation.stop_all()

    def _may_still_stop(self, instance: Instance, start: float) -> bool:
        """Whether the stopping run still waits for it."""
        spec, waited = instance.node.spec, time.monotonic() - start
        if spec.is_isolated:
            return waited < spec.stop_grace_seconds + _KILLED_SECONDS
        if self.pool.has_noticed(instance.key):
            return waited < max(spec.stop_grace_seconds, NOTICE_SECONDS)
        return waited < NOTICE_SECONDS

    def _wind_up(self) -> None:
        start = time.monotonic()
        while self.ending and any(self._may_still_stop(each, start) for each in self._working):
            self.host.flush()
            self.clock.step(until=time.monotonic() + _LOOK_SECONDS)
        if self.ending and not self.ending.hands_back:
            give_up(self.graph, self.ending, self.host)
        self.notices.wait(self.clock, self.host)
        if self._isolation:
            self._isolation.close()
        self.pool.close()
