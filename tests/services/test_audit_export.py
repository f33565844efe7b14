"""CSV that no spreadsheet calculates, and pieces that join."""

from typing import Any
from uuid import UUID

import pytest

from dagy_gql import db
from dagy_gql.auth import actor as actors
from dagy_gql.repositories.audit import AuditFilter
from dagy_gql.runtime import Runtime
from dagy_gql.services import audit, audit_export
from dagy_gql.services.tables import Format, cell, csv_lines

ACTOR = actors.system(UUID(int=7))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (7, "7"),
        ("a=b", "a=b"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ({"a": "=1"}, '{"a":"=1"}'),
    ],
)
def test_no_cell_is_a_formula(value: Any, text: str) -> None:
    assert cell(value) == text


def test_what_separates_cells_is_quoted() -> None:
    line = csv_lines([["a,b", 'say "x"', "two\nlines", "ü"]])
    assert line.decode() == '"a,b","say ""x""","two\nlines",ü\r\n'


@pytest.mark.parametrize("format_", list(Format))
async def test_pieces_join_and_end_where_the_log_ended(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch, format_: Format
) -> None:
    monkeypatch.setattr(audit_export, "_CHUNK", 3)
    async with db.transaction():
        for number in range(7):
            audit.note(ACTOR, "thing.touch", "Thing", None, name=f"thing-{number}")
    pieces = await audit_export.export(rt, ACTOR, AuditFilter(), format_=format_)
    found = [piece.decode() async for piece in pieces]
    names = [[line.count("thing-") for line in piece.splitlines()] for piece in found]
    header = [[0]] if format_ is Format.CSV else []
    assert names == [*header, [1, 1, 1], [1, 1, 1], [1]]
    assert [f"thing-{number}" in "".join(found) for number in range(8)] == [True] * 7 + [False]
