"""README's five minutes as a person types them, with the `dagy` command of the installation."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pages import blocks, commands, typed
from tests.support.up import Up, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

EXAMPLES = {"weather", "fanout", "patience"}
FAILING = """
from dagy import flow, task

@task
def divide(x: int) -> float:
    print("about to divide by", x)
    return 1 / x

@flow
def failing(x: int = 0):
    return divide(x)
"""


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """With the examples, as `make run` starts it."""
    with tempfile.TemporaryDirectory(prefix="dagy-new-") as place:
        one = Up(Path(place) / "local").start()
        environment = {"DAGY_LOCAL_DIR": str(one.folder)}
        until(
            lambda: (
                set(typed("dagy flows list", Path(place), **environment).stdout.split()) >= EXAMPLES
            ),
            what="the deployment of the examples",
        )
        yield one
        one.stop()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The person's folder, with hello.py from the README and a flow that fails."""
    [source] = [block.text for block in blocks("README.md", "python") if "def hello" in block.text]
    (tmp_path / "hello.py").write_text(source)
    (tmp_path / "failing.py").write_text(FAILING)
    return tmp_path


def test_the_examples_are_in_a_namespace_of_their_own_wherever_they_lie(up: Up, home: Path) -> None:
    done = typed("dagy flows list --format json", home, DAGY_LOCAL_DIR=str(up.folder))
    namespaces = {flow["name"]: flow["namespace"] for flow in json.loads(done.stdout)}
    assert {namespaces[name] for name in EXAMPLES} == {"examples"}


def test_every_command_of_the_tour_works_in_its_order(up: Up, home: Path) -> None:
    local, told, slug = str(up.folder), {}, ""
    for line in commands("README.md"):
        if line.startswith(("dagy migrate", "dagy server", "dagy worker", "dagy up")):
            continue
        done = typed(line.replace("SLUG", slug), home, DAGY_LOCAL_DIR=local)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        told[line.partition("#")[0].strip()] = done.stdout + done.stderr
        found = re.search(r"✓ SUCCEEDED (\S+)", done.stdout)
        slug = found[1] if found else slug

    assert set(told["dagy flows list"].split()) >= EXAMPLES
    followed = told["""dagy trigger hello -p words='["a", "bb", "ccc"]' --follow"""]
    for word in ("a", "bb", "ccc"):
        assert f"measuring {word}" in followed
    assert slug in told["dagy runs list"]
    assert slug in told["dagy runs show SLUG"]
    assert "SUCCEEDED" in told["dagy runs show SLUG"]
    assert "read 1461 days" in told["dagy trigger weather --follow"]


def test_a_failing_flow_exits_6_and_shows_where(up: Up, home: Path) -> None:
    local = str(up.folder)
    assert typed("dagy deploy failing.py:failing", home, DAGY_LOCAL_DIR=local).returncode == 0

    for line in ("dagy trigger failing --follow", "dagy run failing.py:failing"):
        done = typed(line, home, DAGY_LOCAL_DIR=local)

        assert done.returncode == 6, line
        shown = done.stdout + done.stderr
        assert "about to divide by 0" in shown
        assert "TASK_FAILED in task divide" in shown
        assert "ZeroDivisionError: division by zero" in shown
        assert "failing.py:7" in shown
        assert 'failing.py", line 7, in divide' in shown
        assert "return 1 / x" in shown
        assert "site-packages" not in shown


def test_a_flow_runs_with_no_server_at_all(home: Path) -> None:
    done = typed("""dagy run hello.py:hello -p words='["a", "bb"]'""", home)

    assert done.returncode == 0, done.stderr
    assert "measuring bb" in done.stdout + done.stderr


def test_before_the_login_the_command_says_how_to_sign_in(up: Up, home: Path) -> None:
    done = typed("dagy runs list", home, DAGY_API_URL=up.url)

    assert (done.returncode, done.stdout) == (3, "")
    assert "Error: Sign in first, or send a valid token." in done.stderr
    assert "hint: run `dagy login`, or set DAGY_API_URL and DAGY_API_KEY" in done.stderr


def test_a_profile_that_is_not_there_is_a_wrong_use(up: Up, home: Path) -> None:
    done = typed("dagy --profile nope runs list", home, DAGY_LOCAL_DIR=str(up.folder))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: profile 'nope' does not exist (known: local); create it with"
        " `dagy login --profile nope`\n"
    )


def test_a_server_that_is_down_is_a_matter_of_the_network(home: Path) -> None:
    done = typed("dagy runs list", home, DAGY_API_URL="http://127.0.0.1:9", DAGY_API_KEY="x")

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "Error: cannot reach http://127.0.0.1:9: is `dagy up` running?\n"


def test_a_file_or_flow_that_is_not_there_is_named(up: Up, home: Path) -> None:
    no_file = typed("dagy deploy nothing.py:x", home, DAGY_LOCAL_DIR=str(up.folder))
    no_flow = typed("dagy deploy hello.py:hallo", home, DAGY_LOCAL_DIR=str(up.folder))

    assert (no_file.returncode, no_flow.returncode) == (1, 1)
    assert no_file.stderr.startswith(f"Error: there is no file {home}/nothing.py\n")
    assert "hint: flows in hello.py: hello" in no_flow.stderr
