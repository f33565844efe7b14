"""JSON as it goes over the wire, both ways."""

import json

import msgspec
import orjson


def encoded(data: object) -> bytes:
    """JSON with orjson; msgspec for what it refuses: integers of more than 64 bits."""
    try:
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)
    except TypeError:
        return msgspec.json.encode(data, enc_hook=str)


def decoded(data: str | bytes) -> object:
    """Raises json.JSONDecodeError for whatever is not JSON; integers keep every digit."""
    try:
        return json.loads(data, parse_constant=_refuse_constant)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise json.JSONDecodeError(str(error), "", 0) from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
