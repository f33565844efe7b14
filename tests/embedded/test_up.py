"""`dagy up` from the first start to the last process gone. The tests share two starts, in order."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from dagy_gql.cli.doctor import doctor
from dagy_gql.embedded.servers import Servers
from dagy_gql.keys import new_key
from tests.support.up import Up, descendants, is_alive, until

LAUNCHER = Path(__file__).parent.parent.parent / "dagy_gql" / "embedded" / "launch.py"
NOBODY = 65534

pytestmark = pytest.mark.xdist_group("up")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dagy-up-") as place:
        yield Path(place) / "local"


@pytest.fixture(scope="module")
def up(folder: Path) -> Iterator[Up]:
    """The first start on an empty folder."""
    one = Up(folder, "--no-examples").start()
    yield one
    one.stop(signal.SIGKILL)


def refused(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "dagy_gql.cli", "up", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    return done.stderr


def test_first_start_shows_the_password_and_stores_a_profile(up: Up, folder: Path) -> None:
    assert "owner@dagy.local" in up.text
    assert up.text.count("shown only this once") == 1
    config = yaml.safe_load((folder / "config.yaml").read_text())
    assert config == {"current": "local", "profiles": {"local": {"api_url": up.url}}}
    credentials = yaml.safe_load((folder / "credentials").read_text())
    assert credentials["local"].startswith("dagy_sk_")
    assert up.is_healthy()


def test_the_summary_names_the_address_the_folder_and_the_processes(up: Up, folder: Path) -> None:
    assert up.url in up.text
    assert f"{up.url}/graphiql" in up.text
    assert str(folder) in up.text
    assert set(up.facts["processes"]) == {"postgres", "redis", "server", "worker-1"}


def test_a_second_start_on_the_folder_says_who_runs_there(up: Up, folder: Path) -> None:
    message = refused("--local-dir", str(folder), "--port", "0")
    assert f"Dagy already runs on {folder} (process {up.process.pid}, {up.url})" in message


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = refused("--local-dir", str(tmp_path), "--port", str(port))
    assert f"Port {port} on 127.0.0.1 is in use by another program" in message


def test_doctor_finds_nothing_wrong(up: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGY_LOCAL_DIR", str(up.folder))
    monkeypatch.setenv("COLUMNS", "200")
    done = CliRunner().invoke(doctor)
    assert done.exit_code == 0, done.output
    assert f"answers at {up.url}" in done.output
    assert "answers, every migration is applied" in done.output


@pytest.mark.parametrize("name", ["redis", "worker-1", "server", "postgres"])
def test_a_killed_process_is_replaced_and_all_is_healthy_again(up: Up, name: str) -> None:
    url, before = up.url, up.facts["processes"]

    up.kill(name)

    until(up.is_healthy, what="health")
    after = up.facts["processes"]
    assert {one for one in after if after[one] != before[one]} == {name}
    assert up.url == url
    assert f"{name} was killed by signal 9" in up.text


def test_terminating_stops_everything_and_a_later_start_keeps_the_data(
    up: Up, folder: Path
) -> None:
    processes = descendants(up.process.pid)
    key = (folder / "credentials").read_text()

    assert up.stop(signal.SIGTERM) == 0

    assert not [pid for pid in processes if is_alive(pid)]
    assert up.text.rstrip().endswith("Stopped.")
    assert not (folder / "postgres" / "postmaster.pid").exists()
    up.start()
    assert up.is_healthy()
    assert "shown only this once" not in up.text
    assert (folder / "credentials").read_text() == key
    assert yaml.safe_load((folder / "config.yaml").read_text())["profiles"]["local"] == {
        "api_url": up.url
    }


def test_a_killed_supervisor_takes_everything_with_it_and_starts_again(up: Up) -> None:
    until(up.is_healthy, what="health")
    processes = descendants(up.process.pid)
    assert len(processes) >= 5

    up.stop(signal.SIGKILL)

    until(lambda: not [pid for pid in processes if is_alive(pid)], what="the end of all processes")
    up.start()
    assert up.is_healthy()


def test_interrupting_stops_everything(up: Up) -> None:
    processes = descendants(up.process.pid)

    assert up.stop(signal.SIGINT) == 0

    assert not [pid for pid in processes if is_alive(pid)]


def test_without_a_terminal_a_hang_up_changes_nothing(servers: Servers, tmp_path: Path) -> None:
    """`nohup dagy up &`: what was ignored from the start stays ignored, and SIGTERM stops it."""
    mine = {
        "DAGY_DATABASE_URL": servers.database_url,
        "DAGY_REDIS_URL": servers.redis_url,
        "DAGY_SECRETS_KEY": new_key(),
    }
    ignored = (signal.SIGHUP, signal.SIGINT)
    one = Up(tmp_path / "local", "--no-examples", environment=mine, ignored=ignored).start()
    try:
        before = one.facts["processes"]
        for number in ignored:
            os.kill(one.process.pid, number)
            os.kill(one.pid("server"), number)
            os.kill(one.pid("worker-1"), number)
        time.sleep(1)
        assert one.is_running
        assert one.is_healthy()
        assert one.facts["processes"] == before
    finally:
        assert one.stop() == 0


def test_closed_streams_are_no_obstacle(servers: Servers, tmp_path: Path) -> None:
    """`dagy up <&- >&- 2>&-`, as some supervisors start what they start: a socket that took the
    number of a standard stream would be lost on the way to the API."""
    mine = {
        "DAGY_DATABASE_URL": servers.database_url,
        "DAGY_REDIS_URL": servers.redis_url,
        "DAGY_SECRETS_KEY": new_key(),
    }
    launcher = ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"]
    one = Up(tmp_path / "local", "--no-examples", environment=mine, launcher=launcher)
    try:
        one.spawn()
        until(lambda: one.facts.get("url") and one.is_healthy(), what="health")
    finally:
        assert one.stop() == 0


def test_servers_of_ones_own_are_used_and_nothing_is_embedded(
    servers: Servers, tmp_path: Path
) -> None:
    mine = {
        "DAGY_DATABASE_URL": servers.database_url,
        "DAGY_REDIS_URL": servers.redis_url,
        "DAGY_SECRETS_KEY": new_key(),
    }
    one = Up(tmp_path / "local", "--no-examples", "--workers", "2", environment=mine).start()
    try:
        assert one.is_healthy()
        assert set(one.facts["processes"]) == {"server", "worker-1", "worker-2"}
        assert not (one.folder / "postgres").exists()
        assert not (one.folder / "secrets.key").exists()
    finally:
        one.stop()


def is_hidden(pid: int) -> bool:
    """Root's are /proc/PID/{environ,fd,mem} of a process that others of its user may not trace."""
    return Path(f"/proc/{pid}/environ").stat().st_uid == 0


def test_works_as_a_normal_user() -> None:
    """The user keeps the right to enter every folder, for a Python that lives below /root."""
    with tempfile.TemporaryDirectory(prefix="dagy-up-") as place:
        Path(place).chmod(0o755)
        home = Path(place) / "home"
        home.mkdir()
        home.chmod(0o777)
        user = os.geteuid() or NOBODY
        numbers = (os.getpid(), signal.SIGKILL, user, user)
        launcher = [sys.executable, "-I", "-S", str(LAUNCHER), *(str(int(n)) for n in numbers)]
        one = Up(home / "local", "--no-examples", launcher=launcher).start()
        try:
            assert one.is_healthy()
            assert (one.folder / "postgres").stat().st_uid == user
            pids = one.facts["processes"] | {"up": one.process.pid}
            # The embedded servers, which have no keys, show that it is no matter of the user.
            hidden = {name for name, pid in pids.items() if is_hidden(pid)}
            assert hidden == {"up", "server", "worker-1"}
        finally:
            assert one.stop() == 0
