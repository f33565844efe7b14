"""Archives from outside: each is taken whole, or refused before it is stored and with the entry."""

import contextlib
import io
import random
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from dagy_gql.artifacts import archive
from dagy_gql.artifacts.archive import ArchiveLimits
from dagy_gql.errors import BadUserInput

LIMITS = ArchiveLimits(max_unpacked_bytes=2_000_000, max_files=100)
SOURCE = b"from dagy import flow\n" * 200


def zipped(
    *entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.comment = comment
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = compression
            target.writestr(info, content)
    return buffer.getvalue()


def refusal(folder: Path, content: bytes) -> str:
    path = folder / "some-archive.zip"
    path.write_bytes(content)
    with pytest.raises(BadUserInput) as caught:
        archive.check(path, LIMITS)
    assert caught.value.extensions["field"] == "artifact"
    with pytest.raises(BadUserInput):
        archive.unpack(path, folder / "target", LIMITS)
    assert [each.name for each in folder.iterdir()] == ["some-archive.zip"]
    assert str(folder) not in caught.value.message
    return caught.value.message


HONEST = zipped(("flow.py", SOURCE), ("data/a.csv", b"1,2"), ("data/", b""))


@pytest.mark.parametrize(
    "content",
    [
        HONEST,
        zipped(("flow.py", SOURCE), compression=zipfile.ZIP_STORED),
        zipped(("./flow.py", SOURCE), ("w\u00e4tter/\u20ac.txt", b"")),
        zipped(("flow.py", SOURCE), comment=b"packed by hand"),
        zipped(*((f"{number}.py", b"") for number in range(100))),
        zipped(("n" * 255, b"")),
        b"#!/usr/bin/env python\n" + HONEST,
    ],
    ids=["ours", "stored", "names", "comment", "many", "long name", "prefix"],
)
def test_an_honest_archive_is_unpacked(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)

    archive.unpack(path, tmp_path / "target", LIMITS)

    with zipfile.ZipFile(path) as opened:
        for name in opened.namelist():
            if not name.endswith("/"):
                assert (tmp_path / "target" / name).read_bytes() == opened.read(name)


def flipped(content: bytes, at: int, bits: int = 0xFF) -> bytes:
    return content[:at] + bytes([content[at] ^ bits]) + content[at + 1 :]


DAMAGED = flipped(zipped(("flow.py", SOURCE)), 30 + len("flow.py") + 3)
WRONG_NAME = flipped(zipped(("flow.py", SOURCE)), 30)
NO_UTF8 = zipped(("\u20ac\u20ac.py", b"")).replace("\u20ac".encode(), b"\xff\xfe\xfd")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a readable zip archive"),
        (HONEST[:-30], "is not a readable zip archive"),
        (DAMAGED, "has the damaged entry 'flow.py'"),
        (WRONG_NAME, "has the damaged entry 'flow.py'"),
        (NO_UTF8, "is not a readable zip archive"),
        (zipped(("a.py", b"x"), compression=zipfile.ZIP_LZMA), "'a.py', which is neither stored"),
        (zipped(("a.py", b"x"), compression=zipfile.ZIP_BZIP2), "'a.py', which is neither stored"),
        (zipped(("a", b"1"), ("a/b.py", b"2")), "'a', which is a file and a folder"),
        (zipped(("a/b.py", b"2"), ("a", b"1")), "'a', which is a file and a folder"),
        (zipped(("a", b"1"), ("a/", b"")), "'a', which is a file and a folder"),
        (zipped((".", b"1")), "'.', which is no name of a file"),
        (zipped(("a.py", b"1")).replace(b"a.py", b"\0.py"), "'', which is no name of a file"),
        (zipped(("./a.py", b"1"), ("a.py", b"2")), "'a.py' twice"),
        (zipped(("n" * 300, b"1")), "whose name is too long for a file"),
        (zipped(("\u20ac" * 90, b"1")), "whose name is too long for a file"),
        (zipped(("/".join(["n" * 200] * 6), b"1")), "whose name is too long for a file"),
        (zipped(("d/" * 60 + "a.py", b"1")), "in more than 40 folders"),
        (zipped(("a.py", b"0" * 2_000_001)), "unpacks to more than 2000000 bytes"),
        (zipped(*((f"{number}.py", b"") for number in range(101))), "has 101 entries"),
    ],
)
def test_what_cannot_be_unpacked_is_refused_with_the_entry(
    tmp_path: Path, content: bytes, said: str
) -> None:
    assert said in refusal(tmp_path, content)


def test_entries_that_share_their_data_are_refused(tmp_path: Path) -> None:
    """Each would be read again: 10,000 entries over the same 64 MB take hours."""
    content = zipped(("a.py", random.Random(1).randbytes(5_000)))
    at = content.rindex(b"PK\x01\x02")
    entry, end = content[at:-22], bytearray(content[-22:])
    entries = b"".join(entry.replace(b"a.py", name) for name in (b"a.py", b"b.py", b"c.py"))
    struct.pack_into("<2H2L", end, 8, 3, 3, len(entries), at)
    assert "overlap" in refusal(tmp_path, content[:at] + entries + bytes(end))


def test_zip64_is_refused(tmp_path: Path) -> None:
    content = zipped(("a.py", b""))
    locator = b"PK\x06\x07" + bytes(16)
    assert "zip64" in refusal(tmp_path, content[:-22] + locator + content[-22:])


@pytest.mark.parametrize("told", [1, 65_535])
def test_a_large_directory_is_refused_in_little_memory(tmp_path: Path, told: int) -> None:
    entry = zipped(("a.py", b""))[-22 - 46 - 4 : -22]
    directory = entry * (60_000_000 // len(entry))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, told, told, len(directory), 0, 0)
    (tmp_path / "large.zip").write_bytes(directory + end)
    tracemalloc.start()
    try:
        with pytest.raises(BadUserInput, match=r"entries|too large"):
            archive.check(tmp_path / "large.zip", LIMITS)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1_000_000


@pytest.mark.parametrize("seed", range(10))
def test_damage_anywhere_is_refused_or_harmless(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "a.zip"
    for number in range(200):
        content = HONEST
        for _ in range(chance.randint(1, 3)):
            content = flipped(content, chance.randrange(len(content)), chance.randint(1, 255))
        path.write_bytes(content)
        with contextlib.suppress(BadUserInput):
            archive.unpack(path, tmp_path / f"target-{number}", LIMITS)
    for each in tmp_path.glob("target-*/**/*"):
        assert each.resolve().is_relative_to(tmp_path)
