"""`dagy reset-password` on the folder of `dagy up`: while it runs, while it does not, nowhere."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from dagy import DagyClient
from dagy.api.errors import ApiError
from dagy_gql.embedded import postgres
from dagy_gql.embedded.folder import LocalFolder, current_holder
from tests.support.up import Up

pytestmark = pytest.mark.xdist_group("up")

OWNER = "owner@dagy.local"
RESET = "mutation R($input: ResetPasswordInput!) { resetPassword(input: $input) { changed } }"


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="dagy-reset-") as place:
        yield Path(place) / "local"


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    one = Up(folder, "--no-examples")
    try:
        yield one.start()
    finally:
        one.stop()


def reset(folder: Path, email: str = OWNER) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DAGY_")}
    command = [sys.executable, "-P", "-m", "dagy_gql.cli", "reset-password", email]
    return subprocess.run(
        [*command, "--local-dir", str(folder)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=60,
    )


def use(link: str, url: str, password: str) -> str:
    """Sets the password as the page of the link does; the address of who may sign in with it."""
    [token] = parse_qs(urlsplit(link).query)["reset"]
    with DagyClient(url, token=None) as client:
        client.use_token(None)
        client.execute(RESET, {"input": {"token": token, "password": password}})
        viewer = client.login(OWNER, password).viewer
    assert viewer is not None
    assert viewer.user is not None
    return viewer.user.email


def test_the_owner_of_a_lost_password_gets_in_again(up: Up, folder: Path) -> None:
    while_running = reset(folder)
    assert (while_running.returncode, while_running.stderr) == (0, "")
    assert while_running.stdout.startswith(f"{up.url}/login?reset=dagy_pr_")
    assert use(while_running.stdout.strip(), up.url, "first horse battery") == OWNER

    up.stop()
    last_url = up.url
    while_stopped = reset(folder)
    assert while_stopped.returncode == 0
    assert while_stopped.stderr == (
        "Dagy is not running: start it with `dagy up`, then open the link.\n"
    )
    assert while_stopped.stdout.startswith(f"{last_url}/login?reset=dagy_pr_")
    assert current_holder(LocalFolder(folder)) is None
    assert postgres._processes_in(folder / "postgres") == []

    up.start()
    assert use(while_stopped.stdout.strip(), up.url, "second horse battery") == OWNER
    with DagyClient(up.url) as client, pytest.raises(ApiError):
        client.login(OWNER, "first horse battery")

    unknown = reset(folder, "nobody@dagy.local")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == "Error: There is no user 'nobody@dagy.local' that you may see.\n"


def test_a_folder_without_an_installation_is_told(folder: Path) -> None:
    folder.mkdir()

    done = reset(folder)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: There is no installation of `dagy up` in {folder}. Name its folder with "
        "--local-dir, or set DAGY_DATABASE_URL and DAGY_REDIS_URL.\n"
    )
    assert list(folder.iterdir()) == []
