"""The text files inside a flow's archive, as somebody reads them: nothing is unpacked, and however
much is in it, little is read."""

import codecs
import zipfile
from dataclasses import dataclass
from pathlib import Path

from dagy_gql.artifacts.archive import UNREADABLE
from dagy_gql.errors import Unavailable

MOST_FILES = 50
MOST_BYTES = 200_000

_SNIFFED_BYTES = 4_096
# What is read of files that turn out to be no text counts, too.
_MOST_READ = 2_000_000
_MOST_ENTRIES = 1_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    path: str
    text: str
    is_truncated: bool


def source_files(archive: Path) -> list[SourceFile]:
    """Those that lie nearest to the top come first; files that are not UTF-8 are left out.

    Raises Unavailable if the archive is damaged. Blocks: call it in a thread.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            return _Reader(opened).files()
    except UNREADABLE as error:
        raise Unavailable("The stored archive cannot be read: deploy the flow again.") from error


class _Reader:
    """`_left` are the bytes of text that may still be shown, `_unread` those that may be read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = MOST_BYTES
        self._unread = _MOST_READ

    def files(self) -> list[SourceFile]:
        entries = [entry for entry in self._archive.infolist() if not entry.is_dir()]
        entries.sort(key=lambda entry: (entry.filename.count("/"), entry.filename))
        found: list[SourceFile] = []
        for entry in entries[:_MOST_ENTRIES]:
            if len(found) == MOST_FILES or self._unread <= 0:
                break
            file = self._file(entry)
            if file is not None:
                found.append(file)
        return found

    def _file(self, entry: zipfile.ZipInfo) -> SourceFile | None:
        with self._archive.open(entry) as file:
            content = file.read(_SNIFFED_BYTES)
            self._unread -= _SNIFFED_BYTES
            if _text(content) is None:
                return None
            if len(content) == _SNIFFED_BYTES:
                # One byte more tells whether there is more.
                rest = file.read(max(1, self._left - _SNIFFED_BYTES + 1))
                self._unread -= len(rest)
                content += rest
        shown = content[: self._left]
        text = _text(shown)
        if text is None:
            return None
        self._left -= len(shown)
        return SourceFile(entry.filename, text, is_truncated=len(content) > len(shown))


def _text(content: bytes) -> str | None:
    """None: it is not text. A character that is cut at the end is left out."""
    if b"\x00" in content:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return None
