"""Masking: which forms of a value are found, what is left alone, and what it costs."""

import base64
import html
import json
import random
import re
import shlex
import string
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import msgspec
import pytest

from dagy.masking import MASK, Masker

PLAIN = "hunter2-correct-horse"
HARD = "p@ss/w\"o'rd <&>+é\\x ß☃ 100%"
KEY = "\n".join(["-----BEGIN KEY-----", *["aB3/" * 16] * 4, "x=", "-----END KEY-----"])

DISGUISES: dict[str, Callable[[str], str]] = {
    "raw": lambda value: value,
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 without padding": lambda value: base64.b64encode(value.encode()).decode().rstrip("="),
    "url-safe base64": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
    "inside base64, 1 before": lambda value: base64.b64encode(f"u{value}:x".encode()).decode(),
    "inside base64, 2 before": lambda value: base64.b64encode(f"us{value}yz".encode()).decode(),
    "inside base64, 3 before": lambda value: base64.b64encode(f"me:{value}x".encode()).decode(),
    "quote": quote,
    "quote all": lambda value: quote(value, safe=""),
    "quote plus": quote_plus,
    "lower case percent": lambda value: re.sub(
        "%..", lambda match: match[0].lower(), quote(value, safe="")
    ),
    "json": lambda value: json.dumps(value),
    "json unicode": lambda value: json.dumps(value, ensure_ascii=False),
    "json with escaped slashes": lambda value: json.dumps(value).replace("/", "\\/"),
    "json in json": lambda value: json.dumps({"body": json.dumps({"token": value})}),
    "repr": repr,
    "repr of bytes": lambda value: repr(value.encode()),
    "html": html.escape,
    "html with numbers": lambda value: html.escape(value).replace("&#x27;", "&#39;"),
    "shell": shlex.quote,
    "hex": lambda value: value.encode().hex(),
    "upper case hex": lambda value: value.encode().hex().upper(),
}


@pytest.mark.parametrize("name", DISGUISES)
@pytest.mark.parametrize("value", [PLAIN, HARD])
def test_a_disguised_value_is_masked(value: str, name: str) -> None:
    disguised = DISGUISES[name](value)
    masker = Masker(["another-value", value])

    masked = masker.text(f"before {disguised} after")

    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert MASK in masked
    assert all(each(value) not in masked for each in DISGUISES.values())
    assert masker.finds(disguised.encode())
    assert masker.finds(msgspec.json.encode({"message": disguised}))
    assert not masker.finds(masked.encode())


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "user:"])
@pytest.mark.parametrize("after", ["", "z", "yz", "xyz"])
def test_no_bits_of_a_value_are_left_in_a_base64_text_around_it(before: str, after: str) -> None:
    """Two values give the same masked text: then it tells nothing of either."""
    masked = {
        Masker([value]).text(base64.b64encode(f"{before}{value}{after}".encode()).decode())
        for value in ("alpha-secret-1", "omega+hidden_9")
    }
    assert len(masked) == 1


def test_lines_of_a_long_value_are_masked_one_by_one() -> None:
    masker = Masker([KEY])
    assert masker.text("aB3/" * 16) == MASK
    assert masker.text("-----END KEY-----") == MASK
    # Too short to be told from other text.
    assert masker.text("x=") == "x="
    wrapped = base64.encodebytes(KEY.encode()).decode()
    whole_lines = wrapped.splitlines()[:-1]
    assert [masker.text(line) for line in whole_lines] == [MASK] * len(whole_lines)


def test_white_space_around_a_value_does_not_hide_it() -> None:
    assert Masker(["\n topsecret \n"]).text("it is topsecret.") == "it is ***."


@pytest.mark.parametrize("value", ["", " ", "abc", "  abc  ", "\n\n\n\n\n"])
def test_an_empty_or_very_short_value_masks_nothing(value: str) -> None:
    masker = Masker([value])
    assert not masker
    assert masker.text("abc and  more\n\n\n\n\n\n") == "abc and  more\n\n\n\n\n\n"
    assert not masker.finds(b"abc")


def test_several_values_are_masked_each_the_longest_first() -> None:
    masker = Masker(["token", "token-and-more"])
    assert masker.text("token-and-more token token-and") == "*** *** ***-and"


def test_keys_texts_and_numbers_of_a_json_value_are_masked() -> None:
    masker = Masker(["4711001", "top-secret"])
    value = {"top-secret": [1, "a top-secret b", {"pin": 4711001, "half": 4711}], "ok": True}
    assert masker.value(value) == {MASK: [1, "a *** b", {"pin": MASK, "half": 4711}], "ok": True}
    data = msgspec.json.encode(value)
    assert json.loads(masker.json(data)) == masker.value(value)
    untouched = b'{"a":1}'
    assert masker.json(untouched) is untouched


def test_an_escape_before_a_value_stays_valid_json() -> None:
    data = msgspec.json.encode({"text": "line\nnothing-to-see"})
    assert json.loads(Masker(["nothing-to-see"]).json(data)) == {"text": "line\n***"}


def test_random_values_are_found_in_long_and_short_texts_alike() -> None:
    chance = random.Random(7)
    letters = string.printable + "äß☃𝄞"
    for _ in range(150):
        value = "".join(chance.choices(letters, k=chance.randint(6, 40))).strip() + "Q"
        masker = Masker([value])
        disguised = chance.choice([DISGUISES[name] for name in ("raw", "hex", "quote all", "json")])
        for filler in ("", "nothing of interest here. " * 200):
            text = f"{filler}{disguised(value)}{filler}"
            assert masker.finds(text.encode()), (value, text)
            assert masker.text(text) == f"{filler}{MASK}{filler}" or MASK in masker.text(text)
            assert value not in masker.text(text)


def test_looking_at_a_batch_costs_little() -> None:
    """0.6 µs a line with five values; ten times as much would mean that the hints do nothing."""
    masker = Masker([PLAIN, HARD, *(f"sk_live_{number:032x}" for number in (3**60, 5**50, 7**40))])
    lines = [
        msgspec.json.encode({"type": "log", "message": f"INFO batch {number} took {number} ms"})
        for number in range(5000)
    ]
    batch = b"\n".join(lines)
    masker.finds(batch)

    began = time.process_time()
    for _ in range(5):
        assert not masker.finds(batch)
    assert (time.process_time() - began) / (5 * len(lines)) < 6e-6
