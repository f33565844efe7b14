"""From file.py:flow to a flow, and to the zip that a server runs."""

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagy import TraceError, build_artifact, load_flow
from dagy.artifact import BuiltArtifact
from dagy.errors import ArtifactError, LoadError
from dagy.spec import FlowSpec

FLOW = """
from dagy import flow, task
{imports}
@task
def one(): return 1
@flow
def main(): return one()
"""


@pytest.fixture(autouse=True)
def clean_imports() -> Iterator[None]:
    path, modules = sys.path[:], set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def names(built: BuiltArtifact) -> list[str]:
    return zipfile.ZipFile(built.path).namelist()


def test_a_flow_is_found_by_name_or_alone(tmp_path: Path):
    write(tmp_path, {"mine.py": FLOW.format(imports="")})
    assert load_flow(f"{tmp_path}/mine.py:main").name == "main"
    assert load_flow(f"{tmp_path}/mine.py").name == "main"
    assert load_flow("mine.py", root=tmp_path).name == "main"


@pytest.mark.parametrize(
    ("entrypoint", "message", "hint"),
    [
        ("nope.py:main", "there is no file", "FILE.py:FLOW"),
        ("mine:main", "'mine' is not a Python file", "FILE.py:FLOW"),
        ("mine.py:nope", "mine.py has no 'nope'", "flows in mine.py: main"),
        ("mine.py:one", "mine.py has something else than a flow named 'one'", "main"),
        ("two.py", "two.py has 2 flows: main, other", "name one: two.py:main"),
        ("none.py", "none.py has no flow", "@flow"),
        ("json.py:main", "json.py has the name of a module that Python itself uses", "rename json"),
    ],
)
def test_what_cannot_be_loaded_says_why(tmp_path: Path, entrypoint: str, message: str, hint: str):
    code = FLOW.format(imports="")
    files = {"mine.py": code, "two.py": code + "other = flow(main.function)\n", "none.py": ""}
    write(tmp_path, files | {"json.py": code})
    with pytest.raises(LoadError) as caught:
        load_flow(entrypoint, root=tmp_path)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_an_error_of_the_module_itself_is_not_hidden(tmp_path: Path):
    write(tmp_path, {"bad.py": "1 / 0"})
    with pytest.raises(ZeroDivisionError):
        load_flow("bad.py:main", root=tmp_path)
    assert "bad" not in sys.modules


def test_the_zip_has_the_file_its_local_modules_and_a_manifest(tmp_path: Path):
    source = write(
        tmp_path / "src",
        {
            "mine.py": FLOW.format(imports="import near, os\nfrom pack.sub import deep as d"),
            "near.py": "def f():\n    import lazy\n",
            "lazy.py": "",
            "unused.py": "",
            "pack/__init__.py": "",
            "pack/sub/__init__.py": "from . import sibling",
            "pack/sub/deep.py": "from ..top import x",
            "pack/sub/sibling.py": "",
            "pack/top.py": "x = 1",
            "pack/unused.py": "",
            "pack/sub/none.txt": "",
        },
    )
    (source / "pack/sub/deep.py").write_text("from ..top import x")
    built = build_artifact(f"{source}/mine.py:main", tmp_path / "out")
    assert names(built) == [
        "dagy.json",
        "lazy.py",
        "mine.py",
        "near.py",
        "pack/__init__.py",
        "pack/sub/__init__.py",
        "pack/sub/deep.py",
        "pack/sub/sibling.py",
        "pack/top.py",
    ]
    assert built.files == tuple(names(built)[1:])
    manifest = json.loads(zipfile.ZipFile(built.path).read("dagy.json"))
    assert manifest["manifest_version"] == 1
    assert manifest["entrypoint"] == "mine.py:main"
    assert FlowSpec.decode(manifest["spec"]) == built.spec
    assert built.path.name == f"{built.sha256}.zip"
    assert built.size_bytes == built.path.stat().st_size


def test_a_file_in_a_package_keeps_its_place(tmp_path: Path):
    source = write(
        tmp_path / "src",
        {
            "pkg/__init__.py": "",
            "pkg/flows.py": FLOW.format(imports="from .near import x\nimport beside"),
            "pkg/near.py": "x = 1",
            "beside.py": "",
        },
    )
    built = build_artifact(f"{source}/pkg/flows.py:main", tmp_path / "out")
    assert built.spec.entrypoint == "pkg/flows.py:main"
    assert list(built.files) == ["beside.py", "pkg/__init__.py", "pkg/flows.py", "pkg/near.py"]


