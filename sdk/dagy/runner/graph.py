"""The graph of one run and its rules: who is ready, who is skipped. No I/O, no threads."""

import msgspec

from dagy.runner.attempt import Job
from dagy.runner.protocol import ErrorInfo
from dagy.runner.store import NULL, Stored
from dagy.spec import FlowSpec, TaskSpec, sources
from dagy.states import State

_BLOCKS = frozenset({State.FAILED, State.TIMED_OUT, State.SKIPPED, State.CANCELLED})


class Instance(msgspec.Struct, eq=False):
    """What is executed: a plain task ("load") or one child of a mapped one ("load[3]")."""

    key: str
    node: "Node"
    job: Job
    index: int | None = None
    state: State = State.PENDING
    stored: Stored | None = None
    cache_key: str | None = None
    looked_up: bool = False


class Node(msgspec.Struct, eq=False):
    """A task of the spec. `open` counts dependencies, later children, that are not finished;
    `expanded_at` (time.monotonic) is when a mapped task was spread over its items."""

    spec: TaskSpec
    open: int = 0
    state: State = State.PENDING
    stored: Stored | None = None
    error: ErrorInfo | None = None
    instances: list[Instance] = []
    expanded_at: float = 0.0
    dependents: list["Node"] = []

    @property
    def key(self) -> str:
        return self.spec.key

    @property
    def is_mapped(self) -> bool:
        return bool(self.spec.map_inputs)


class Graph:
    def __init__(self, spec: FlowSpec) -> None:
        self.nodes = {task.key: Node(task, open=len(task.depends_on)) for task in spec.tasks}
        for node in self.nodes.values():
            for key in node.spec.depends_on:
                self.nodes[key].dependents.append(node)
        self.unfinished = len(self.nodes)

    def roots(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.open == 0]

    def finish(self, node: Node, state: State) -> list[Node]:
        """Sets a terminal state; returns the nodes that have now all their dependencies."""
        node.state = state
        self.unfinished -= 1
        ready = []
        for dependent in node.dependents:
            dependent.open -= 1
            if dependent.open == 0:
                ready.append(dependent)
        return ready

    def result(self, key: str) -> bytes:
        """JSON of a finished task; null for one that was skipped."""
        return (self.nodes[key].stored or NULL).load()

    def skip_reason(self, node: Node) -> str | None:
        """Why a node whose dependencies are all finished cannot run, or None."""
        for key in _condition_sources(node.spec):
            if self.nodes[key].state in _BLOCKS:
                return f"its condition {key!r} {_words(self.nodes[key].state)}"
        for key in node.spec.depends_on:
            state = self.nodes[key].state
            if state in _BLOCKS and not (node.spec.accepts_skipped and state is State.SKIPPED):
                return f"upstream {key!r} {_words(state)}"
        return None

    def is_lost(self, node: Node) -> bool:
        """True for a pending node that would be skipped anyway because an upstream failed."""
        states = [self.nodes[key].state for key in node.spec.depends_on]
        return any(state in _BLOCKS and state is not State.CANCELLED for state in states)

    def failures(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.state.is_failure]


def _condition_sources(spec: TaskSpec) -> list[str]:
    """Tasks that only a condition reads; a data input keeps the rule of data inputs."""
    data = {key for binding in spec.inputs.values() for key in sources(binding)}
    return [key for binding in spec.when for key in sources(binding) if key not in data]


def _words(state: State) -> str:
    return {
        State.FAILED: "failed",
        State.TIMED_OUT: "timed out",
        State.SKIPPED: "was skipped",
        State.CANCELLED: "was cancelled",
    }[state]
