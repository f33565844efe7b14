"""Takes secret values out of what leaves a process: text, JSON values, bytes of files.

A value is found raw and in the forms in which programs usually pass it on: base64 (also inside a
longer base64 text), URL-encoded, JSON-, HTML-, repr- and shell-escaped, hexadecimal; of a value of
several lines each line by itself too. Values below MIN_LENGTH characters are not looked for: they
would take every second word with them.
"""

import base64
import html
import itertools
import json
import re
import shlex
import string
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec

MASK = "***"
MIN_LENGTH = 4
# A line of a longer value that is shorter says little, and is found everywhere: "}", "-----".
MIN_LINE_LENGTH = 8
# base64.encodebytes and MIME break lines after 76 characters, PEM after 64.
_WRAPS = (76, 64)
_BASE64 = frozenset(string.ascii_letters + string.digits + "+/-_")
_BEFORE, _BEHIND = 1, 2
# Of each form the hint keeps so many letters.
_TELLING = 4
# In less than this a pattern finds sooner than the hints do.
_SHORT_BYTES = 2000
# What an encoder may leave as it is, beside letters and digits: nothing, paths, JavaScript's
# encodeURIComponent and encodeURI.
_URL_SAFE = ("", "/", "!'()*", ";,/?:@&=+$!*'()#")
# How HTML writes quotes.
_DOUBLE_QUOTES = ('"', "&quot;", "&#34;", "&#x22;")
_SINGLE_QUOTES = ("'", "&#x27;", "&#39;", "&apos;")
# Letters of log lines and JSON by how rare they are, rarest last; all others are rarer.
_FREQUENT = b'" etaoinsr0l1d2u:-,ch.mpg3456789fybwkvTZ{}[]xjqz'


class Masker:
    """Knows values and takes them out. Adding one is for any thread; it costs 0.2 ms."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: frozenset[str] = frozenset()
        self._forms: _Forms | None = None
        for value in values:
            self.add(value)

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return self._forms is not None

    @property
    def values(self) -> frozenset[str]:
        return self._values

    @property
    def longest(self) -> int:
        """The most characters that a form of a value has."""
        return 0 if self._forms is None else self._forms.longest

    def add(self, value: str) -> None:
        if len(value.strip()) >= MIN_LENGTH and value not in self._values:
            self._values |= {value}
            self._forms = _Forms(self._values)

    def text(self, text: str) -> str:
        return text if self._forms is None else self._forms.mask(text)

    def finds(self, data: bytes) -> bool:
        """Whether bytes of any kind, JSON among them, hold a value."""
        return self._forms is not None and self._forms.find(data)

    def value(self, value: Any) -> Any:
        """A JSON value with its texts and keys, and numbers that read like a value, masked."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(key)): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            shown = repr(value)
            return MASK if self.text(shown) != shown else value
        return value

    def json(self, data: bytes) -> bytes:
        """A JSON text, masked; the same object where there is nothing to mask."""
        if not self.finds(data):
            return data
        return msgspec.json.encode(self.value(msgspec.json.decode(data)))


