"""What the documentation tells people to type: its Python files and its commands."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
_BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Block:
    language: str
    title: str | None
    text: str


def blocks(page: str, language: str) -> list[Block]:
    """`page` is relative to the root of the checkout."""
    found = _BLOCK.findall((ROOT / page).read_text())
    return [
        Block(kind, title[1] if (title := _TITLE.search(rest)) else None, text)
        for kind, rest, text in found
        if kind == language
    ]


def commands(page: str) -> list[str]:
    """Every line of a console block that begins with `dagy`, in order."""
    lines = [line for block in blocks(page, "console") for line in block.text.splitlines()]
    return [line for line in lines if line.startswith("dagy ")]


def typed(line: str, home: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The line in a shell whose PATH has the installation's commands, as after `activate`."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DAGY_")}
    return subprocess.run(
        ["bash", "-c", line],
        cwd=home,
        env={
            **clean,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "COLUMNS": "120",
            "DAGY_LOCAL_DIR": str(home / "nothing"),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