def test_the_same_sources_give_the_same_bytes(tmp_path: Path):
    code = FLOW.format(imports="")
    one = write(tmp_path / "a", {"mine.py": code, "data/x.csv": "1"})
    two = write(tmp_path / "b", {"data/x.csv": "1", "mine.py": code})
    (two / "mine.py").chmod(0o755)
    built = [
        build_artifact(f"{each}/mine.py:main", tmp_path / "out", include=["data/*"])
        for each in (one, two)
    ]
    assert built[0].sha256 == built[1].sha256
    (two / "data/x.csv").write_text("2")
    again = build_artifact(f"{two}/mine.py:main", tmp_path / "out", include=["data/*"])
    assert again.sha256 != built[0].sha256


def test_include_and_dagyignore(tmp_path: Path):
    source = write(
        tmp_path / "src",
        {
            "mine.py": FLOW.format(imports=""),
            "data/a.csv": "",
            "data/b.tmp": "",
            "data/deep/c.csv": "",
            "data/cache/d.csv": "",
            "data/__pycache__/x.pyc": "",
            ".dagyignore": "# comment\n*.tmp\ndata/cache/\n",
        },
    )
    entry = f"{source}/mine.py:main"
    built = build_artifact(entry, tmp_path / "out", include=["data/**"])
    assert built.files == ("data/a.csv", "data/deep/c.csv", "mine.py")
    built = build_artifact(entry, tmp_path / "out", include=["data"])
    assert built.files == ("data/a.csv", "data/deep/c.csv", "mine.py")
    for pattern, message in [
        ("*.parquet", "finds nothing"),
        ("data/*.tmp", "finds nothing"),
        ("../*", "leaves the root"),
        ("data/../../*", "leaves the root"),
        ("/etc/*", "is absolute"),
    ]:
        with pytest.raises(ArtifactError, match=message):
            build_artifact(entry, tmp_path / "out", include=[pattern])


def test_links_that_leave_the_folder_are_not_packed(tmp_path: Path):
    source = write(tmp_path / "src", {"mine.py": FLOW.format(imports=""), "data/a": ""})
    (tmp_path / "secret").write_text("s")
    (source / "data" / "link").symlink_to(tmp_path / "secret")
    built = build_artifact(f"{source}/mine.py", tmp_path / "out", include=["data/*"])
    assert built.files == ("data/a", "mine.py")


def test_limits_say_what_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = write(tmp_path / "src", {"mine.py": FLOW.format(imports=""), "big.bin": "x" * 5000})
    monkeypatch.setattr("dagy.artifact.MAX_BYTES", 4000)
    with pytest.raises(ArtifactError, match=r"the largest is big.bin"):
        build_artifact(f"{source}/mine.py:main", tmp_path / "out", include=["*.bin"])
    monkeypatch.setattr("dagy.artifact.MAX_FILES", 1)
    with pytest.raises(ArtifactError, match="has 2 files, at most 1 can be packed"):
        build_artifact(f"{source}/mine.py:main", tmp_path / "out", include=["*.bin"])
    write(source, {"dagy.json": "{}"})
    with pytest.raises(ArtifactError, match=r"dagy.json is the name of our own manifest"):
        build_artifact(f"{source}/mine.py:main", tmp_path / "out", include=["*.json"])


def test_a_flow_that_cannot_be_traced_is_not_packed(tmp_path: Path):
    source = write(
        tmp_path / "src", {"mine.py": "from dagy import flow\n@flow\ndef main(): pass\n"}
    )
    with pytest.raises(TraceError, match="calls no task"):
        build_artifact(f"{source}/mine.py:main", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "name", ["../outside.py", "sub/../../outside.py", "link.py", "{above}/outside.py"]
)
def test_an_unpacked_archive_gives_no_file_from_elsewhere(tmp_path: Path, name: str) -> None:
    write(
        tmp_path, {"outside.py": FLOW.format(imports=""), "inside/flow.py": FLOW.format(imports="")}
    )
    (tmp_path / "inside" / "link.py").symlink_to(tmp_path / "outside.py")

    with pytest.raises(LoadError, match="outside of the flow's source"):
        load_flow(f"{name.format(above=tmp_path)}:main", root=tmp_path / "inside")
    assert "outside" not in sys.modules
    assert load_flow("flow.py:main", root=tmp_path / "inside").name == "main"
