"""DagyClient and its transport: what is sent twice, where the token goes, how streams end."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from starlette.responses import JSONResponse

from dagy import DagyClient, RunFailedError, RunTimeoutError
from dagy.api.errors import (
    ApiError,
    BadResponseError,
    ForbiddenError,
    NetworkError,
    NotFoundError,
    RateLimitedError,
    UnauthenticatedError,
    UnavailableError,
)
from dagy.api.http import unreachable
from dagy.api.models import LogLine, RunEvent
from dagy.api.sync import streams
from dagy.api.sync.concurrency import merged
from dagy.api.sync.transport import Transport
from tests.cli import samples
from tests.cli.fake import COMPLETE, CUT, WAIT, Fake, FakeServer, Refusal, Response


def _at(milliseconds: int) -> datetime:
    return datetime(2020, 3, 1, 10, 0, 0, milliseconds * 1_000, tzinfo=UTC)


SUBSCRIPTION = "subscription S($after: String) { s(after: $after) { cursor } }"


@pytest.fixture
def client(signed_in: str, fake: Fake) -> Iterator[DagyClient]:
    with DagyClient() as client:
        yield client


def cursors(*numbers: int) -> list[dict[str, dict[str, str]]]:
    return [{"s": {"cursor": f"c{number}"}} for number in numbers]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "UNAUTHENTICATED", UnauthenticatedError),
        (403, "FORBIDDEN", ForbiddenError),
        (413, "BAD_USER_INPUT", ApiError),
        (503, "UNAVAILABLE", UnavailableError),
    ],
)
def test_http_errors_carry_their_details(
    client: DagyClient, fake: Fake, status: int, code: str, kind: type[ApiError]
) -> None:
    fake.answers["M"] = Refusal(code, "no", status=status, field="f", requestId="r-1")

    with pytest.raises(kind) as raised:
        client.execute("mutation M { m }")

    error = raised.value
    assert (error.code, error.message, error.field, error.request_id) == (code, "no", "f", "r-1")


def test_a_status_without_our_body_is_told_with_the_address(
    client: DagyClient, fake: Fake, signed_in: str
) -> None:
    fake.answers["M"] = Response("gone", status_code=410)

    with pytest.raises(BadResponseError, match=f"{signed_in}/graphql answered HTTP 410"):
        client.execute("mutation M { m }")


def test_a_mutation_is_not_sent_twice_unless_it_is_safe(
    client: DagyClient, fake: Fake, waits: list[float]
) -> None:
    fake.answers["M"] = [Refusal("UNAVAILABLE", "no"), {"m": 1}]
    with pytest.raises(UnavailableError):
        client.execute("mutation M { m }")

    fake.answers["M"] = [Refusal("UNAVAILABLE", "no"), {"m": 1}]
    assert client.execute("mutation M { m }", safe=True) == {"m": 1}
    assert waits == [0.1]


def test_what_the_rate_limit_refused_is_sent_again_for_nobody_has_looked_at_it(
    client: DagyClient, fake: Fake, waits: list[float]
) -> None:
    fake.answers["M"] = [Refusal("RATE_LIMITED", "slow", status=429, retryAfter=2), {"m": 1}]
    assert client.execute("mutation M { m }") == {"m": 1}
    assert (len(fake.calls), waits) == (2, [2.0])


def test_a_query_is_given_up_after_four_tries(
    client: DagyClient, fake: Fake, waits: list[float]
) -> None:
    fake.answers["Q"] = Refusal("UNAVAILABLE", "no")

    with pytest.raises(UnavailableError):
        client.execute("query Q { q }")

    assert (len(fake.calls), waits) == (4, [0.1, 0.4, 1.0])


def test_a_long_wait_is_left_to_the_caller(
    client: DagyClient, fake: Fake, waits: list[float]
) -> None:
    fake.answers["Q"] = Refusal("RATE_LIMITED", "slow down", retryAfter=60)

    with pytest.raises(RateLimitedError) as raised:
        client.execute("query Q { q }")

    assert (raised.value.retry_after_seconds, len(fake.calls), waits) == (60, 1, [])


def test_a_refused_connection_is_tried_again_even_for_a_mutation(
    refused_url: str, waits: list[float]
) -> None:
    with DagyClient(api_url=refused_url) as client, pytest.raises(NetworkError) as raised:
        client.execute("mutation M { m }")

    assert raised.value.exit_code == 4
    assert waits == [0.1, 0.4, 1.0]


@pytest.mark.parametrize(
    ("error", "url", "message"),
    [
        (httpx.ConnectError("no"), "http://localhost:1", "is `dagy up` running?"),
        (httpx.ConnectError("no such host"), "https://dagy.test", "no such host"),
        (httpx.ReadTimeout("slow"), "https://dagy.test", "did not answer in time"),
        (httpx.ReadError("reset"), "https://dagy.test", "was cut: reset"),
    ],
)
def test_network_faults_say_what_happened(
    error: httpx.TransportError, url: str, message: str
) -> None:
    assert message in unreachable(error, httpx.URL(url)).message


def test_the_token_does_not_go_to_a_storage_service(
    fake_server: FakeServer, fake: Fake, server_url: str
) -> None:
    elsewhere = server_url.replace("127.0.0.1", "localhost")
    transport = Transport(elsewhere, token="dagy_sk_1", user_agent="test")

    transport.upload("/artifacts/uploads/aa", b"one")
    transport.upload(f"{server_url}/artifacts/uploads/bb", b"two")
    transport.close()

    assert fake.uploads == [("aa", b"one", "Bearer dagy_sk_1"), ("bb", b"two", None)]


def test_the_api_may_live_in_a_folder_of_a_proxy() -> None:
    transport = Transport("https://example.com/dagy", token=None, user_agent="test")

    assert str(transport.address("/graphql")) == "https://example.com/dagy/graphql"
    assert str(transport.address("https://s3.test/a")) == "https://s3.test/a"
    transport.close()


def test_a_stream_without_a_cursor_is_not_taken_up_again(client: DagyClient, fake: Fake) -> None:
    fake.streams["S"] = [[*cursors(1), CUT]]

    stream = client.subscribe(SUBSCRIPTION)

    assert next(stream) == {"s": {"cursor": "c1"}}
    with pytest.raises(NetworkError):
        next(stream)
    assert len(fake.calls) == 1


def test_fifty_cuts_deliver_every_event_once_and_in_order(
    client: DagyClient, fake: Fake, waits: list[float]
) -> None:
    fake.streams["S"] = [*([*cursors(2 * n, 2 * n + 1), CUT] for n in range(50)), [COMPLETE]]

    seen = client.subscribe(SUBSCRIPTION, cursor=lambda data: str(data["s"]["cursor"]))

    assert [data["s"]["cursor"] for data in seen] == [f"c{number}" for number in range(100)]
    assert [call["after"] for call in fake.called("S")[1:]] == [f"c{2 * n + 1}" for n in range(50)]
    assert set(waits) == {0.0}


def test_a_stream_that_ends_without_complete_is_a_cut(client: DagyClient, fake: Fake) -> None:
    fake.streams["S"] = [cursors(1), [*cursors(2), COMPLETE]]

    seen = client.subscribe(SUBSCRIPTION, cursor=lambda data: str(data["s"]["cursor"]))

    assert [data["s"]["cursor"] for data in seen] == ["c1", "c2"]


def test_a_server_that_is_restarting_is_waited_for(
    client: DagyClient, fake: Fake, waits: list[float]
) -> None:
    fake.streams["S"] = [
        [*cursors(1), CUT],
        [Refusal("UNAVAILABLE", "starting", status=503)],
        [Refusal("RATE_LIMITED", "slow", status=429, retryAfter=2)],
        [*cursors(2), COMPLETE],
    ]

    seen = client.subscribe(SUBSCRIPTION, cursor=lambda data: str(data["s"]["cursor"]))

    assert [data["s"]["cursor"] for data in seen] == ["c1", "c2"]
    assert waits == [0.0, 0.1, 2.0]


def test_long_connections_that_bring_nothing_do_not_use_up_the_patience(
    client: DagyClient, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(0, 100_000, 60))
    monkeypatch.setattr(streams, "monotonic", lambda: float(next(ticks)))
    fake.streams["S"] = [*([CUT] for _ in range(30)), [*cursors(1), COMPLETE]]

    seen = client.subscribe(SUBSCRIPTION, cursor=lambda data: str(data["s"]["cursor"]))

    assert len(list(seen)) == 1


def test_a_page_instead_of_a_stream_is_told(client: DagyClient, fake: Fake) -> None:
    fake.streams["S"] = [[Response("<html>", media_type="text/html")]]

    with pytest.raises(BadResponseError, match="does not answer with server-sent events"):
        next(client.subscribe(SUBSCRIPTION))


def test_an_operation_refused_before_the_stream_begins(client: DagyClient, fake: Fake) -> None:
    refusal = Refusal("FORBIDDEN", "no")
    fake.streams["S"] = [[JSONResponse(refusal.answer())]]

    with pytest.raises(ForbiddenError):
        next(client.subscribe(SUBSCRIPTION))


def test_a_line_that_is_no_json_is_told(client: DagyClient, fake: Fake) -> None:
    text = "event: next\r\ndata: {oops\r\n\r\n"
    fake.streams["S"] = [[Response(text, media_type="text/event-stream")]]

    with pytest.raises(BadResponseError, match="the event stream holds no JSON"):
        next(client.subscribe(SUBSCRIPTION))


def test_items_of_two_streams_come_in_the_order_of_their_time() -> None:
    events = [RunEvent(cursor=f"e{n}", type="X", at=_at(n)) for n in (1, 4)]
    lines = [LogLine(cursor=f"l{n}", at=_at(n), level="INFO", message="") for n in (2, 3, 5)]

    items = merged([lambda: iter(events), lambda: iter(lines)])

    assert [item.cursor for item in items] == ["e1", "l2", "l3", "e4", "l5"]


def test_a_failing_stream_ends_the_merged_one() -> None:
    def fails() -> Iterator[LogLine]:
        raise NotFoundError("gone")
        yield

    with pytest.raises(NotFoundError):
        list(merged([fails, lambda: iter(())]))


def test_waiting_returns_the_result_when_the_run_is_over(client: DagyClient, fake: Fake) -> None:
    running = {"run": samples.run_details(state="RUNNING")}
    fake.answers["RunStatus"] = [running, {"run": samples.succeeded()}]
    fake.answers["FinishedRun"] = {"run": samples.succeeded()}
    fake.streams["RunEvents"] = [[samples.event(1), CUT], [samples.event(2), COMPLETE]]

    assert client.wait("calm-otter") == 42

    assert [asked["after"] for asked in fake.called("RunEvents")] == [None, "e1"]
    assert fake.called("RunEvents")[0]["runId"] == samples.RUN_ID


@pytest.mark.parametrize("state", ["FAILED", "CRASHED", "TIMED_OUT", "CANCELLED"])
def test_waiting_for_a_run_without_success_raises_what_went_wrong(
    client: DagyClient, fake: Fake, state: str
) -> None:
    fake.answers["RunStatus"] = fake.answers["FinishedRun"] = {"run": samples.failed(state=state)}

    with pytest.raises(RunFailedError) as raised:
        client.wait(samples.RUN_ID)

    failed = raised.value
    assert (failed.run_id, failed.slug, failed.state) == (samples.RUN_ID, "calm-otter", state)
    assert failed.error is not None
    assert (failed.error.type, failed.error.task_key) == ("ValueError", "load")
    assert failed.message == (
        f"run calm-otter {state} in task load: ValueError: no such city (weather.py:7)"
    )
    assert failed.hint == "check the spelling"


def test_waiting_ends_at_its_deadline_and_the_run_goes_on(client: DagyClient, fake: Fake) -> None:
    fake.answers["RunStatus"] = {"run": samples.run_details(state="RUNNING")}
    fake.streams["RunEvents"] = [[samples.event(1), CUT]] + [[WAIT] for _ in range(20)]

    with pytest.raises(RunTimeoutError, match="is still RUNNING after") as late:
        client.wait("calm-otter", timeout_seconds=0.2)

    assert isinstance(late.value, TimeoutError)
    assert (late.value.slug, late.value.state) == ("calm-otter", "RUNNING")
    assert "CancelRun" not in fake.operations


def test_a_run_is_named_by_slug_id_or_object(client: DagyClient, fake: Fake) -> None:
    fake.answers["Logs"] = {"run": {"logs": samples.page(samples.line(1, "hello"))}}
    fake.answers["TriggerRun"] = {"triggerRun": {"created": True, "run": samples.run_details()}}
    triggered = client.trigger("daily")

    for run in ("calm-otter", samples.RUN_ID, triggered, triggered.run):
        assert [line.message for line in client.logs(run)] == ["hello"]

    asked = [{name: each.get(name) for name in ("slug", "id")} for each in fake.called("Logs")]
    assert asked == [
        {"slug": "calm-otter", "id": None},
        *([{"slug": None, "id": samples.RUN_ID}] * 3),
    ]


def test_the_log_of_a_run_that_is_not_there(client: DagyClient, fake: Fake) -> None:
    fake.answers["Logs"] = {"run": None}

    with pytest.raises(NotFoundError, match="there is no run 'calm-otter'"):
        list(client.logs("calm-otter"))


def test_pages_are_fetched_as_they_are_needed(client: DagyClient, fake: Fake) -> None:
    pages = [samples.page(samples.run(slug=f"run-{n}"), next_cursor=f"c{n}") for n in range(3)]
    fake.answers["Runs"] = [{"runs": page} for page in pages]

    runs = client.runs(state="FAILED", created_after=_at(0), tags={"team": "data"})
    assert [next(runs).slug, next(runs).slug] == ["run-0", "run-1"]

    assert [asked["after"] for asked in fake.called("Runs")] == [None, "c0"]
    assert fake.called("Runs")[0]["filter"] == {
        "state": ["FAILED"],
        "createdAfter": "2020-03-01T10:00:00+00:00",
        "tags": {"team": "data"},
    }


def test_one_client_serves_many_threads(client: DagyClient, fake: Fake) -> None:
    fake.answers["RunStatus"] = {"run": samples.succeeded()}

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(client.run_status, ["calm-otter"] * 64))

    assert {run.slug for run in found} == {"calm-otter"}
    assert len(fake.called("RunStatus")) == 64


def test_one_answer_may_take_as_long_as_the_client_says(signed_in: str, fake: Fake) -> None:
    fake.answers["M"] = lambda _: time.sleep(1) or {"m": 1}

    with DagyClient(timeout_seconds=0.1) as client, pytest.raises(NetworkError, match="in time"):
        client.execute("mutation M { m }")
