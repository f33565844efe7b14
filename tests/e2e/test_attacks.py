"""Attacks that once worked: forged events, nameless signals, stopped zygotes, odd file names."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from dagy.api.models import Run
from dagy.client import DagyClient
from tests.e2e.conftest import Cli
from tests.support.up import Up, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

SOURCE = """
import os, signal, time
from pathlib import Path
from dagy import flow, save_artifact, task

if Path(SWITCH).exists():
    os.write(2, b"libmissing.so: cannot open\\\\n")
    os._exit(7)

def unnamed_signal():
    os.kill(os.getpid(), 40)
    time.sleep(30)

def garbage():
    for fd in range(3, 64):
        try:
            os.write(fd, b"garbage that is no event\\\\n")
        except OSError:
            pass
    time.sleep(0.5)

def stops_its_zygote():
    os.kill(os.getppid(), signal.SIGSTOP)

def nul_name():
    save_artifact("a\\\\x00b.txt", "x")

def long_name():
    save_artifact("n" * 301, "x")

def exits():
    os._exit(3)

def fine():
    return "fine"

def act(what):
    return globals()[what]()

@task
def plain(what: str):
    return act(what)

@task(isolate=True)
def isolated(what: str):
    return act(what)

@flow
def threads(what: str):
    return plain(what)

@flow
def processes(what: str):
    return isolated(what)
"""


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("switch") / "on"


@pytest.fixture(scope="module", autouse=True)
def deployed(cli: Cli, switch: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in ("threads", "processes"):
        file = tmp_path_factory.mktemp("flows") / "attacks.py"
        file.write_text(
            SOURCE.replace("\\\\n", "\\n")
            .replace("\\\\x00", "\\x00")
            .replace("SWITCH", repr(str(switch)))
        )
        assert cli("deploy", f"{file}:{name}").returncode == 0


@pytest.fixture(autouse=True)
def clean_up(client: DagyClient) -> Iterator[None]:
    yield
    for run in client.runs(state=["QUEUED", "RUNNING"]):
        with contextlib.suppress(Exception):
            client.cancel(run.id)


def finished(client: DagyClient, deployment: str, what: str) -> Run:
    run_id = client.trigger(deployment, parameters={"what": what}).run.id
    until(lambda: client.run_status(run_id).is_terminal, what=f"the end of {what}")
    return client.run(run_id)


def test_forged_messages_fail_the_isolated_task_instead_of_hanging_the_run(
    client: DagyClient,
) -> None:
    assert finished(client, "processes", "garbage").state == "FAILED"


def test_an_isolated_process_killed_by_a_signal_without_a_name_fails_its_task(
    client: DagyClient,
) -> None:
    run = finished(client, "processes", "unnamed_signal")

    assert run.error is not None
    assert (run.state, run.error.code) == ("FAILED", "PROCESS_EXITED")


@pytest.mark.parametrize("what", ["nul_name", "long_name"])
def test_a_file_name_that_cannot_be_kept_is_refused_where_it_is_given(
    client: DagyClient, what: str
) -> None:
    run = finished(client, "threads", what)

    assert (run.state, run.attempt) == ("FAILED", 1)
    assert run.error is not None
    assert (run.error.type, run.error.task_key) == ("ArtifactError", "plain")


def test_an_exit_names_the_task_that_was_running(client: DagyClient) -> None:
    run = finished(client, "threads", "exits")

    assert run.error is not None
    assert (run.error.code, run.error.task_key) == ("PROCESS_EXITED", "plain")
    [task] = client.task_runs(run.id)
    assert task.state == "FAILED"


def test_a_subscription_by_plain_post_is_a_mistake_of_the_caller(up: Up) -> None:
    token = yaml.safe_load((up.folder / "credentials").read_text())["local"]

    answer = httpx.post(
        f"{up.url}/graphql",
        json={"query": "subscription { runs { state } }"},
        headers={"Authorization": f"Bearer {token}"},
    ).json()

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert "text/event-stream" in answer["errors"][0]["message"]


def test_a_size_below_nothing_is_refused(client: DagyClient) -> None:
    answer = client.post(
        "mutation($i: CreateArtifactUploadInput!)"
        " { createArtifactUpload(input: $i) { uploadUrl } }",
        {"i": {"sha256": "0" * 64, "sizeBytes": -1}},
    )

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_an_import_that_ends_the_interpreter_says_so(
    client: DagyClient, switch: Path, cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "fresh.py"
    file.write_text(
        SOURCE.replace("\\\\n", "\\n")
        .replace("\\\\x00", "\\x00")
        .replace("SWITCH", repr(str(switch)))
    )
    assert cli("deploy", f"{file}:threads", "--name", "fresh").returncode == 0
    switch.touch()
    try:
        run = finished(client, "fresh", "fine")
    finally:
        switch.unlink()

    assert (run.state, run.attempt) == ("FAILED", 1)
    assert run.error is not None
    assert run.error.code == "IMPORT_FAILED"
    assert "exit code 7" in run.error.message
    assert "libmissing.so: cannot open" in (run.error.traceback or "")


def test_a_run_whose_zygote_is_stopped_can_be_cancelled(client: DagyClient) -> None:
    finished(client, "threads", "stops_its_zygote")
    run_id = client.trigger("threads", parameters={"what": "fine"}).run.id
    until(lambda: client.run_status(run_id).state == "RUNNING", what="the start")

    client.cancel(run_id)

    until(lambda: client.run_status(run_id).is_terminal, what="the end of the cancelled run")


def test_a_signal_without_a_name_does_not_end_the_recorder_of_the_worker(
    client: DagyClient,
) -> None:
    assert finished(client, "threads", "unnamed_signal").state == "CRASHED"
    assert finished(client, "threads", "fine").state == "SUCCEEDED"
