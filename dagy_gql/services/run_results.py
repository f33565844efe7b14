"""Results as they are stored: {"value": …} or {"ref": …}, with "masked" where one held a secret."""

from typing import Any


def shown(result: Any) -> Any:
    """The value; for one that is too large to keep in the row, {"ref": {…}}."""
    return result["value"] if isinstance(result, dict) and "value" in result else result
