"""`python -m benchmarks.chaos`: a real installation whose processes are killed at random while
clients start runs and follow them. Nothing may be lost, done twice, or told wrong."""

import asyncio
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from benchmarks.havoc import Havoc
from benchmarks.installation import Installation, running
from benchmarks.witnesses import Seen, Story, Witness
from dagy.artifact import build_artifact
from dagy.client import DagyClient

STEPS = 8
_CLIENTS = 16
_DEPLOYMENT = "chaos"
# A line in `journal` outlives every process: which attempt did what of which run.
_SOURCE = f"""
import os, time
from dagy import flow, get_run_context, task

@task
def step(x: int, place: int, number: int, journal: str) -> int:
    time.sleep(0.05)
    line = f"{{number}} {{place}} {{get_run_context().attempt}}\\n"
    file = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line.encode())
    os.close(file)
    return x + place

@flow
def chaos(number: int, journal: str):
    x = number
    for place in range({STEPS}):
        x = step(x, place, number, journal)
    return x
"""
# Each crash is an attempt; so many in one run are more than a seed gives.
_ENVIRONMENT = {
    "DAGY_CRASH_RETRIES": "50",
    "DAGY_LEASE_SECONDS": "3",
    "DAGY_HEARTBEAT_SECONDS": "0.5",
}


@dataclass(frozen=True, slots=True)
class Findings:
    stories: Sequence[Story]
    faults: Sequence[str]
    havoc: Havoc
    seen: Seen
    seconds: float


def deploy(installation: Installation, folder: Path) -> None:
    file = folder / "chaos.py"
    file.write_text(_SOURCE)
    built = build_artifact(f"{file}:chaos", folder / "builds")
    with DagyClient(installation.url, installation.server.token) as client:
        client.upload_artifact(built.path.read_bytes())
        flow = client.register_flow(built.sha256, built.spec.to_dict()).flow
        client.upsert_deployment(_DEPLOYMENT, flow_name=flow.name, flow_version=flow.version)


def survive(folder: Path, *, runs: int, kills: int, seed: int) -> Findings:
    """Start an installation in `folder`, wreak havoc on it, and judge what came of it."""
    journal = folder / "journal"
    with running(folder / "local", "--no-examples", environment=_ENVIRONMENT) as installation:
        deploy(installation, folder)
        havoc = Havoc(installation.folder, seed)
        began, seen = time.monotonic(), Seen()
        stories = asyncio.run(_under_fire(installation, havoc, seen, journal, runs, kills))
        seconds = time.monotonic() - began
    faults = [fault for story in stories for fault in judge(story, _done(journal)[story.number])]
    faults += _strangers(stories)
    return Findings(stories, faults, havoc, seen, seconds)


async def _under_fire(
    installation: Installation, havoc: Havoc, seen: Seen, journal: Path, runs: int, kills: int
) -> list[Story]:
    """Runs start no faster than kills come, and kills come no faster than runs end, so that all of
    them are under fire and none is starved by it."""
    server = installation.server
    numbers = iter(range(runs))
    stories: list[Story] = []

    async def client() -> None:
        witness = Witness(server.url, server.token, seen)
        for number in numbers:
            while havoc.kills < kills * (number - _CLIENTS) / runs:
                await asyncio.sleep(0.05)
            parameters = {"number": number, "journal": str(journal)}
            stories.append(await witness.witness(number, _DEPLOYMENT, parameters))
        await witness.close()

    def allowed() -> float:
        return kills * (len(stories) + _CLIENTS) / runs

    prober = Witness(server.url, server.token, seen)
    probing = asyncio.create_task(prober.probe())
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(havoc.wreak(kills, allowed=allowed))
            for _ in range(_CLIENTS):
                group.create_task(client())
    finally:
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)
        await prober.close()
    return stories


