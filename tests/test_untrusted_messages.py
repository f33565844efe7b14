"""What a runner says is read like a request from the internet: whatever is taken can be stored and
answered, and whatever cannot is refused with one kind of error."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from dagy.masking import Masker
from dagy.runner.protocol import (
    ArtifactSaved,
    CacheGet,
    ErrorInfo,
    Event,
    Log,
    Ref,
    Result,
    RunFinished,
    SecretGet,
    TaskCached,
    TaskCancelled,
    TaskFailed,
    TaskMapped,
    TaskRetrying,
    TaskSkipped,
    TaskStarted,
    TaskSucceeded,
    TaskTimedOut,
    line,
)
from dagy.runner.untrusted import EVENT_LIMIT_BYTES, BoundedLines, GarbledError, events, report
from dagy_gql.enums import RunState
from dagy_gql.services.transitions import table
from dagy_gql.services.transitions.folding import Folded, Folder, Plan
from schema.encoding import encoded

TASKS = {"load": "Load", "save": "Save"}
PLAN = Plan(TASKS, {"load": 0, "save": 1})
NOBODY = Masker()
SECRET = Masker(["hunter2-hunter2"])
ERROR = ErrorInfo(
    code="TASK_FAILED", message="no", type="ValueError", traceback="Traceback", where="f.py:3"
)
NESTED = '{"a":' * 100 + "[" * 99 + "1" + "]" * 99 + "}" * 100
HONEST: list[Event] = [
    TaskStarted(key="load", attempt=1),
    TaskStarted(key="load[3]", attempt=2, map_index=3),
    TaskMapped(key="load", count=3),
    TaskSucceeded(
        key="load[3]",
        attempt=1,
        result=Result(value={"a": [1, "hunter2-hunter2", None]}),
        duration_ms=1.5,
        cache_key="f:load:1",
        cache_ttl_seconds=60.0,
        sync_id=3,
    ),
    TaskSucceeded(
        key="load",
        attempt=1,
        result=Result(ref=Ref(path="/spool/x", size_bytes=9, sha256="0" * 64)),
        duration_ms=0.0,
    ),
    TaskSucceeded(
        key="load", attempt=1, result=Result(value=msgspec.Raw(NESTED.encode())), duration_ms=0.0
    ),
    TaskCached(key="save", result=Result(value=2**70), cache_key="k"),
    TaskRetrying(key="load", attempt=1, error=ERROR, delay_ms=250.0),
    TaskFailed(key="load", attempt=1, error=ERROR),
    TaskTimedOut(key="load", attempt=1, error=ERROR),
    TaskSkipped(key="save", reason="upstream 'load' failed"),
    TaskCancelled(key="save", reason="the run was cancelled"),
    Log(message="hello \x00 \u20ac", key="load", attempt=1),
    ArtifactSaved(
        name="a.html", content_type="text/html", path="/spool/a", size_bytes=1, sha256="0" * 64
    ),
    CacheGet(request_id=1, cache_key="k"),
    SecretGet(request_id=1, name="TOKEN"),
    RunFinished(state="SUCCEEDED", result=Result(value=[1.5e300])),
    RunFinished(state="FAILED", error=ERROR, task_key="load"),
]
# Each stands for some value of an honest message.
VALUES = [
    "null", "true", "-1", "0", "1e308", "-1e308", "1e-300", "1e999", str(2**31), str(2**63),
    str(2**70), "9" * 5000, '""', '"\\u0000"', '"\\ud800"', '"a\\nb"', '"load"', '"load[0]"',
    '"load[2147483648]"', '"load[\\u0663]"', '"load[-1]"', '"load[1][2]"', '"load["', '"]load"',
    '"other"', f'"{"k" * 301}"', f'"{"x" * 70_000}"', '"../../etc/passwd"', '"text/html; x=\u20ac"',
    '"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', '"2025-01-01T00:00:00"',
    '"1969-12-31T23:59:59Z"', '"2026-11-30T00:00:00.123456789+05:30"', "[]", "{}",
    "[" * 300 + "]" * 300, "[" * 5000 + "]" * 5000, '{"a":' * 250 + "1" + "}" * 250,
    '{"\\u0000":"\\u0000"}', '{"a":1,"a":2}',
    '{"value":1,"ref":{"path":"/etc/passwd","size_bytes":-1,"sha256":"0"}}', '"RUNNING"', '"LOUD"',
]  # fmt: skip
BYTES = [b"\xff", b"\xed\xa0\x80", b"\x00", b'"', b"[", b"{", b"\\", b",", b"\r", b"\xe2\x82\xac"]


def places(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a document whose value can be replaced: its container and its key."""
    for key, value in list(document.items() if isinstance(document, dict) else enumerate(document)):
        yield document, key
        if isinstance(value, dict | list):
            yield from places(value)


