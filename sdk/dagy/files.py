"""Files as outputs of a task: reports, images, tables. The host keeps them with the run."""

import hashlib
import mimetypes
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from dagy.context import RunContext, current
from dagy.errors import ArtifactError, NoActiveRunError, SecretLeakError
from dagy.masking import known
from dagy.names import MAX_FILE_NAME, MAX_MEDIA_TYPE, is_file_name, is_media_type
from dagy.runner.masked import blocks
from dagy.runner.protocol import ArtifactSaved

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Artifact:
    """What `save_artifact` returns; a task may return it or pass it on.

    Attributes:
        name: The file name it is kept under.
        content_type: Its media type, such as "text/html".
        size_bytes: Its size.
        sha256: The hash of its content, in hexadecimal digits.
    """

    name: str
    content_type: str
    size_bytes: int
    sha256: str


def save_artifact(
    name: str, content: bytes | str | os.PathLike[str], *, content_type: str | None = None
) -> Artifact:
    """Keep a file with the run; its page offers it for download.

    Args:
        name: A plain file name of at most 255 characters, such as "report.html".
        content: Bytes, text, or the path of an existing file.
        content_type: Its media type, such as "text/html"; by default that of the name's ending.

    Returns:
        A description of what was saved.

    Raises:
        NoActiveRunError: The code is not called by a run.
        ArtifactError: The name is not a plain file name, or the type not a media type.
        ArtifactLimitError: The run has saved as many files, or bytes, as it may.
        SecretLeakError: It holds a secret of this run. A file is kept as it is or not at all.

    Example:
        ```python
        @task
        def report(total: int) -> None:
            save_artifact("report.html", f"<h1>{total}</h1>")
        ```
    """
    context = current.get()
    if context is None:
        raise NoActiveRunError(
            "no run is active here", hint="call save_artifact() inside a task that a run executes"
        )
    _check_name(name)
    kind = _checked_type(content_type or mimetypes.guess_type(name)[0] or UNKNOWN_TYPE)
    path = _spool(context, content)
    try:
        size_bytes, sha256, is_leak = _inspected(path)
        if is_leak or known.finds(name.encode("utf-8", "surrogatepass")):
            raise SecretLeakError(
                f"the file {known.text(name)!r} holds a secret that this run was given, so it was "
                "not saved",
                hint="leave the secret out of it; files are kept as they are and cannot be masked",
            )
        context.count_file(size_bytes)
    except BaseException:
        os.unlink(path)
        raise
    saved = Artifact(name, kind, size_bytes, sha256)
    _publish(context, saved, path)
    return saved


def _check_name(name: str) -> None:
    if not is_file_name(name):
        raise ArtifactError(
            f"{name[:100]!r} is not a file name",
            hint=f"give a plain name of at most {MAX_FILE_NAME} characters, such as report.html",
        )


def _checked_type(content_type: str) -> str:
    if not is_media_type(content_type):
        raise ArtifactError(
            f"{content_type[:100]!r} is not a media type",
            hint=f"give one of at most {MAX_MEDIA_TYPE} characters, such as text/html, or leave "
            "content_type out",
        )
    return content_type


def _spool(context: RunContext, content: bytes | str | os.PathLike[str]) -> str:
    """A copy of the content, which the host takes away when it is told of it."""
    os.makedirs(context.spool_dir, exist_ok=True)
    path = os.path.join(context.spool_dir, f"artifact-{uuid.uuid4().hex}")
    if isinstance(content, str | bytes):
        Path(path).write_bytes(content.encode() if isinstance(content, str) else content)
    else:
        shutil.copyfile(content, path)
    return path


def _inspected(path: str) -> tuple[int, str, bool]:
    """Size in bytes, SHA-256, and whether it holds a secret; read in blocks."""
    digest, size_bytes, is_leak = hashlib.sha256(), 0, False
    with open(path, "rb") as file:
        for block, window in blocks(file, known):
            digest.update(block)
            size_bytes += len(block)
            is_leak = is_leak or known.finds(window)
    return size_bytes, digest.hexdigest(), is_leak


def _publish(context: RunContext, saved: Artifact, path: str) -> None:
    context.publish(
        ArtifactSaved(
            name=saved.name,
            content_type=saved.content_type,
            path=path,
            size_bytes=saved.size_bytes,
            sha256=saved.sha256,
            key=context.task.key if context.task else None,
        )
    )
