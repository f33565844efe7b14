"""Every Python file of the documentation deploys, and every command in it works as printed."""

import ast
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagy import load_flow
from tests.support.pages import ROOT, blocks, commands, typed
from tests.support.up import Up

PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "docs").rglob("*.md")
    if path.name not in {"graphql.md", "permissions.md"}
)
WITH_SERVER = ["docs/tutorial.md"]
WITH_COMMANDS = [
    page
    for page in PAGES
    if page not in WITH_SERVER and any("dagy run " in line for line in commands(page))
]
FILES = [
    pytest.param(page, block, id=f"{page}:{block.title}")
    for page in PAGES
    for block in blocks(page, "python")
    if block.title
]


@pytest.mark.parametrize("page", PAGES)
def test_every_python_block_of_a_page_is_python(page: str) -> None:
    for block in blocks(page, "python"):
        ast.parse(block.text, page)


@pytest.mark.parametrize(("page", "block"), FILES)
def test_a_file_shown_in_a_page_holds_a_flow_of_its_name(page, block, tmp_path: Path) -> None:
    (tmp_path / block.title).write_text(block.text)
    name = block.title.removesuffix(".py")

    assert load_flow(f"{tmp_path / block.title}:{name}").spec().name == name


@pytest.mark.parametrize("page", WITH_COMMANDS)
def test_commands_of_a_page_work_without_a_server(page: str, tmp_path: Path) -> None:
    _write_files(page, tmp_path)
    for line in commands(page):
        if line.startswith("dagy run "):
            done = typed(line, tmp_path)
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    with tempfile.TemporaryDirectory(prefix="dagy-docs-") as place:
        one = Up(Path(place) / "local", "--no-examples").start()
        yield one
        one.stop()


@pytest.mark.xdist_group("e2e")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", WITH_SERVER)
def test_a_tutorial_can_be_typed_from_start_to_end(up: Up, page: str, tmp_path: Path) -> None:
    _write_files(page, tmp_path)
    for line in commands(page):
        done = typed(line, tmp_path, DAGY_LOCAL_DIR=str(up.folder))
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        if "--follow" in line:
            assert re.search(r"✓ SUCCEEDED \S+", done.stdout), done.stdout


def _write_files(page: str, folder: Path) -> None:
    for block in blocks(page, "python"):
        if block.title:
            (folder / block.title).write_text(block.text)
