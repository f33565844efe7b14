"""The blocking client is made of the asynchronous one."""

import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_blocking_client_is_what_is_made_of_the_asynchronous_one() -> None:
    script = runpy.run_path(str(ROOT / "sdk" / "make_sync_client.py"))
    made = dict(script["sources"]())

    formatted = {path: formatted_as(path, text) for path, text in made.items()}

    assert {path: path.read_text() for path in made} == formatted, "run `make client`"
    by_hand = {ROOT / "sdk/dagy/api/sync" / name for name in script["BY_HAND"]}
    assert set((ROOT / "sdk/dagy/api/sync").glob("*.py")) == {*made, *by_hand}


def formatted_as(path: Path, text: str) -> str:
    ruff = str(Path(sys.executable).with_name("ruff"))
    sort = ["check", "--select", "I,UP028", "--fix", "--unsafe-fixes", "--quiet"]
    for command in (sort, ["format"]):
        text = subprocess.run(
            [ruff, *command, "--stdin-filename", str(path), "-"],
            input=text,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return text