def _done(journal: Path) -> dict[int, list[tuple[int, int]]]:
    """(step, attempt) of all that was carried out, by the number of the run."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for line in journal.read_text().splitlines():
        number, place, attempt = map(int, line.split())
        found[number].append((place, attempt))
    return found


def judge(story: Story, done: Sequence[tuple[int, int]]) -> list[str]:
    """What is wrong with a run; empty: nothing."""
    run, told, read = story.run, story.told, story.read
    if story.given_up is not None:
        last = story.told[-1] if story.told else None
        return [f"run {story.number} {story.run_id}: given up, {story.given_up}, behind {last}"]
    faults: list[str] = []

    def must(holds: bool, what: str) -> None:
        if not holds:
            faults.append(f"run {story.number}: {what}")

    state, expected = run["state"], story.number + sum(range(STEPS))
    must(state == "SUCCEEDED", f"it ended {state}: {run['error']}")
    must(run["result"] == expected, f"its result is {run['result']}, not {expected}")
    for name, events in (("subscription", told), ("API", read)):
        numbers = [event["sequence"] for event in events]
        must(numbers == list(range(1, len(numbers) + 1)), f"the {name} told {numbers}")
        ends = [event["type"] for event in events].count("RUN_FINISHED")
        must(ends == 1, f"the {name} told of {ends} ends")
    last = told[-1]["sequence"] if told else 0
    # Behind the end a worker that comes too late may still be refused, which is an event.
    rest = {event["type"] for event in read[last:]}
    must(rest <= {"LATE_WRITE_REFUSED"}, f"the subscription left out {rest}")
    faults += [f"run {story.number}: {fault}" for fault in _work(read, done)]
    return faults


def _work(events: Sequence[dict[str, Any]], done: Sequence[tuple[int, int]]) -> list[str]:
    """At least once: an attempt does a step once, and none that was recorded is done again."""
    faults = [
        f"step {place} was done {times} times by attempt {attempt}"
        for (place, attempt), times in Counter(done).items()
        if times > 1
    ]
    succeeded = _succeeded(events)
    if len(succeeded) != STEPS or len(dict(succeeded)) != STEPS:
        faults.append(f"of {STEPS} steps succeeded {succeeded}")
    for place, (key, attempt) in enumerate(succeeded):
        attempts = [number for step, number in done if step == place]
        if not attempts:
            faults.append(f"{key} succeeded and was never done")
        elif max(attempts) > attempt:
            faults.append(f"{key} was done again by attempt {max(attempts)}, after its success")
    return faults


def _succeeded(events: Sequence[dict[str, Any]]) -> list[tuple[str, int]]:
    """Each step that is recorded as succeeded, and in which attempt at the run."""
    found, attempt = list[tuple[str, int]](), 0
    for event in events:
        if event["type"] == "RUN_STARTED":
            attempt = event["data"]["attempt"]
        elif event["type"] == "TASK_SUCCEEDED":
            found.append((event["taskKey"], attempt))
    return found


def _strangers(stories: Sequence[Story]) -> list[str]:
    """One run a trigger, however often the client had to ask."""
    times = Counter(story.run_id for story in stories)
    return [
        f"run {run_id} answers {count} triggers" for run_id, count in times.items() if count > 1
    ]


def show(findings: Findings, *, seed: int) -> None:
    console, seen = Console(highlight=False, soft_wrap=True), findings.seen
    states = Counter(story.run.get("state", "given up") for story in findings.stories)
    attempts = sum(story.run.get("attempt", 0) for story in findings.stories)
    events = sum(len(story.read) for story in findings.stories)
    away = [seconds for _, seconds in seen.away]
    lines = [
        f"seed {seed}: {len(findings.stories)} runs, {findings.havoc.kills} kills"
        f" in {findings.seconds:.0f} s",
        f"killed    {_counts(findings.havoc.killed)}",
        f"runs      {_counts(states)}; {attempts} attempts, {events} events",
        f"clients   {sum(seen.errors.values())} failed requests ({_counts(seen.errors)});"
        f" {seen.reconnects} streams resumed",
        f"away      {len(away)} times, {sum(away):.1f} s in all, {max(away, default=0):.1f} s at"
        f" most{_longest(findings)}",
        f"faults    {len(findings.faults)}",
    ]
    for line in [*lines, *findings.faults]:
        console.print(line)


def _longest(findings: Findings) -> str:
    """What was killed in the time without an answer that was the longest, and just before it."""
    if not findings.seen.away:
        return ""
    began, seconds = max(findings.seen.away, key=lambda span: span[1])
    killed = Counter(
        target for at, target in findings.havoc.log if began - 2 < at < began + seconds
    )
    return f", in which were killed: {_counts(killed)}"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common()) or "none"


@click.command()
@click.option("--runs", default=400, show_default=True)
@click.option("--kills", default=150, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(*, runs: int, kills: int, seed: int) -> None:
    """Exits 1 if anything was lost, done twice, or told wrong."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="dagy-chaos-") as folder:
        findings = survive(Path(folder), runs=runs, kills=kills, seed=seed)
    show(findings, seed=seed)
    sys.exit(1 if findings.faults else 0)


if __name__ == "__main__":
    main()
