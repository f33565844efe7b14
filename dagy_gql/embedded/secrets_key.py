"""The key that secrets are sealed with: the person's, or one of our own in the folder."""

import os
from pathlib import Path

from dagy_gql.embedded import private
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import EmbeddedError
from dagy_gql.keys import HOW_TO_MAKE_ONE, SealError, new_key, read

_NAME = "secrets.key"


def ensure(folder: LocalFolder, *, file: str, is_own_database: bool) -> Path | None:
    """The file that holds the keys: `file`, or the folder's own; None where DAGY_SECRETS_KEY does.

    A folder with an embedded database gets a key on its first start. Raises EmbeddedError.
    """
    # Never an option of the command: the arguments of a process are for all to see.
    given = os.environ.get("DAGY_SECRETS_KEY", "")
    if given:
        _check(given, "DAGY_SECRETS_KEY")
        return None
    path = Path(file).expanduser().absolute() if file else file_of(folder)
    if not path.exists():
        if is_own_database or file:
            raise EmbeddedError(_missing(file))
        private.write_new(path, f"{new_key()}\n")
    _check(_content(path), str(path))
    return path


def file_of(folder: LocalFolder) -> Path:
    return folder.root / _NAME


def _missing(file: str) -> str:
    if file:
        return f"DAGY_SECRETS_KEY_FILE is {file}, which does not exist: {HOW_TO_MAKE_ONE}."
    return (
        "DAGY_DATABASE_URL names a database of your own, and DAGY_SECRETS_KEY is not set: "
        f"{HOW_TO_MAKE_ONE}, give it to every process that uses the database, and keep a copy "
        "apart from it."
    )


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise EmbeddedError(f"The keys in {path} cannot be read: {error.strerror}.") from error


def _check(text: str, where: str) -> None:
    try:
        read(text)
    except SealError as error:
        raise EmbeddedError(f"{where}: {error}") from error
