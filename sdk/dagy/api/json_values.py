"""The types of JSON, exactly for type checkers (see json_values.pyi).

msgspec reads annotations at run time and cannot follow an alias that holds itself.
"""

from typing import Any

JSONValue = Any
JSONInput = Any
