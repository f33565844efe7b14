"""JSON on stdout and stderr that every reader can parse, whatever the encoding of the terminal."""

import codecs
import json
import re
import sys
from typing import Any, TextIO

import click

_SURROGATES = re.compile("[\ud800-\udfff]")


def write_json(value: Any, *, indent: int | None = None, err: bool = False) -> None:
    """One document of plain values: UTF-8 where the terminal has it, else ASCII with escapes.

    Half a surrogate pair, which no encoding can hold, is always escaped.
    """
    stream = sys.stderr if err else sys.stdout
    text = json.dumps(value, indent=indent, ensure_ascii=not is_utf8(stream))
    click.echo(_SURROGATES.sub(_escaped, text).encode("utf-8"), err=err)


def is_utf8(stream: TextIO) -> bool:
    try:
        return codecs.lookup(stream.encoding).name == "utf-8"
    except (AttributeError, LookupError, TypeError):
        return False


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
