"""dagy.spec: the document and its checks."""

import jsonschema
import pytest

from dagy.errors import SpecError
from dagy.spec import (
    ConstBinding,
    DictBinding,
    FlowSpec,
    ListBinding,
    ParamBinding,
    TaskBinding,
    TaskSpec,
    sources,
)


def spec(*tasks: TaskSpec, **changes: object) -> FlowSpec:
    given = {"name": "f", "entrypoint": "a.py:f", "parameters": {}, "tasks": list(tasks)}
    return FlowSpec(**{**given, **changes})  # type: ignore[arg-type]


def task(key: str, *after: str, **changes: object) -> TaskSpec:
    given = {"key": key, "name": key, "function": key, "depends_on": list(after)}
    return TaskSpec(**{**given, **changes})  # type: ignore[arg-type]


def test_a_document_survives_encoding_and_decoding():
    inputs = {
        "a": ListBinding(items=[ConstBinding(value={"x": [1, None]})]),
        "b": DictBinding(items={"k": TaskBinding(key="a", path=["rows", 0])}),
        "c": ParamBinding(name="day", path=["year"]),
    }
    parameters = {"type": "object", "properties": {"day": {"type": "object"}}}
    document = spec(task("a"), task("b", "a", inputs=inputs), parameters=parameters)
    assert FlowSpec.decode(document.encode()) == document
    assert FlowSpec.decode(document.to_dict()) == document
    assert document.to_dict()["tasks"][1]["inputs"]["b"] == {
        "kind": "dict",
        "items": {"k": {"kind": "task", "key": "a", "path": ["rows", 0]}},
    }


def test_the_hash_does_not_depend_on_the_order_of_mappings():
    one = spec(task("a"), tags={"x": "1", "y": "2"})
    other = spec(task("a"), tags={"y": "2", "x": "1"})
    assert one.sha256 == other.sha256
    assert len(one.sha256) == 64


def test_the_json_schema_accepts_a_document_and_refuses_a_wrong_one():
    schema = FlowSpec.json_schema()
    jsonschema.validate(spec(task("a")).to_dict(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**spec(task("a")).to_dict(), "tasks": 3}, schema)


def test_sources_are_in_order_and_unique():
    binding = ListBinding(
        items=[TaskBinding(key="b"), DictBinding(items={"x": TaskBinding(key="a")})]
    )
    assert sources(ListBinding(items=[binding, TaskBinding(key="b")])) == ["b", "a"]


@pytest.mark.parametrize(
    ("document", "path", "message"),
    [
        (spec(task("a"), spec_version=2), "spec_version", "version 2 is not known"),
        (spec(), "tasks", "at least one task"),
        (spec(task("a"), name=""), "name", "must not be empty"),
        (spec(task("a"), task("a")), "tasks[1].key", "duplicate task key 'a'"),
        (spec(task("a[0]")), "tasks[0].key", "'a[0]' is not a task key"),
        (spec(task("a", "zz")), "tasks[0].depends_on[0]", "unknown task 'zz'"),
        (spec(task("a", "b"), task("b", "a")), "tasks[0].depends_on", "cycle a -> b -> a"),
        (spec(task("a", "a")), "tasks[0].depends_on", "cycle a -> a"),
        (spec(task("a", "b"), task("b")), "tasks[0].depends_on", "'b' comes later"),
        (spec(task("a", map_inputs=["x"])), "tasks[0].map_inputs", "'x' is not an input"),
        (spec(task("a", checkpoint="no")), "tasks[0].checkpoint", "not batched or sync"),
        (
            spec(task("a", inputs={"x": TaskBinding(key="b")}), task("b")),
            "tasks[0].inputs.x",
            "'b' is not in depends_on",
        ),
        (
            spec(task("a", inputs={"x": ParamBinding(name="n")})),
            "tasks[0].inputs.x",
            "unknown parameter 'n'",
        ),
        (spec(task("a"), output=TaskBinding(key="b")), "output", "unknown task 'b'"),
    ],
)
def test_a_wrong_document_is_refused_with_its_path(document: FlowSpec, path: str, message: str):
    with pytest.raises(SpecError) as caught:
        FlowSpec.decode(document.encode())
    assert caught.value.path == path
    assert message in caught.value.message


def test_wrong_types_and_unknown_fields_are_refused_with_their_path():
    good = spec(task("a")).to_dict()
    with pytest.raises(SpecError, match="unknown field `extra`") as caught:
        FlowSpec.decode({**good, "tasks": [{**good["tasks"][0], "extra": 1}]})
    assert caught.value.path == "tasks[0]"
    with pytest.raises(SpecError) as caught:
        FlowSpec.decode({**good, "tasks": [{**good["tasks"][0], "key": 3}]})
    assert caught.value.path == "tasks[0].key"
    with pytest.raises(SpecError, match="not valid JSON"):
        FlowSpec.decode(b"{")
