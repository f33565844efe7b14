"""dagy.secret(): where it may be called, where the value comes from, and what leaves the run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dagy
from dagy import flow, task
from dagy.errors import NoActiveRunError, SecretNotFoundError, TraceError
from dagy.masking import Masker, known
from dagy.runner.protocol import (
    ArtifactSaved,
    ErrorInfo,
    Log,
    RunFinished,
    SecretGet,
    SecretReply,
    TaskFailed,
    TaskSucceeded,
    line,
)
from tests.sdk.memory_host import MemoryHost, execute
from tests.sdk.zygote_host import HostedRun, ZygoteHost

VALUE = "Zx9!secret\"value/with'all <of> them+é"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test is given must not be masked in the next."""
    monkeypatch.setattr(known, "_values", frozenset())
    monkeypatch.setattr(known, "_forms", None)


@pytest.fixture
def local_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGY_LOCAL_DIR", str(tmp_path))
    return tmp_path


@task
def fetch(name: str) -> str:
    return dagy.secret(name)


@task
def length(text: str) -> int:
    return len(text)


def test_outside_of_a_run_there_are_no_secrets() -> None:
    with pytest.raises(NoActiveRunError, match="'TOKEN'"):
        fetch("TOKEN")


def test_a_flow_body_cannot_use_a_secret() -> None:
    @flow
    def eager() -> Any:
        return length(dagy.secret("TOKEN"))

    with pytest.raises(TraceError, match="no value while the flow is traced") as caught:
        eager.trace()
    assert caught.value.where is not None
    assert "test_secrets.py" in caught.value.where


@pytest.mark.parametrize("name", ["", "token", "1TOKEN", "TO-KEN", "T" * 101, "TOKEN\n"])
def test_a_name_that_cannot_be_is_told_at_once(name: str) -> None:
    @flow
    def main(name: str) -> Any:
        return fetch(name)

    finished, _ = execute(main, parameters={"name": name})
    assert finished.error is not None
    assert finished.error.code == "BAD_PARAMETER"
    assert "is no name of a secret" in finished.error.message


def test_an_unknown_secret_fails_the_task() -> None:
    @flow
    def main() -> Any:
        return fetch("NOTHING")

    finished, _ = execute(main)
    assert finished.error is not None
    assert finished.error.code == SecretNotFoundError.code


def test_threads_isolated_tasks_and_map_children_get_the_value() -> None:
    isolated = fetch.with_options(isolate=True, name="isolated")

    @flow
    def main() -> Any:
        return {
            "plain": length(fetch("TOKEN")),
            "isolated": length(isolated("TOKEN")),
            "mapped": length.map(fetch.map(["TOKEN", "TOKEN"])),
        }

    host = MemoryHost()
    host.secrets["TOKEN"] = VALUE
    finished, _ = execute(main, host)
    assert finished.result is not None
    size = len(VALUE)
    assert finished.result.value == {"plain": size, "isolated": size, "mapped": [size, size]}


def test_a_cache_key_must_not_hold_a_secret() -> None:
    @task(cache_key="{text}")
    def keep(text: str) -> str:
        return "kept"

    @flow
    def main() -> Any:
        return keep(fetch("TOKEN"))

    host = MemoryHost()
    host.secrets["TOKEN"] = VALUE
    finished, _ = execute(main, host)
    assert finished.error is not None
    assert finished.error.code == "SECRET_LEAKED"
    assert host.cache == {}


