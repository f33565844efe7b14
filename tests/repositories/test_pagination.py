"""Ids and cursors survive the round trip, and nothing malformed gets further than here."""

from uuid import UUID

import pytest

from dagy_gql.errors import BadUserInput
from dagy_gql.ids import new_id
from dagy_gql.repositories.pagination import (
    NEWEST_FIRST,
    OLDEST_FIRST,
    Page,
    Slice,
    decode_cursor,
    decode_id,
    decode_id_of,
    encode_cursor,
    encode_id,
    small_int,
)

MALFORMED = ["", "x", "!!!", "ключ", "W10", "bnVsbA", "WzVd", "eyJhIjoxfQ", "A" * 5000, "\x00"]


def test_an_id_is_opaque_and_comes_back() -> None:
    key = UUID("01890000-0000-7000-8000-000000000001")
    text = encode_id("Run", key)
    assert text == "UnVuOjAxODkwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMQ=="
    assert decode_id(text) == ("Run", key)


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_id_is_bad_input_of_its_field(text: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        decode_id(text, field="runId")
    assert caught.value.extensions == {"code": "BAD_USER_INPUT", "field": "runId"}


def test_the_id_of_another_type_is_refused() -> None:
    with pytest.raises(BadUserInput, match="is not the id of a Flow"):
        decode_id_of("Flow", encode_id("Run", new_id()))


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_cursor_is_bad_input_of_its_field(text: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        Page.of(10, text)
    assert caught.value.extensions == {"code": "BAD_USER_INPUT", "field": "after"}


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(BadUserInput):
        decode_cursor(encode_cursor(1, 2), (UUID,))
    with pytest.raises(BadUserInput):
        decode_cursor(encode_cursor(2**63), (small_int,))
    assert decode_cursor(encode_cursor(7, "a"), (small_int, str)) == (7, "a")


@pytest.mark.parametrize(
    ("first", "last", "field"), [(101, None, "first"), (-1, None, "first"), (None, 101, "last")]
)
def test_page_sizes_have_limits(first: int | None, last: int | None, field: str) -> None:
    with pytest.raises(BadUserInput) as caught:
        Page.of(first, last=last)
    assert caught.value.extensions["field"] == field


def test_first_and_last_together_are_refused() -> None:
    with pytest.raises(BadUserInput, match="not both"):
        Page.of(1, last=1)


def test_backward_pages_come_in_list_order() -> None:
    page = Page.of(last=2)
    rows: list[object] = [3, 2, 1]
    cut = Slice.cut(rows, page, OLDEST_FIRST)  # type: ignore[arg-type]  # rows are opaque here
    assert (cut.rows, cut.has_next, cut.has_previous) == ([2, 3], False, True)


def test_orders_flip_for_backward_pages() -> None:
    assert NEWEST_FIRST.by(backward=False) == "id DESC"
    assert NEWEST_FIRST.by(backward=True) == "id ASC"
