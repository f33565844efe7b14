"""JSON as it goes over the wire, both ways."""

import json

import msgspec
import orjson


def encoded(data: object) -> bytes:
    """JSON with orjson; msgspec for what it refuses: integers of more than 64 bits. Halves of
    surrogate pairs, which errors may quote, are question marks."""
    try:
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)
    except TypeError:
        pass
    try:
        return msgspec.json.encode(data, enc_hook=str)
    except UnicodeEncodeError:
        return msgspec.json.encode(_encodable(data), enc_hook=str)


def _encodable(data: object) -> object:
    match data:
        case dict():
            return {_encodable(key): _encodable(value) for key, value in data.items()}
        case list():
            return [_encodable(item) for item in data]
        case str():
            return data.encode(errors="replace").decode()
    return data


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