class _Forms:
    """The forms of some values, looked for through a hint that costs a tenth of them.

    Most letters, the frequent ones, are struck out of a text and of the forms alike: where the
    rest of a form is not in the little that is left of the text, the form is not in the text.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._edges: dict[str, int] = {}
        for value in values:
            for form, edge in forms(value):
                self._edges.setdefault(form, edge)
        self.longest = max(map(len, self._edges)) + 2
        written = {each for form in self._edges for each in (_bytes(form), _json_form(form))}
        self._struck_out = bytes(set(range(256)) - _telling_letters(written))
        self._by_hint: dict[bytes, list[bytes]] = {}
        for each in written:
            self._by_hint.setdefault(self._hint(each), []).append(each)
        self._written = sorted(written, key=len, reverse=True)

    @cached_property
    def _in_text(self) -> re.Pattern[str]:
        # Longest first: of two forms that begin alike, the whole one is taken.
        longest_first = sorted(self._edges, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)))

    @cached_property
    def _in_bytes(self) -> re.Pattern[bytes]:
        return re.compile(b"|".join(map(re.escape, self._written)))

    def _hint(self, data: bytes) -> bytes:
        return data.translate(None, self._struck_out)

    def find(self, data: bytes) -> bool:
        if len(data) < _SHORT_BYTES:
            return self._in_bytes.search(data) is not None
        left = self._hint(data)
        return any(
            form in data for hint, found in self._by_hint.items() if hint in left for form in found
        )

    def mask(self, text: str) -> str:
        if len(text) >= _SHORT_BYTES and not self.find(_bytes(text)):
            return text
        pieces, end = [], 0
        for found in self._in_text.finditer(text):
            start, stop = self._reach(found, text)
            pieces += [text[end:start], MASK]
            end = stop
        return "".join([*pieces, text[end:]])

    def _reach(self, found: re.Match[str], text: str) -> tuple[int, int]:
        """Where the form begins and ends together with the letters that hold some bits of it."""
        edge = self._edges[found[0]]
        start, stop = found.span()
        if edge & _BEFORE and start and text[start - 1] in _BASE64:
            start -= 1
        if edge & _BEHIND:
            stop += text[stop : stop + 1] in _BASE64
            while text[stop : stop + 1] == "=":
                stop += 1
        return start, stop


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _json_form(text: str) -> bytes:
    """As it stands in JSON that msgspec writes."""
    return msgspec.json.encode(_bytes(text).decode(errors="replace"))[1:-1]


def _telling_letters(found: Iterable[bytes]) -> set[int]:
    """Few letters, rare ones, of which each form has some."""
    kept: set[int] = set()
    for form in sorted(found, key=lambda each: max(map(_rarity, each))):
        rare = sorted(set(form), key=_rarity)
        while rare and sum(letter in kept for letter in form) < _TELLING:
            kept.add(rare.pop())
    return kept


def _rarity(letter: int) -> int:
    return _FREQUENT.find(letter) % 256


def forms(value: str) -> Iterator[tuple[str, int]]:
    """Every form of a value, and on which sides the letters beside it belong to it."""
    for part in _parts(value):
        for form in _plain_forms(part):
            if len(form) >= MIN_LENGTH:
                yield form, 0
        yield from _base64_forms(part.encode("utf-8", "surrogatepass"))


def _parts(value: str) -> list[str]:
    """The value, the value without white space around it, and its longer lines."""
    lines = [line.strip() for line in value.splitlines()]
    longer = [line for line in lines if len(line) >= MIN_LINE_LENGTH]
    return list(dict.fromkeys([value, value.strip(), *longer]))


def _plain_forms(value: str) -> Iterator[str]:
    data = value.encode("utf-8", "surrogatepass")
    yield value
    for safe in _URL_SAFE:
        yield from _either_case(quote(data, safe=safe))
    yield from _either_case(quote_plus(data))
    for is_ascii in (True, False):
        escaped = _inner(json.dumps(value, ensure_ascii=is_ascii))
        yield escaped
        yield escaped.replace("/", "\\/")
        # A JSON text inside a JSON text, as in a log line of a request's body.
        yield _inner(json.dumps(escaped, ensure_ascii=is_ascii))
    yield _inner(repr(value))
    yield _inner(repr(data)[1:])
    inner = html.escape(value, quote=False)
    for double, single in itertools.product(_DOUBLE_QUOTES, _SINGLE_QUOTES):
        yield inner.replace('"', double).replace("'", single)
    yield _inner(shlex.quote(value)) if "'" in value else value
    yield data.hex()
    yield data.hex().upper()


def _inner(quoted: str) -> str:
    return quoted[1:-1]


def _either_case(encoded: str) -> tuple[str, str]:
    """%2F and %2f."""
    return encoded, re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)


def _base64_forms(data: bytes) -> Iterator[tuple[str, int]]:
    """What of the value's base64 does not depend on what stands before and after it."""
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + data).decode()
        core = encoded[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
        edge = _BEHIND | (_BEFORE if offset else 0)
        for form in (core, core.replace("+", "-").replace("/", "_")):
            if len(form) >= MIN_LENGTH:
                yield form, edge
    whole = base64.b64encode(data).decode()
    for width in _WRAPS:
        if len(whole) > width:
            for start in range(0, len(whole), width):
                piece = whole[start : start + width]
                if len(piece) >= MIN_LINE_LENGTH:
                    yield piece, 0


# What this process was given: it masks whatever leaves it.
known = Masker()
