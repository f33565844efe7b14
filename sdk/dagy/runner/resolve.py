"""Bindings to JSON text, from the parameters and the results so far."""

from collections.abc import Callable

from dagy.runner.readers import Reader
from dagy.spec import Binding, ConstBinding, DictBinding, ListBinding, ParamBinding, TaskBinding
from dagy.values import encode, join_dict, join_list, walk

Results = Callable[[str], bytes]


class UnresolvedError(LookupError):
    """A path of a binding is not in the value it points into."""


def resolve(binding: Binding, parameters: dict[str, bytes], results: Results) -> bytes:
    match binding:
        case TaskBinding(key=key, path=path):
            return _walk(results(key), path, f"the result of task {key!r}")
        case ParamBinding(name=name, path=path):
            return _walk(parameters[name], path, f"parameter {name!r}")
        case ConstBinding(value=value):
            return encode(value)
        case ListBinding(items=items):
            return join_list([resolve(item, parameters, results) for item in items])
        case DictBinding(items=named):
            return join_dict(
                {name: resolve(item, parameters, results) for name, item in named.items()}
            )


def is_truthy(
    binding: Binding, parameters: dict[str, bytes], results: Results, reader: Reader
) -> bool:
    """Of what was returned, not of its JSON form: the text "0" is true, Decimal("0") is not."""
    return bool(reader.decode(resolve(binding, parameters, results)))


def _walk(data: bytes, path: list[str | int], what: str) -> bytes:
    if not path:
        return data
    try:
        return walk(data, path)
    except LookupError as error:
        where = "".join(f"[{step!r}]" for step in path)
        raise UnresolvedError(f"{what} has no {where}: {error.args[0]}") from error
