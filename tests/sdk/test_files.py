"""save_artifact(): files with the run."""

from pathlib import Path

import pytest

from dagy import Artifact, flow, save_artifact, task
from dagy.errors import ArtifactError, NoActiveRunError
from dagy.runner.protocol import ArtifactSaved
from tests.sdk.memory_host import execute, value


def test_bytes_text_and_files_are_kept(tmp_path: Path):
    (tmp_path / "plot.svg").write_text("<svg/>")

    @task
    def work() -> list[Artifact]:
        return [
            save_artifact("data.bin", b"\x00\x01"),
            save_artifact("notes.txt", "hé"),
            save_artifact("plot.svg", tmp_path / "plot.svg"),
            save_artifact("x.txt", "a", content_type="text/x-mine"),
        ]

    finished, host = execute(flow(lambda: work()))
    saved = host.of(ArtifactSaved)
    assert [(each.name, each.content_type, each.size_bytes) for each in saved] == [
        ("data.bin", "application/octet-stream", 2),
        ("notes.txt", "text/plain", 3),
        ("plot.svg", "image/svg+xml", 6),
        ("x.txt", "text/x-mine", 1),
    ]
    assert {each.key for each in saved} == {"work"}
    assert Path(saved[0].path).read_bytes() == b"\x00\x01"
    assert [each["sha256"] for each in value(finished.result)] == [each.sha256 for each in saved]


def test_names_that_are_paths_and_calls_outside_of_a_run_are_refused():
    @task
    def work(name: str) -> None:
        save_artifact(name, "x")

    for name in ("../x", "a/b", "a\\b", ".hidden", ""):
        finished, _ = execute(flow(lambda name=name: work(name)))
        assert finished.error is not None
        assert finished.error.message == f"{name!r} is not a file name"
    assert ArtifactError.code == finished.error.code
    with pytest.raises(NoActiveRunError):
        save_artifact("a", "b")
