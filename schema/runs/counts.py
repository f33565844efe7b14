"""How many runs are in a state."""

from schema.enums import RunState
from schema.fields import field, object_type


@object_type(description="How many runs are in a state.")
class StateCount:
    state: RunState
    count: int
    is_capped: bool = field(description="There are more: counting stopped.")