def mutated(chance: random.Random) -> bytes:
    """An honest message that somebody may have tampered with."""
    document = msgspec.json.decode(line(chance.choice(HONEST)))
    found = list(places(document))
    for container, key in chance.sample(found, k=min(len(found), chance.randint(0, 2))):
        container[key] = "@@"
    data = msgspec.json.encode(document)
    while b'"@@"' in data:
        data = data.replace(b'"@@"', chance.choice(VALUES).encode(), 1)
    if chance.random() < 0.2:
        at = chance.randrange(len(data))
        data = data[:at] + chance.choice(BYTES) + data[at + chance.randint(0, 3) :]
    return data


def taken(data: bytes, known: Masker = NOBODY) -> list[Event] | None:
    """None where it is refused."""
    try:
        return events(BoundedLines().feed(data + b"\n"), known, TASKS.keys())
    except GarbledError as error:
        check_refusal(error.error)
        return None


def check_refusal(error: ErrorInfo) -> None:
    assert error.code == "PROTOCOL_BROKEN"
    assert len(error.message) < 1000
    encoded(msgspec.to_builtins(error))


def folded(told: list[Event]) -> Folded:
    organization = UUID(int=1)
    folder = Folder(
        PLAN, org_id=organization, run_id=UUID(int=2), state=RunState.RUNNING, seqs=(0, 0)
    )
    return folder.fold(told)


def check_storable(rows: Folded) -> None:
    """As the columns of the database have it, and as the API answers it."""
    for event in rows.events:
        check_moment(event.at)
        check_number(event.attempt)
        check_text(event.task_key, 300)
        check_json(event.data)
    for task in rows.tasks.values():
        check_text(task.key, 300)
        check_text(task.name, 200)
        check_text(task.reason, 100_000)
        for number in (task.map_index, task.mapped_count, task.attempt):
            check_number(number or 0)
        for text in (task.result, task.error):
            check_json(text)
        for moment in (task.started_at, task.finished_at):
            if moment is not None:
                check_moment(moment)
    for chunk in rows.logs:
        check_text(chunk.task_key, 300)
        check_json(chunk.lines)
    for entry in rows.cached:
        check_text(entry.cache_key, 200)
        check_json(entry.result)
        assert entry.ttl_seconds is None or 0 <= entry.ttl_seconds < 1e10
    if rows.finish is not None:
        table.check(RunState.RUNNING, rows.finish.state)
        check_json(rows.finish.result)
        check_json(rows.finish.error)


def check_text(text: str | None, limit: int) -> None:
    if text is not None:
        assert len(text) <= limit
        assert "\0" not in text
        text.encode()


def check_number(number: int) -> None:
    assert 0 <= number < 2**31


def check_moment(at: datetime) -> None:
    for offset in (-14, 14):
        at.astimezone(UTC) + timedelta(hours=offset)


def check_json(text: str | None) -> None:
    if text is None:
        return
    assert "\\u0000" not in text.replace("\\\\", "")
    document = msgspec.json.decode(text)
    answer = encoded({"data": {"run": {"tasks": {"nodes": [{"result": document}]}}}})
    assert json.loads(answer)["data"]["run"]["tasks"]["nodes"][0]["result"] == document


@pytest.mark.parametrize("event", HONEST, ids=lambda event: type(event).__name__)
def test_what_an_honest_runner_says_is_taken_as_it_is(event: Event) -> None:
    (found,) = taken(line(event)[:-1]) or []
    assert line(found) == line(event)
    check_storable(folded([found]))


def started(**changes: Any) -> bytes:
    honest = {"type": "task_started", "key": "load", "attempt": 1, "at": "2026-11-30T00:00:00Z"}
    return msgspec.json.encode(honest | changes)


def saved(**changes: Any) -> bytes:
    honest = {"name": "a.txt", "content_type": "text/plain", "path": "/spool/a", "size_bytes": 1}
    return msgspec.json.encode({"type": "artifact", "sha256": "0" * 64} | honest | changes)


