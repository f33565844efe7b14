"""Text files of an archive: what is shown, and how little is read of a hostile one."""

import io
import time
import zipfile
from pathlib import Path

import pytest

from dagy_gql.artifacts.source_text import MOST_BYTES, MOST_FILES, source_files
from dagy_gql.errors import Unavailable


def archive(folder: Path, files: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    path = folder / "flow.zip"
    path.write_bytes(buffer.getvalue())
    return path


def test_text_files_are_shown_those_at_the_top_first(tmp_path: Path) -> None:
    path = archive(
        tmp_path,
        {
            "lib/deep/a.py": b"a = 1\n",
            "lib/z.sql": "SELECT 'Köln'".encode(),
            "flows.py": b"from dagy import flow\n",
            "lib/": b"",
            "empty.txt": b"",
            "model.bin": b"\x00\x01\x02",
            "latin.txt": "Köln".encode("latin-1"),
        },
    )
    assert [(file.path, file.text) for file in source_files(path)] == [
        ("empty.txt", ""),
        ("flows.py", "from dagy import flow\n"),
        ("lib/z.sql", "SELECT 'Köln'"),
        ("lib/deep/a.py", "a = 1\n"),
    ]
    assert not any(file.is_truncated for file in source_files(path))


def test_text_ends_where_there_is_enough_of_it(tmp_path: Path) -> None:
    path = archive(
        tmp_path, {"a.txt": b"a" * (MOST_BYTES - 1), "b.txt": "ö".encode() * 10, "c.txt": b"c"}
    )
    first, second, third = source_files(path)
    assert (len(first.text), first.is_truncated) == (MOST_BYTES - 1, False)
    assert (second.text, second.is_truncated) == ("", True)
    assert (third.text, third.is_truncated) == ("", True)


def test_a_file_as_long_as_what_may_be_shown_is_whole(tmp_path: Path) -> None:
    (file,) = source_files(archive(tmp_path, {"a.txt": b"a" * MOST_BYTES}))
    assert (len(file.text), file.is_truncated) == (MOST_BYTES, False)


def test_only_so_many_files_are_shown(tmp_path: Path) -> None:
    path = archive(tmp_path, {f"{number:03}.py": b"x" for number in range(MOST_FILES + 5)})
    assert [file.path for file in source_files(path)][-1] == f"{MOST_FILES - 1:03}.py"


def test_a_file_that_is_binary_further_down_is_left_out(tmp_path: Path) -> None:
    assert source_files(archive(tmp_path, {"a": b"a" * 10_000 + b"\x00"})) == []


@pytest.mark.parametrize("content", [b"\x00", b"a"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, content: bytes) -> None:
    bombs = {f"{number}.txt": content * 30_000_000 for number in range(8)}
    path = archive(tmp_path, bombs)
    start = time.process_time()
    found = source_files(path)
    assert time.process_time() - start < 0.5
    assert sum(len(file.text) for file in found) <= MOST_BYTES
    assert all(file.is_truncated for file in found)


def test_a_damaged_archive_says_so(tmp_path: Path) -> None:
    path = tmp_path / "flow.zip"
    path.write_bytes(b"no zip")
    with pytest.raises(Unavailable, match="deploy the flow again"):
        source_files(path)
    whole = archive(tmp_path, {"a.py": b"x = 1\n" * 1000})
    content = bytearray(whole.read_bytes())
    content[40:60] = b"\xff" * 20
    whole.write_bytes(bytes(content))
    with pytest.raises(Unavailable, match="deploy the flow again"):
        source_files(whole)
