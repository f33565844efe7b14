"""AsyncDagyClient: what the blocking client does, awaited, and let go of when it is cancelled."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from dagy import AsyncDagyClient, RunTimeoutError
from dagy.api.errors import NotFoundError, UnavailableError
from tests.cli import samples
from tests.cli.fake import COMPLETE, CUT, WAIT, Fake, Refusal


@pytest.fixture
async def client(signed_in: str, fake: Fake) -> AsyncIterator[AsyncDagyClient]:
    async with AsyncDagyClient() as client:
        yield client


async def test_many_runs_are_waited_for_at_once(client: AsyncDagyClient, fake: Fake) -> None:
    fake.answers["TriggerRun"] = {"triggerRun": {"created": True, "run": samples.run_details()}}
    fake.answers["RunStatus"] = fake.answers["FinishedRun"] = {"run": samples.succeeded()}

    runs = await asyncio.gather(*(client.trigger("daily", {"n": n}) for n in range(20)))

    assert await asyncio.gather(*(run.wait() for run in runs)) == [42] * 20
    sent = [asked["input"]["parameters"] for asked in fake.called("TriggerRun")]
    assert sorted(each["n"] for each in sent) == list(range(20))


async def test_a_run_is_followed_in_order_through_cuts(client: AsyncDagyClient, fake: Fake) -> None:
    fake.answers["RunStatus"] = {"run": samples.succeeded()}
    fake.streams["RunEvents"] = [
        [samples.event(1), samples.event(5), CUT],
        [samples.event(5), samples.event(7), COMPLETE],
    ]
    lines = [{"runLogs": samples.line(number, "x")} for number in (2, 3, 6)]
    fake.streams["RunLogs"] = [[*lines, COMPLETE]]

    seen = [item.cursor async for item in client.follow_run("calm-otter")]

    assert sorted(seen) == ["e1", "e5", "e7", "l2", "l3", "l6"]
    assert [each for each in seen if each[0] == "e"] == ["e1", "e5", "e7"]
    assert [each for each in seen if each[0] == "l"] == ["l2", "l3", "l6"]


async def test_a_cancelled_wait_leaves_no_task_behind(client: AsyncDagyClient, fake: Fake) -> None:
    fake.answers["RunStatus"] = {"run": samples.run_details(state="RUNNING")}
    fake.streams["RunEvents"] = [[samples.event(1), WAIT]]
    before = asyncio.all_tasks()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await client.wait("calm-otter")

    assert asyncio.all_tasks() == before
    assert "CancelRun" not in fake.operations


async def test_waiting_ends_at_its_deadline(client: AsyncDagyClient, fake: Fake) -> None:
    fake.answers["RunStatus"] = {"run": samples.run_details(state="RUNNING")}
    fake.streams["RunEvents"] = [[samples.event(1), WAIT]]

    with pytest.raises(RunTimeoutError):
        await client.wait("calm-otter", timeout_seconds=0.2)


async def test_errors_and_retries_are_those_of_the_blocking_client(
    client: AsyncDagyClient, fake: Fake
) -> None:
    fake.answers["Q"] = [Refusal("UNAVAILABLE", "no"), {"q": 1}]
    assert await client.execute("query Q { q }") == {"q": 1}

    fake.answers["M"] = Refusal("UNAVAILABLE", "no")
    with pytest.raises(UnavailableError):
        await client.execute("mutation M { m }")

    fake.answers["Run"] = {"run": None}
    with pytest.raises(NotFoundError, match="there is no run 'calm-otter'"):
        await client.run("calm-otter")
