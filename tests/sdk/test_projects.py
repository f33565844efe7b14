"""Where imports start: --root, [tool.dagy], the nearest pyproject.toml; and what is missing."""

import zipfile
from pathlib import Path

import pytest

from dagy import build_artifact, load_flow
from dagy.artifact import BuiltArtifact
from dagy.errors import ArtifactError, DagyError, LoadError
from dagy.project import project_of
from tests.sdk.test_loading_and_artifacts import clean_imports, write

__all__ = ["clean_imports"]  # a fixture that is used by all tests here

FLOW = """
from dagy import flow, task
{imports}
@task
def one(): return 1
@flow
def main(): return one()
"""
SHARED = {
    "flows/etl.py": FLOW.format(imports="from common.db import URL"),
    "common/__init__.py": "",
    "common/db.py": "from common import names\nURL = 'x'",
    "common/names.py": "",
    "common/unused.py": "",
    "other/big.py": "x = 1",
    "README.md": "",
}


def built(entry: Path, out: Path, **options: object) -> BuiltArtifact:
    return build_artifact(f"{entry}:main", out / "out", **options)  # type: ignore[arg-type]


PACKED = ("common/__init__.py", "common/db.py", "common/names.py", "flows/etl.py")


def test_a_package_above_the_flows_folder_is_packed_with_the_nearest_pyproject(tmp_path: Path):
    repo = write(tmp_path / "repo", SHARED | {"pyproject.toml": ""})
    artifact = built(repo / "flows/etl.py", tmp_path)
    assert artifact.files == PACKED
    assert artifact.spec.entrypoint == "flows/etl.py:main"


def test_a_root_is_given_where_there_is_no_pyproject(tmp_path: Path):
    repo = write(tmp_path / "repo", SHARED)
    artifact = built(repo / "flows/etl.py", tmp_path, root=repo)
    assert artifact.files == PACKED
    assert load_flow(f"{repo}/flows/etl.py:main", project_root=repo).name == "main"


def test_tool_dagy_names_a_root_and_files_of_its_own(tmp_path: Path):
    files = {f"src/{name}": content for name, content in SHARED.items()}
    table = '[tool.dagy]\nroot = "src"\ninclude = ["src/data/*.csv"]\n'
    files |= {"pyproject.toml": table, "src/data/a.csv": "1"}
    repo = write(tmp_path / "repo", files)
    artifact = built(repo / "src/flows/etl.py", tmp_path)
    assert artifact.files == (*PACKED[:3], "data/a.csv", PACKED[3])


def test_include_reaches_files_above_the_flow_but_below_the_root(tmp_path: Path):
    repo = write(tmp_path / "repo", SHARED | {"pyproject.toml": "", "data/a.csv": "1"})
    artifact = built(repo / "flows/etl.py", tmp_path, include=["../data/*.csv"])
    assert artifact.files == (*PACKED[:3], "data/a.csv", PACKED[3])
    with pytest.raises(ArtifactError, match="leaves the root"):
        built(repo / "flows/etl.py", tmp_path, include=["../../*"])


def test_what_lies_beside_the_flow_is_found_before_what_lies_at_the_root(tmp_path: Path):
    files = {
        "flows/etl.py": FLOW.format(imports="import shared\nassert shared.WHERE == 'flows'"),
        "flows/shared.py": "WHERE = 'flows'",
        "shared.py": "WHERE = 'root'",
        "pyproject.toml": "",
    }
    repo = write(tmp_path / "repo", files)
    assert built(repo / "flows/etl.py", tmp_path).files == ("flows/etl.py", "flows/shared.py")


def test_a_module_named_by_a_text_is_packed(tmp_path: Path):
    code = FLOW.format(imports="import importlib\nimportlib.import_module('plugins.one')")
    repo = write(tmp_path / "repo", {"etl.py": code, "plugins/one.py": "", "plugins/two.py": ""})
    assert built(repo / "etl.py", tmp_path).files == ("etl.py", "plugins/one.py")


