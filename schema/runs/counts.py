"""How many runs are in a state."""

from dagy_gql.enums import RunState as StoredRunState
from schema.enums import RunState
from schema.fields import field, object_type


@object_type(description="How many runs are in a state.")
class StateCount:
    state: RunState
    count: int
    is_capped: bool = field(description="There are more: counting stopped.")


@object_type(description="How many runs match, by state.")
class RunCounts:
    states: list[StateCount] = field(
        at_most=len(StoredRunState), description="Every state, those that no run is in included."
    )
    total: int = field(description="The sum of the counts.")
    is_capped: bool = field(description="There are more: counting stopped in a state.")
