"""The load, in a process of its own: `python -m benchmarks.load JOB`, samples come out as JSON.

It tells its own CPU seconds, so that nobody has to believe that it did not eat the machine.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import uvloop

from benchmarks.wire import Caller, Listener, Server, listening

TRIGGER = "mutation T($input: TriggerRunInput!) { triggerRun(input: $input) { run { id } } }"
EVENTS = "subscription E($id: ID!) { runEvents(runId: $id) { type runState taskKey taskState } }"
CHANGES = "subscription R($filter: RunFilter) { runs(filter: $filter) { state sequence } }"
ENDED = """query Q($filter: RunFilter, $first: Int) {
  runs(filter: $filter, first: $first) { nodes { state queuedAt startedAt } } }"""

BURST = 50
_SETTLED_SECONDS = 0.3
_GIVE_UP_SECONDS = 60.0


async def latency(server: Server, *, deployments: list[str]) -> list[float]:
    """Milliseconds from sending triggerRun to the terminal event, one run per deployment named."""
    caller = await Caller.open(server)
    async with listening(server) as listener:
        return [await _one_run(caller, listener, deployment) for deployment in deployments]


async def _one_run(caller: Caller, listener: Listener, deployment: str) -> float:
    began = time.perf_counter()
    run_id = await _trigger(caller, deployment)
    events = [data["runEvents"] async for data in listener.subscribe(EVENTS, {"id": run_id})]
    took = time.perf_counter() - began
    if events[-1]["type"] != "RUN_FINISHED" or events[-1]["runState"] != "SUCCEEDED":
        raise RuntimeError(f"a run of {deployment} ended with {events[-1]}")
    return took * 1000


async def bursts(server: Server, *, deployment: str, count: int) -> list[float]:
    """Runs per second of `count` bursts after one that warms up, seen on the subscription."""
    callers = [await Caller.open(server) for _ in range(BURST)]
    async with listening(server) as listener:
        filter_ = {"deploymentName": deployment, "state": ["SUCCEEDED"]}
        changes = listener.subscribe(CHANGES, {"filter": filter_})
        succeeded: asyncio.Queue[None] = asyncio.Queue()
        watching = asyncio.create_task(_count(changes, succeeded))
        await asyncio.sleep(_SETTLED_SECONDS)
        rates = [await _burst(callers, deployment, succeeded) for _ in range(count + 1)]
        watching.cancel()
    await _all_succeeded(callers[0], deployment, BURST * (count + 1))
    return rates[1:]


async def _burst(callers: list[Caller], deployment: str, succeeded: asyncio.Queue[None]) -> float:
    began = time.perf_counter()
    async with asyncio.timeout(_GIVE_UP_SECONDS):
        await asyncio.gather(*(_trigger(caller, deployment) for caller in callers))
        for _ in callers:
            await succeeded.get()
    took = time.perf_counter() - began
    await asyncio.sleep(_SETTLED_SECONDS)
    return len(callers) / took


async def _count(changes: Any, succeeded: asyncio.Queue[None]) -> None:
    async for change in changes:
        if change["runs"]["state"] == "SUCCEEDED":
            succeeded.put_nowait(None)


async def _all_succeeded(caller: Caller, deployment: str, count: int) -> None:
    """The API says so too, of the newest 100."""
    states = Counter(node["state"] for node in (await _newest(caller, deployment))[:count])
    if states != {"SUCCEEDED": min(count, 100)}:
        raise RuntimeError(f"the newest runs of {deployment} are {dict(states)}")


async def pick_ups(
    server: Server, *, deployment: str, count: int, pause_seconds: float
) -> list[float]:
    """Milliseconds from queued to picked up of the newest `count` (at most 100) runs."""
    caller = await Caller.open(server)
    for _ in range(count):
        await _trigger(caller, deployment)
        await asyncio.sleep(pause_seconds)
    await asyncio.sleep(_SETTLED_SECONDS)
    await _all_succeeded(caller, deployment, count)
    return [_waited_ms(node) for node in (await _newest(caller, deployment))[:count]]


def _waited_ms(run: dict[str, Any]) -> float:
    queued, started = (datetime.fromisoformat(run[name]) for name in ("queuedAt", "startedAt"))
    return (started - queued).total_seconds() * 1000


async def _trigger(caller: Caller, deployment: str) -> str:
    data = await caller.call(TRIGGER, {"input": {"deploymentName": deployment}})
    return str(data["triggerRun"]["run"]["id"])


async def _newest(caller: Caller, deployment: str) -> list[dict[str, Any]]:
    variables = {"filter": {"deploymentName": deployment}, "first": 100}
    nodes: list[dict[str, Any]] = (await caller.call(ENDED, variables))["runs"]["nodes"]
    return nodes


_SCENARIOS: dict[str, Callable[..., Awaitable[list[float]]]] = {
    "latency": latency,
    "bursts": bursts,
    "pick_ups": pick_ups,
}


async def main(job: dict[str, Any]) -> None:
    server = Server(job["url"], job["token"])
    samples = await _SCENARIOS[job["scenario"]](server, **job["arguments"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"samples": samples, "cpu_seconds": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    uvloop.run(main(json.loads(sys.argv[1])))
