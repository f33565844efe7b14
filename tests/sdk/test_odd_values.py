"""Whatever an honest flow says, its host can take: long, odd and broken texts are shortened or
refused where they are made."""

import pytest

from dagy import save_artifact, task
from dagy.cache_keys import full_key
from dagy.context import RunContext, current
from dagy.errors import ArtifactError, DagyError, ResultNotSerialisableError, TraceError
from dagy.masking import Masker
from dagy.names import is_media_type
from dagy.retries import delay_seconds, policy
from dagy.runner.faults import error_info, told
from dagy.runner.protocol import CacheGet, Log, RunFinished, line
from dagy.runner.untrusted import events
from dagy.spec import MAX_SECONDS
from dagy.values import check_depth, encode, is_deeper


class Text(str):
    def __str__(self) -> str:
        return self


class Odd(DagyError):
    code = 7  # type: ignore[assignment]

    def __init__(self, message: object, hint: object = None, where: object = None) -> None:
        Exception.__init__(self, message)
        self.message = message  # type: ignore[assignment]
        self.hint = hint  # type: ignore[assignment]
        self.where = where


@pytest.mark.parametrize(
    "error",
    [
        ValueError("m" * 50_000_000),
        ValueError("\x00\ud800"),
        ValueError(Text("a subclass")),
        type("E" * 50_000, (ValueError,), {})("x"),
        Odd(None),
        Odd(b"bytes", hint=3, where=4),
        Odd("x" * 100_000, hint="\ud800" * 50_000, where="\x00" * 50_000),
        ExceptionGroup("g" * 50_000, [ValueError("m" * 50_000)] * 50),
    ],
    ids=lambda error: type(error).__name__[:20],
)
def test_the_host_takes_any_error(error: Exception) -> None:
    info = error_info(error)

    sent = [RunFinished(state="FAILED", error=info), Log(message=told(info))]

    assert events([line(each)[:-1] for each in sent], Masker()) == sent
    assert len(info.message.encode()) <= 8192


@pytest.mark.parametrize("text", ["x" * 5_000, "a\x00b", "\ud800", "\ud800" * 300, "two\nlines"])
def test_the_host_takes_any_cache_key(text: str) -> None:
    key = full_key(scope=("flow",), text=text, typed=b"1")

    asked = CacheGet(request_id=1, cache_key=key)

    assert events([line(asked)[:-1]], Masker()) == [asked]
    assert key != full_key(scope=("flow",), text=text, typed=b"2")


def nested(depth: int) -> object:
    value: object = 1
    for level in range(depth):
        value = [value] if level % 2 else {'[]{\\"': value}
    return value


def test_results_are_nested_at_most_200_levels() -> None:
    assert check_depth(encode(nested(200))) == encode(nested(200))
    with pytest.raises(ResultNotSerialisableError, match="nested deeper than 200 levels"):
        check_depth(encode(nested(201)))


def test_brackets_in_texts_are_not_levels() -> None:
    data = encode(["[" * 500 + '"]\\"' * 500, {"{{{": "\\"}])
    assert not is_deeper(data, 2)
    assert is_deeper(data, 1)


@pytest.mark.parametrize(
    "content_type", ["x" * 100_000, "html", "text/html; x=\u20ac", "a/b\r\nX: y"]
)
def test_a_type_that_is_none_is_refused_where_it_is_given(content_type: str) -> None:
    context = RunContext(
        run_id="", run_slug="", flow="", version=None, attempt=1, spool_dir="/none"
    )
    token = current.set(context)
    try:
        with pytest.raises(ArtifactError, match="is not a media type"):
            save_artifact("a.txt", "x", content_type=content_type)
    finally:
        current.reset(token)


@pytest.mark.parametrize(
    "text", ["text/html", "text/html; charset=utf-8", 'a/b;x="y z"', "application/vnd.a+json"]
)
def test_media_types_may_have_parameters(text: str) -> None:
    assert is_media_type(text)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "n" * 201}, "more than 200 characters"),
        ({"cache_key": "k", "cache_ttl_seconds": 1e300}, "cache_ttl"),
        ({"cache_key": "k", "cache_ttl_seconds": float("nan")}, "cache_ttl"),
        ({"retries": 1, "retry_delay_seconds": 1e300}, "a delay is at most"),
        ({"retries": 1, "retry_delay_seconds": float("nan")}, "a delay is at most"),
        ({"retries": 2**40}, "retries"),
    ],
)
def test_what_could_not_be_stored_is_refused_where_it_is_written(
    options: dict[str, object], said: str
) -> None:
    with pytest.raises(TraceError, match=said):
        task(**options)(lambda: None)  # type: ignore[call-overload]


def test_jitter_does_not_make_a_delay_endless() -> None:
    retry = policy(1, MAX_SECONDS, 1e300)
    assert delay_seconds(retry, 1, lambda: 1.0) == MAX_SECONDS