def test_a_module_that_the_archive_lacks_is_refused_by_name(tmp_path: Path):
    code = FLOW.format(imports="import importlib\nfor n in ['one']: importlib.import_module(n)")
    repo = write(tmp_path / "repo", {"etl.py": code, "one.py": ""})
    with pytest.raises(ArtifactError) as caught:
        built(repo / "etl.py", tmp_path)
    assert "imports 'one', which the archive would not hold" in caught.value.message
    assert "include" in (caught.value.hint or "")
    assert not (tmp_path / "out").exists()


def test_a_module_found_only_through_pythonpath_is_refused_with_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    repo = write(tmp_path / "repo", SHARED)
    monkeypatch.setenv("PYTHONPATH", str(repo))
    monkeypatch.syspath_prepend(str(repo))
    with pytest.raises(ArtifactError) as caught:
        built(repo / "flows/etl.py", tmp_path)
    assert "flows/etl.py:3 imports 'common'" in caught.value.message.replace(
        "etl.py", "flows/etl.py"
    )
    assert f"give --root {repo}" in (caught.value.hint or "")


def test_a_file_read_while_importing_must_be_packed(tmp_path: Path):
    code = FLOW.format(
        imports="from pathlib import Path\n"
        "CITIES = (Path(__file__).parent / 'cities.txt').read_text().split()"
    )
    repo = write(tmp_path / "repo", {"etl.py": code, "cities.txt": "Oslo"})
    with pytest.raises(ArtifactError, match="does not import by itself: FileNotFoundError") as e:
        built(repo / "etl.py", tmp_path)
    assert "pack the file with include" in (e.value.hint or "")
    assert built(repo / "etl.py", tmp_path, include=["*.txt"]).files == ("cities.txt", "etl.py")


def test_a_pyproject_inside_of_the_package_does_not_cut_it(tmp_path: Path):
    files = {
        "pkg/__init__.py": "",
        "pkg/pyproject.toml": "",
        "pkg/etl.py": FLOW.format(imports="from pkg import near"),
        "pkg/near.py": "",
    }
    repo = write(tmp_path / "repo", files)
    artifact = built(repo / "pkg/etl.py", tmp_path)
    assert artifact.files == ("pkg/__init__.py", "pkg/etl.py", "pkg/near.py")
    with pytest.raises(LoadError, match=r"inside of the package of etl\.py"):
        built(repo / "pkg/etl.py", tmp_path, root=repo / "pkg")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[tool.dagy]\nroots = '.'", "has 'roots'"),
        ("[tool.dagy]\nroot = 3", "is not text"),
        ("[tool.dagy]\nroot = 'nope'", "which is no folder"),
        ("[tool.dagy]\nroot = 'common'", "is not below"),
        ("[tool.dagy]\ninclude = '*.csv'", "is not a list of patterns"),
        ("[tool]\ndagy = 3", "is not a table"),
        ("[tool.dagy", "cannot be read"),
    ],
)
def test_a_wrong_table_is_told_with_its_file(tmp_path: Path, table: str, message: str):
    repo = write(tmp_path / "repo", SHARED | {"pyproject.toml": table})
    with pytest.raises(DagyError, match=message) as caught:
        project_of(repo / "flows/etl.py")
    assert str(repo) in str(caught.value)


def test_names_that_no_server_would_take_are_told_before_anything_is_sent(tmp_path: Path):
    repo = write(tmp_path / "repo", {"etl.py": FLOW.format(imports=""), "data/a:b.csv": ""})
    with pytest.raises(ArtifactError, match=r"'data/a:b\.csv' cannot be packed") as caught:
        built(repo / "etl.py", tmp_path, include=["data/*"])
    assert "rename" in (caught.value.hint or "")


def test_decomposed_names_are_packed_composed(tmp_path: Path):
    repo = write(tmp_path / "repo", {"etl.py": FLOW.format(imports=""), "data/gro\u0308ße": ""})
    artifact = built(repo / "etl.py", tmp_path, include=["data/*"])
    assert artifact.files == ("data/größe", "etl.py")
    assert "data/größe" in zipfile.ZipFile(artifact.path).namelist()
