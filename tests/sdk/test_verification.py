"""A graph that is not the same in another process, at another time or in another folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from dagy import build_artifact
from dagy.errors import ArtifactError, UnstableGraphError
from tests.sdk.test_loading_and_artifacts import clean_imports, write
from tests.support.up import is_alive, until

__all__ = ["clean_imports"]  # a fixture that is used by all tests here

FLOW = """from dagy import flow, task
import datetime, os, random, time
from pathlib import Path
{top}
@task
def load(x): return x
@flow
def main({parameters}):
    {body}
"""


def refusal(
    tmp_path: Path, body: str, *, parameters: str = "", top: str = ""
) -> UnstableGraphError:
    code = FLOW.format(body=body, parameters=parameters, top=top)
    source = write(tmp_path / "src", {"mine.py": code})
    with pytest.raises(UnstableGraphError) as caught:
        build_artifact(f"{source}/mine.py:main", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    return caught.value


@pytest.mark.parametrize(
    "value",
    [
        "datetime.datetime.now().isoformat()",
        "datetime.date.today().isoformat()",
        "datetime.datetime.now(datetime.UTC).year",
        "datetime.datetime.utcnow().strftime('%A')",
        "datetime.datetime.today().day",
        "time.strftime('%Y')",
        "time.localtime().tm_year",
        "time.gmtime().tm_yday",
        "int(time.time()) // 86400",
        "random.random()",
        "os.getpid()",
        "hash('x')",
    ],
)
def test_a_value_of_the_moment_or_the_process_is_refused(tmp_path: Path, value: str):
    error = refusal(tmp_path, f"load({value})")
    assert error.message.startswith("argument 'x' of task 'load' differs")
    assert error.where == f"{tmp_path}/src/mine.py:9"
    assert "inside of a task" in (error.hint or "")
    assert error.code == "GRAPH_UNSTABLE"


def test_a_default_computed_at_import_is_refused(tmp_path: Path):
    error = refusal(
        tmp_path, "load(started)", parameters="started: str = datetime.datetime.now().isoformat()"
    )
    assert error.message.startswith("the default of parameter 'started' differs")
    assert error.where == f"{tmp_path}/src/mine.py:7"
    assert "use None" in (error.hint or "")
    day = refusal(tmp_path, "load(day)", parameters="day: datetime.date = datetime.date.today()")
    assert day.message.startswith("the default of parameter 'day' differs")


def test_an_absolute_path_is_refused(tmp_path: Path):
    error = refusal(tmp_path, "load(str(Path(__file__).parent / 'x.csv'))")
    assert f"'{tmp_path}/src/x.csv' here" in error.message
    assert "Path(__file__).parent" in (error.hint or "")


def test_the_order_of_a_set_is_refused(tmp_path: Path):
    names = [f"city-{number}" for number in range(20)]
    error = refusal(tmp_path, "for city in CITIES: load(city)", top=f"CITIES = list(set({names}))")
    assert error.message.startswith("argument 'x' of task 'load' differs")
    assert "sorted(" in (error.hint or "")
    error = refusal(tmp_path, "load(list(CITIES))", top=f"CITIES = set({names})")
    assert "sorted(" in (error.hint or "")
    error = refusal(tmp_path, "load(','.join(CITIES))", top=f"CITIES = set({names})")
    assert "sorted(" in (error.hint or "")


def test_a_number_of_calls_that_varies_is_refused(tmp_path: Path):
    error = refusal(tmp_path, "for _ in range(datetime.date.today().year): load(1)")
    assert error.message.startswith("the number of task calls differs")


def test_sets_as_values_have_one_order(tmp_path: Path):
    code = FLOW.format(
        body="load({'rows': CITIES})\n    load(p)",
        parameters="p: set[str] = CITIES",
        top=f"CITIES = frozenset({[f'c{number}' for number in range(30)]})",
    )
    code = code.replace("def load(x)", "def load(x: dict[str, frozenset[str]])")
    source = write(tmp_path / "src", {"mine.py": code})
    specs = set()
    for seed in ("1", "2", "3"):
        specs.add(
            subprocess.check_output(
                [
                    sys.executable,
                    "-c",
                    "from dagy import load_flow; print(load_flow('mine.py').spec().sha256)",
                ],
                cwd=source,
                env={"PYTHONHASHSEED": seed},
            )
        )
    assert len(specs) == 1
    assert build_artifact(f"{source}/mine.py:main", tmp_path / "out").path.is_file()


def test_a_file_that_fails_at_another_date_alone_is_taken(tmp_path: Path):
    top = (
        "assert datetime.date.today().year < 2020 or time.time() - os.stat(__file__).st_mtime < 1e7"
    )
    code = FLOW.format(body="load(1)", parameters="", top=top)
    source = write(tmp_path / "src", {"mine.py": code})
    assert build_artifact(f"{source}/mine.py:main", tmp_path / "out").path.is_file()


def test_a_file_that_deploys_itself_while_imported_is_refused(tmp_path: Path):
    code = FLOW.format(body="load(1)", parameters="", top="") + "main.deploy()\n"
    source = write(tmp_path / "src", {"mine.py": code})
    script = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=source,
        env={"DAGY_LOCAL_DIR": str(tmp_path / "home"), "DAGY_API_URL": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert script.returncode == 1
    assert "is deployed by its own file while that is imported" in script.stderr
    assert 'if __name__ == "__main__":' in script.stderr


def test_what_an_import_starts_does_not_outlive_the_check(tmp_path: Path):
    top = "import subprocess; p = subprocess.Popen(['sleep', '3600'], stdin=subprocess.DEVNULL)"
    top += f"\nwith open('{tmp_path}/pids', 'a') as f: f.write(str(p.pid) + ' ')"
    code = FLOW.format(body="load(1)", parameters="", top=top)
    source = write(tmp_path / "src", {"mine.py": code})
    build_artifact(f"{source}/mine.py:main", tmp_path / "out")
    own = sys.modules["mine"].p
    own.kill()
    own.wait()
    started = [int(each) for each in (tmp_path / "pids").read_text().split()[1:]]
    assert len(started) == 2
    until(lambda: not any(is_alive(pid) for pid in started), what="the end of what was started")


def test_an_import_that_ends_the_process_or_hangs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    top = "if not __file__.startswith('{}'): {}"
    where = f"{tmp_path}/src"
    code = FLOW.format(body="load(1)", parameters="", top=top.format(where, "os._exit(3)"))
    source = write(tmp_path / "src", {"mine.py": code})
    with pytest.raises(ArtifactError, match="ended the process with exit code 3"):
        build_artifact(f"{source}/mine.py:main", tmp_path / "out")
    monkeypatch.setattr("dagy.verification.TIMEOUT_SECONDS", 0.5)
    code = FLOW.format(body="load(1)", parameters="", top=top.format(where, "time.sleep(60)"))
    write(tmp_path / "src", {"mine.py": code})
    with pytest.raises(ArtifactError, match=r"was not imported within 0\.5 s"):
        build_artifact(f"{source}/mine.py:main", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_flow_under_another_name_than_its_functions_is_found(tmp_path: Path):
    code = FLOW.format(body="load(1)", parameters="", top="") + "daily = main\ndel main\n"
    source = write(tmp_path / "src", {"mine.py": code})
    built = build_artifact(f"{source}/mine.py", tmp_path / "out")
    assert built.spec.entrypoint == "mine.py:daily"
