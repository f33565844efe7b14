"""Tables as files: CSV that no spreadsheet calculates, or JSON lines."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import orjson

# What a spreadsheet takes for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        return "text/csv; charset=utf-8" if self is Format.CSV else "application/jsonl"

    def head(self, columns: Iterable[str]) -> bytes:
        return csv_lines([columns]) if self is Format.CSV else b""

    def lines(self, documents: Sequence[Mapping[str, Any]]) -> bytes:
        """All documents have the same keys, in the order of `head`."""
        if self is Format.CSV:
            return csv_lines(document.values() for document in documents)
        return b"".join(orjson.dumps(document) + b"\n" for document in documents)


def cell(value: Any) -> str:
    """A value as a cell that no spreadsheet calculates."""
    if value is None:
        return ""
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(rows: Iterable[Iterable[Any]]) -> bytes:
    """As RFC 4180 has it."""
    text = io.StringIO()
    csv.writer(text).writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()
