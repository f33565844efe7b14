"""What changed between two JSON values."""

from typing import Any

import pytest

from dagy_gql.services.value_changes import ABSENT, ChangeKind, ValueChange, changes

ADDED, REMOVED, CHANGED = ChangeKind


def found(before: Any, after: Any) -> list[tuple[str, ChangeKind, Any, Any]]:
    return [
        (each.path, each.kind, each.before, each.after) for each in changes(before, after).found
    ]


@pytest.mark.parametrize(
    "value", [None, 1, 1.5, "a", True, [], {}, [1, {"a": None}], {"a": [{"b": 1}]}]
)
def test_equal_values_have_no_changes(value: Any) -> None:
    assert found(value, value) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (1, 2, [("$", CHANGED, 1, 2)]),
        (1, 1.0, []),
        (1, True, [("$", CHANGED, 1, True)]),
        (0, False, [("$", CHANGED, 0, False)]),
        (None, 0, [("$", CHANGED, None, 0)]),
        ({"a": 1}, {"a": 2}, [("$.a", CHANGED, 1, 2)]),
        ({"a": 1}, {}, [("$.a", REMOVED, 1, None)]),
        ({}, {"a": None}, [("$.a", ADDED, None, None)]),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, [("$.a.b.c", CHANGED, 1, 2)]),
        ({"a": [1, 2, 3]}, {"a": [1, 5]}, [
            ("$.a[1]", CHANGED, 2, 5),
            ("$.a[2]", REMOVED, 3, None),
        ]),
        ([{"n": 1}], [{"n": 1}, {"n": 2}], [("$[1]", ADDED, None, {"n": 2})]),
        ({"a": [1]}, {"a": {"0": 1}}, [("$.a", CHANGED, [1], {"0": 1})]),
        ({"a b": 1}, {"a b": 2}, [('$["a b"]', CHANGED, 1, 2)]),
        ({'q"\\': 1}, {}, [('$["q\\"\\\\"]', REMOVED, 1, None)]),
        ({"z": 1, "old": 2}, {"new": 3, "z": 4}, [
            ("$.new", ADDED, None, 3),
            ("$.z", CHANGED, 1, 4),
            ("$.old", REMOVED, 2, None),
        ]),
        (ABSENT, {"a": 1}, [("$", ADDED, None, {"a": 1})]),
        ({"a": 1}, ABSENT, [("$", REMOVED, {"a": 1}, None)]),
        (ABSENT, ABSENT, []),
        ({"k": "***"}, {"k": "***"}, []),
    ],
)  # fmt: skip
def test_each_change_has_its_place(before: Any, after: Any, expected: Any) -> None:
    assert found(before, after) == expected


def test_only_so_many_changes_are_listed() -> None:
    before, after = {"a": list(range(500))}, {"a": list(range(1, 501))}
    assert len(changes(before, after).found) == 500
    assert changes(before, after).is_truncated is False
    more = changes({"a": list(range(501))}, {"a": list(range(1, 502))})
    assert (len(more.found), more.is_truncated) == (500, True)
    assert changes([1, 2], [2, 3], most=1).found == (ValueChange("$[0]", CHANGED, 1, 2),)


def test_what_is_nested_very_deep_is_compared_as_a_whole() -> None:
    before: Any = 1
    after: Any = 2
    for _ in range(900):
        before, after = [before], [after]
    (change,) = changes(before, after).found
    assert change.path == "$" + "[0]" * 64
