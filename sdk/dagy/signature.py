"""What a function takes: names, types, defaults, and the JSON Schema of a flow's parameters."""

import inspect
import typing
from collections.abc import Callable, Mapping
from datetime import datetime, time
from pathlib import PurePath
from types import UnionType
from typing import Annotated, Any, Union

import msgspec

from dagy.annotations import field_orders
from dagy.errors import BadParameterError, ResultNotSerialisableError, TraceError
from dagy.ordered import in_order
from dagy.schemas import finished
from dagy.values import convert, decoder, encode, fault, lost, round_trip

_EMPTY = inspect.Parameter.empty
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class Argument(msgspec.Struct, frozen=True):
    name: str
    kind: Any
    annotation: Any
    default: Any

    @property
    def is_required(self) -> bool:
        return self.default is _EMPTY and self.kind in _NAMED


class Signature:
    """The arguments of a user's function, with annotations resolved where they can be."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.plain = inspect.signature(function)
        hints = _hints(function)
        self.arguments = {
            name: Argument(name, each.kind, hints.get(name, Any), each.default)
            for name, each in self.plain.parameters.items()
        }
        self.returns = hints.get("return", Any)

    def bind(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments by name, `*args` as a list; raises TypeError as a call would."""
        bound = self.plain.bind(*args, **kwargs).arguments
        star = inspect.Parameter.VAR_POSITIONAL
        return {
            name: list(each) if self.arguments[name].kind is star else each
            for name, each in bound.items()
        }

    def call(self, function: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
        """Calls with arguments by name, in any order; `*args` and `**kwargs` are spread again."""
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for name in (each for each in self.arguments if each in arguments):
            kind, value = self.arguments[name].kind, arguments[name]
            if kind is inspect.Parameter.VAR_POSITIONAL:
                positional.extend(value)
            elif kind is inspect.Parameter.VAR_KEYWORD:
                named.update(value)
            elif kind is inspect.Parameter.POSITIONAL_ONLY or self._stands_before_star(name):
                positional.append(value)
            else:
                named[name] = value
        return function(*positional, **named)

    def _stands_before_star(self, name: str) -> bool:
        """With `*args` behind it, an argument cannot be given by name."""
        kinds = {each.kind for each in self.arguments.values()}
        return (
            inspect.Parameter.VAR_POSITIONAL in kinds
            and self.arguments[name].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        )

    def can_call_by_name(self) -> bool:
        return all(each.kind in _NAMED for each in self.arguments.values())

    def annotation(self, name: str) -> Any:
        """The type of one argument's whole value."""
        argument = self.arguments[name]
        if argument.kind is inspect.Parameter.VAR_POSITIONAL:
            return list[argument.annotation]  # type: ignore[name-defined]  # a type made at run time
        if argument.kind is inspect.Parameter.VAR_KEYWORD:
            return dict[str, argument.annotation]  # type: ignore[name-defined]  # as above
        return argument.annotation

    def decoder(self, name: str, *, owner: str) -> msgspec.json.Decoder[Any] | None:
        """None when the argument takes anything."""
        annotation = self.annotation(name)
        if annotation is Any:
            return None
        try:
            return decoder(annotation)
        except TypeError as error:
            raise TraceError(
                f"the type of argument {name!r} of {owner} cannot be checked: {error}",
                hint="change the annotation, or set validate_parameters=False",
            ) from error


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Names that exist only for type checkers do not resolve; then the good ones are kept."""
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # an annotation may be any expression
        found = {}
        space = {
            **getattr(function, "__globals__", {}),
            **inspect.getclosurevars(function).nonlocals,
        }
        for name, hint in getattr(function, "__annotations__", {}).items():
            try:
                found[name] = eval(hint, space) if isinstance(hint, str) else hint  # noqa: S307  # the user's own annotation
            except Exception:  # unresolved: the argument takes anything
                found[name] = Any
        return found


def _schema_hook(kind: type) -> dict[str, Any]:
    if hasattr(kind, "model_json_schema"):
        return _model_schema(kind)
    if isinstance(kind, type) and issubclass(kind, PurePath):
        return {"type": "string", "format": "path"}
    raise NotImplementedError(kind)


def _model_schema(kind: Any) -> dict[str, Any]:
    try:
        schema: dict[str, Any] = kind.model_json_schema()
    except Exception as error:  # of pydantic, which may not be installed here
        raise TypeError(f"{kind.__name__}: {error}") from error
    return schema


_FORMATS = {datetime: "date-time", time: "time"}


def _with_formats(annotation: Any) -> Any:
    """msgspec leaves the format away when a zone is optional; people who fill forms need it."""
    if isinstance(annotation, type) and annotation in _FORMATS:
        return Annotated[
            annotation, msgspec.Meta(extra_json_schema={"format": _FORMATS[annotation]})
        ]
    origin, args = typing.get_origin(annotation), typing.get_args(annotation)
    inner = tuple(_with_formats(each) for each in args) if _is_plain(origin) else args
    if inner == args:
        return annotation
    return Union[inner] if origin in _UNIONS else origin[inner]  # noqa: UP007  # made at run time


_UNIONS = (Union, UnionType)


def _is_plain(origin: Any) -> bool:
    return origin in _UNIONS or origin in (list, dict, set, tuple)


def check_flow_kind(function: Callable[..., Any], flow: str, *, where: str) -> None:
    """The body of a flow is called once; neither a coroutine nor a generator records anything."""
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise TraceError(
            f"flow {flow!r} is async: a flow cannot be async, its tasks can",
            hint="write `def` and call the tasks without `await`: tasks that do not need each "
            "other run at the same time",
            where=where,
        )
    if inspect.isgeneratorfunction(function):
        raise TraceError(
            f"flow {flow!r} is a generator: a flow cannot `yield`",
            hint="return the outputs of its tasks; task.map(items) runs a task for each item",
            where=where,
        )


def check_flow_signature(signature: Signature, flow: str) -> None:
    for each in signature.arguments.values():
        if each.kind not in _NAMED:
            raise TraceError(
                f"parameter {each.name!r} of flow {flow!r} has no fixed name",
                hint="a flow takes named parameters only, no *args, **kwargs or `/`",
            )


def parameters_schema(signature: Signature, flow: str) -> dict[str, Any]:
    """JSON Schema of an object with the flow's parameters; all definitions under its $defs, and
    every object with `x-order`, the names of its fields in the order of the code."""
    arguments = list(signature.arguments.values())
    types = [_with_formats(each.annotation) for each in arguments]
    try:
        schemas, definitions = msgspec.json.schema_components(
            types, schema_hook=_schema_hook, ref_template="#/$defs/{name}"
        )
    except TypeError as error:
        raise TraceError(
            f"a parameter of flow {flow!r} has a type that JSON Schema cannot say: {error}",
            hint="use JSON types, dataclasses, TypedDict, Enum, datetime or unions of them",
        ) from error
    properties = {
        each.name: dict(schema) | _default(each, flow)
        for each, schema in zip(arguments, schemas, strict=True)
    }
    document: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": [each.name for each in arguments if each.is_required],
        "additionalProperties": False,
    }
    return finished(document, definitions, field_orders(types))


def _default(argument: Argument, flow: str) -> dict[str, Any]:
    if argument.default is _EMPTY:
        return {}
    what = f"default of {argument.name!r}"
    try:
        missed = lost(argument.default, argument.annotation, what=what, who="a run")
        if missed is not None:
            raise TraceError(f"flow {flow!r}: {missed[0]}", hint=missed[1])
        return {"default": round_trip(in_order(argument.default), what=what)}
    except ResultNotSerialisableError as error:
        raise TraceError(
            f"flow {flow!r}: {error.message}",
            hint="use a default that JSON can hold, or None and decide inside a task",
        ) from error


def bind_parameters(
    signature: Signature, given: Mapping[str, Any], *, flow: str, strict: bool = True
) -> dict[str, Any]:
    """Parameters as the annotations want them, defaults applied; raises BadParameterError.

    `strict=False` also reads numbers and booleans from text (command line, forms)."""
    unknown = [name for name in given if name not in signature.arguments]
    if unknown:
        known = ", ".join(signature.arguments) or "none"
        raise BadParameterError(
            unknown[0], f"flow {flow!r} has no such parameter (it has: {known})"
        )
    bound = {}
    for name, argument in signature.arguments.items():
        if name in given:
            bound[name] = _bind_one(argument, given[name], strict)
        elif argument.is_required:
            raise BadParameterError(
                name, f"flow {flow!r} needs this parameter and it was not given"
            )
        else:
            bound[name] = argument.default
    return bound


def _bind_one(argument: Argument, value: Any, strict: bool) -> Any:
    try:
        missed = lost(value, argument.annotation, what=argument.name, who="the flow")
        if missed is not None:
            raise BadParameterError(argument.name, missed[0], hint=missed[1])
        return convert(round_trip(value, what=argument.name), argument.annotation, strict=strict)
    except msgspec.ValidationError as error:
        path, message = fault(error)
        raise BadParameterError(argument.name + path, message) from error
    except ResultNotSerialisableError as error:
        raise BadParameterError(argument.name, error.message, hint=error.hint) from error


def encode_parameters(bound: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: encode(value, what=name) for name, value in bound.items()}