def test_a_local_run_reads_the_environment_and_keeps_nothing(
    local_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DAGY_SECRET_TOKEN", VALUE)

    @task
    def tell() -> str:
        print("it is", dagy.secret("TOKEN"))
        return dagy.secret("TOKEN") * 3000

    @flow
    def main() -> Any:
        return {"length": length(tell()), "told": tell()}

    run = main.run_local()

    assert run.result == {"length": 3000 * len(VALUE), "told": "***" * 3000}
    assert capsys.readouterr().out == "it is ***\n" * 2
    left = b"".join(path.read_bytes() for path in local_dir.rglob("*") if path.is_file())
    assert not Masker([VALUE]).finds(left)


def test_a_local_run_without_the_variable_says_which(local_dir: Path) -> None:
    @flow
    def main() -> Any:
        return fetch("TOKEN")

    run = main.run_local()
    assert run.error is not None
    assert run.error.hint == "set the environment variable DAGY_SECRET_TOKEN"


FLOW = """
import base64, contextvars, ctypes, logging, os, resource, sys, threading, urllib.parse
import dagy
from dagy import flow, save_artifact, task

@task
def tell(how: str) -> object:
    value = dagy.secret("TOKEN")
    if how == "print":
        print("a", value, "b")
        sys.stdout.write(value[:9])
        sys.stdout.write(value[9:] + "\\n")
        logging.getLogger("x").warning("token %s", base64.b64encode(b"u:" + value.encode()))
    if how == "long":
        print("x" * 8180 + value)
    if how == "raise":
        raise ValueError(f"bad token {value} {urllib.parse.quote(value, safe='')}")
    if how == "save":
        save_artifact("report.txt", f"token: {value}")
    if how == "return":
        return {value: [value, value.encode().hex()]}
    if how == "large":
        return [value] * 9000
    if how == "limits":
        dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
        return [resource.getrlimit(resource.RLIMIT_CORE)[0], value in str(os.environ), dumpable]
    if how == "thread":
        got = []
        ask = contextvars.copy_context().run
        thread = threading.Thread(target=lambda: got.append(ask(dagy.secret, "TOKEN")))
        thread.start()
        thread.join()
        return got == [value]
    if how == "fork":
        pid = os.fork()
        if pid == 0:
            try:
                dagy.secret("OTHER")
            except dagy.DagyError as error:
                os._exit(7 if error.code == "SECRET_UNAVAILABLE" else 8)
            os._exit(9)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

@task(isolate=True)
def apart(how: str) -> object:
    return tell.function(how)

@task
def count(value: object) -> int:
    return len(value)

@flow
def plain(how: str):
    return {"told": tell(how)}

@flow
def isolated(how: str):
    return {"told": apart(how)}

@flow
def passed(how: str):
    return count(tell(how))

@flow
def passed_on_isolated(how: str):
    return count(apart(how))
"""


class Zygotes:
    """A zygote per flow, started when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._source = folder / "src"
        self._source.mkdir()
        (self._source / "flows.py").write_text(FLOW)
        self._hosts: dict[str, ZygoteHost] = {}

    def run(self, name: str, how: str) -> HostedRun:
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = ZygoteHost(self._source, f"flows.py:{name}")
        return host.start(flow_name=name, parameters={"how": how})

    def close(self) -> None:
        for host in self._hosts.values():
            host.close()


@pytest.fixture(scope="module")
def zygotes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygotes]:
    made = Zygotes(tmp_path_factory.mktemp("secrets"))
    yield made
    made.close()


def finish(run: HostedRun, *, times: int = 1) -> tuple[RunFinished, bytes]:
    """Answer what the run asks for; returns its last word and all that it sent or left behind."""
    for _ in range(times):
        asked = run.until(SecretGet)
        assert asked.name == "TOKEN"
        run.send(SecretReply(asked.request_id, value=VALUE))
    finished = run.finish()
    spool = Path(run.request.spool_dir)
    files = [path.read_bytes() for path in spool.rglob("*") if path.is_file()]
    return finished, b"\n".join([*map(line, run.events), *files, run.output])


@pytest.mark.parametrize("name", ["plain", "isolated"])
@pytest.mark.parametrize("how", ["print", "long", "raise", "save", "return", "large"])
def test_nothing_that_leaves_the_process_holds_the_value(
    zygotes: Zygotes, name: str, how: str
) -> None:
    finished, left = finish(zygotes.run(name, how))

    assert b"***" in left or how == "save"
    assert not Masker([VALUE]).finds(left)
    assert VALUE.encode() not in left
    assert finished.state == ("FAILED" if how in ("raise", "save") else "SUCCEEDED")


def test_log_lines_and_errors_say_all_but_the_value(zygotes: Zygotes) -> None:
    run = zygotes.run("plain", "print")
    finish(run)
    lines = [event.message for event in run.events if isinstance(event, Log)]
    assert lines[:2] == ["a *** b", "***"]
    assert lines[2:] == ["token b'dT***'"]

    run = zygotes.run("plain", "raise")
    finished, _ = finish(run)
    assert isinstance(finished.error, ErrorInfo)
    assert finished.error.message == "bad token *** ***"
    failed = next(event for event in run.events if isinstance(event, TaskFailed))
    assert "ValueError: bad token *** ***" in str(failed.error.traceback)


def test_a_file_with_the_value_is_not_saved(zygotes: Zygotes) -> None:
    run = zygotes.run("plain", "save")
    finished, _ = finish(run)
    assert finished.error is not None
    assert finished.error.code == "SECRET_LEAKED"
    assert "'report.txt'" in finished.error.message
    assert not any(isinstance(event, ArtifactSaved) for event in run.events)


@pytest.mark.parametrize("how", ["return", "large"])
def test_a_masked_result_says_so(zygotes: Zygotes, how: str) -> None:
    run = zygotes.run("plain", how)
    finished, _ = finish(run)
    succeeded = next(event for event in run.events if isinstance(event, TaskSucceeded))
    assert succeeded.result.masked
    assert finished.result is not None
    assert finished.result.masked


@pytest.mark.parametrize("name", ["passed", "passed_on_isolated"])
def test_the_next_task_gets_what_was_returned(zygotes: Zygotes, name: str) -> None:
    finished, _ = finish(zygotes.run(name, "large"))
    assert finished.result is not None
    assert (finished.result.value, finished.result.masked) == (9000, False)


@pytest.mark.parametrize("name", ["plain", "isolated"])
def test_the_process_has_no_core_file_no_variable_and_a_memory_of_its_own(
    zygotes: Zygotes, name: str
) -> None:
    """Not dumpable: no other process of the same user can look into it."""
    finished, _ = finish(zygotes.run(name, "limits"))
    assert finished.result is not None
    assert finished.result.value == {"told": [0, False, 0]}


@pytest.mark.parametrize("how", ["thread", "fork"])
def test_threads_see_the_value_and_forks_are_told_why_not(zygotes: Zygotes, how: str) -> None:
    finished, _ = finish(zygotes.run("plain", how))
    assert finished.result is not None
    assert finished.result.value == {"told": True if how == "thread" else 7}


def test_what_the_host_says_is_what_the_task_hears(zygotes: Zygotes) -> None:
    for name in ("plain", "isolated"):
        run = zygotes.run(name, "return")
        asked = run.until(SecretGet)
        error = ErrorInfo(code="SECRET_UNAVAILABLE", message="sealed with another key", hint="h")
        run.send(SecretReply(asked.request_id, error=error))
        finished = run.finish()
        assert finished.error is not None
        assert finished.error.code == "SECRET_UNAVAILABLE"
        assert finished.error.message == "sealed with another key"
        assert finished.error.hint == "h"