def succeeded(value: str, **changes: Any) -> bytes:
    honest = {"type": "task_succeeded", "key": "load", "attempt": 1, "duration_ms": 1}
    result = {"result": {"value": msgspec.Raw(value.encode())}}
    return msgspec.json.encode(honest | result | changes)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "truncated"),
        (b"no event", "malformed"),
        (b'{"type":"reboot"}', "reboot"),
        (b"\xff" + started(), "malformed"),
        (started(key="load").replace(b"load", b"\xed\xa0\x80"), "utf-8"),
        (started(key="nothing"), "its flow has no task 'nothing'"),
        (started(key="load[2147483648]"), "no task"),
        (started(key="load[0][0]"), "no task"),
        (started(key="load[\u0663]"), "no task"),
        (started(key="k" * 301), "length <= 300"),
        (started(attempt=-1), ">= 0"),
        (started(attempt=2**31), "<= 2147483647"),
        (started(map_index=2**63), "map_index"),
        (started(at="0001-01-01T00:00:00+14:00"), "the year 1"),
        (started(at="9999-12-31T23:59:59-14:00"), "the year 9999"),
        (started(at="2026-11-30T00:00:00"), "timezone"),
        (succeeded("[" * 202 + "]" * 202), "deeper than 200 levels"),
        (succeeded("[" * 100_000), "recursion"),
        (succeeded("9" * 5000), "out of range"),
        (succeeded("1", duration_ms=-1), ">= 0"),
        (succeeded("1", duration_ms=1e300), "<= 3155760000000"),
        (succeeded("1", cache_key="k\0"), "cache_key"),
        (succeeded("1", cache_key="k" * 201), "length <= 200"),
        (succeeded("1", cache_key="k", cache_ttl_seconds=1e300), "<= 3155760000"),
        (succeeded('"' + "x" * EVENT_LIMIT_BYTES + '"'), "more than 524288 bytes"),
        (b'{"type":"task_skipped","key":"load","reason":"\\u0000"}', "reason"),
        (b'{"type":"log","message":"x","level":"LOUD"}', "level"),
        (b'{"type":"log","message":"x","stream":"stdin"}', "stream"),
        (b'{"type":"secret_get","request_id":1,"name":"x y"}', "name"),
        (b'{"type":"cache_get","request_id":-1,"cache_key":"k"}', "request_id"),
        (b'{"type":"run_finished","state":"QUEUED"}', "state"),
        (b'{"type":"run_finished","state":"FAILED","task_key":"x"}', "no task 'x'"),
        (saved(name="../x"), "not a file name"),
        (saved(name="a\0"), "not a file name"),
        (saved(name="n" * 256), "length <= 255"),
        (saved(path="/" * 4097), "length <= 4096"),
        (saved(size_bytes=-1), "size_bytes"),
    ],
)
def test_hostile_messages_are_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(GarbledError) as caught:
        events(BoundedLines().feed(data + b"\n"), NOBODY, TASKS.keys())
    assert why in caught.value.error.message


@pytest.mark.parametrize(
    "content_type", ["", "html", "text/html; x=\u20ac", "a/b\r\nX: y", "a/b\0"]
)
def test_a_media_type_that_is_none_becomes_that_of_unknown_bytes(content_type: str) -> None:
    (found,) = taken(saved(content_type=content_type)) or []
    assert isinstance(found, ArtifactSaved)
    assert found.content_type == "application/octet-stream"


def test_a_sender_that_never_ends_its_line_does_not_fill_the_memory() -> None:
    lines = BoundedLines(limit_bytes=1000)
    assert lines.feed(b"x" * 1000) == []
    with pytest.raises(GarbledError, match="more than 1000 bytes"):
        lines.feed(b"x")


def test_lines_are_put_together_wherever_they_are_cut() -> None:
    data = b"".join(line(each) for each in HONEST)
    for size in (1, 7, 64, 1000):
        lines = BoundedLines()
        found = [
            text for at in range(0, len(data), size) for text in lines.feed(data[at : at + size])
        ]
        assert found == data.splitlines()


def test_secrets_are_masked_before_anything_else_is_told() -> None:
    (found,) = taken(line(HONEST[3])[:-1], SECRET) or []
    assert isinstance(found, TaskSucceeded)
    assert b"hunter2" not in line(found)
    assert found.result.masked


@pytest.mark.parametrize("text", [b"", b"{}", b'{"type":"exited","run_id":1}', b"[" * 100_000])
def test_reports_of_a_zygote_are_no_more_believed(text: bytes) -> None:
    with pytest.raises(GarbledError):
        report(text)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_runner_says_is_storable_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    refused = 0
    for number in range(500):
        told = taken(mutated(chance), SECRET if number % 5 == 0 else NOBODY)
        if told is None:
            refused += 1
        else:
            check_storable(folded(told))
    assert 100 < refused < 450
