"""Which states follow which. Pure."""

from dagy_gql.enums import RunState
from dagy_gql.errors import IllegalTransition

_ENDINGS = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED, RunState.TIMED_OUT})

# RUNNING -> QUEUED is a crashed attempt that is tried again. A run that is being cancelled may
# still end by itself first.
RUN_TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.CANCELLED}),
    RunState.RUNNING: _ENDINGS | {RunState.CANCELLING, RunState.CRASHED, RunState.QUEUED},
    RunState.CANCELLING: _ENDINGS,
    RunState.SUCCEEDED: frozenset(),
    RunState.FAILED: frozenset(),
    RunState.CANCELLED: frozenset(),
    RunState.CRASHED: frozenset(),
    RunState.TIMED_OUT: frozenset(),
}


def check(current: RunState, to: RunState) -> None:
    """Raises IllegalTransition."""
    if to not in RUN_TRANSITIONS[current]:
        raise IllegalTransition(f"A run that is {current} cannot become {to}.")
