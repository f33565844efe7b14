"""The folder of an installation: its lock, its logs, its sockets."""

import os
from pathlib import Path

import pytest

from dagy_gql.embedded import folder as folder_module
from dagy_gql.embedded.folder import FolderLock, LocalFolder, current_holder
from dagy_gql.embedded.process import EmbeddedError


def test_the_lock_says_who_holds_it(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    lock = FolderLock.take(folder)
    lock.describe(pid=7, url="http://127.0.0.1:8000")

    with pytest.raises(EmbeddedError, match=r"\(process 7, http://127\.0\.0\.1:8000\)"):
        FolderLock.take(folder)

    assert current_holder(folder) == {"pid": 7, "url": "http://127.0.0.1:8000"}
    lock.release()
    assert current_holder(folder) is None


def test_a_lock_file_that_nobody_holds_is_taken(tmp_path: Path) -> None:
    (tmp_path / "up.lock").write_text("not even json")
    FolderLock.take(LocalFolder(tmp_path)).release()


def test_sockets_lie_in_the_folder_or_in_a_short_one(tmp_path: Path) -> None:
    deep = LocalFolder(tmp_path / ("long" * 30))
    deep.create()
    assert LocalFolder(Path("/srv/dagy")).sockets == Path("/srv/dagy/sockets")
    assert len(str(deep.sockets)) < 80
    assert deep.sockets != LocalFolder(tmp_path / ("more" * 30)).sockets
    assert oct(deep.sockets.stat().st_mode & 0o777) == "0o700"
    deep.sockets.rmdir()


def test_a_short_folder_for_sockets_that_somebody_planted_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = LocalFolder(tmp_path / ("long" * 30))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(folder_module.tempfile, "gettempdir", lambda: str(tmp_path))
    deep.sockets.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EmbeddedError, match="is not ours"):
        deep.create()


def test_large_logs_are_rotated_and_three_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_module, "_LOG_MAX_BYTES", 3)
    folder = LocalFolder(tmp_path)
    folder.create()
    for text in ("first", "second", "third", "fourth"):
        folder.log("server").write_text(text)
        folder.rotate_logs()
    folder.log("redis").write_text("ok")
    folder.rotate_logs()

    assert {path.name: path.read_text() for path in folder.logs.iterdir()} == {
        "server.log.1": "fourth",
        "server.log.2": "third",
        "server.log.3": "second",
        "redis.log": "ok",
    }


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedError, match=f"Cannot create {tmp_path}/file"):
        LocalFolder(tmp_path / "file" / "below").create()


def test_the_lock_is_not_inherited_by_children(tmp_path: Path) -> None:
    lock = FolderLock.take(LocalFolder(tmp_path))
    assert os.get_inheritable(lock.file.fileno()) is False
    lock.release()
