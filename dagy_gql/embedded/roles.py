"""Who may speak to the embedded PostgreSQL: three roles with a password each, none a superuser.

The superuser that initdb makes has no password and no line in pg_hba.conf: nobody connects as it.
What only it can do is done here, in single-user mode, before the server starts.
"""

import base64
import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from dagy_gql.embedded import private
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.process import Command, EmbeddedError, Identity, run

SUPERUSER = DATABASE = "dagy"
# What the server and the workers are: bound by row-level security, and no table is theirs.
APPLICATION = "dagy_app"
# Whose the tables are: migrations, and the functions that make and drop weekly partitions.
OWNER = "dagy_owner"
# Reads everything, for pg_dump, which refuses to read what row-level security might hide.
BACKUP = "dagy_backup"

_RIGHTS = {
    APPLICATION: "NOBYPASSRLS",
    OWNER: "NOBYPASSRLS",
    BACKUP: "BYPASSRLS CONNECTION LIMIT 2",
}
# RFC 7677 asks for 4,096 rounds, which slow down guessing at what people choose. These are 256
# random bits, which nobody guesses: one round is as safe, and takes 1 ms a connection instead of 4.
_SCRAM_ROUNDS = 1
_SALT_BYTES = 16
_PASSWORD_BYTES = 32

_DATABASE_RIGHTS = (
    f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
    f"GRANT CONNECT ON DATABASE {DATABASE} TO {APPLICATION}, {BACKUP}",
    "REVOKE ALL ON DATABASE postgres FROM PUBLIC",
    "REVOKE ALL ON DATABASE template1 FROM PUBLIC",
)
# Everything that the superuser owned before there was an owner. Indexes, row types and the
# sequences of columns follow their tables.
_HAND_OVER = """
DO $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT format('ALTER TABLE %s OWNER TO dagy_owner', oid::regclass) AS sql FROM pg_class c
    WHERE relnamespace = 'public'::regnamespace AND relowner = 10
      AND relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend
                      WHERE classid = 'pg_class'::regclass AND objid = c.oid
                        AND deptype IN ('a', 'i', 'e')
                        AND (c.relkind = 'S' OR deptype = 'e'))
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO dagy_owner', oid::regprocedure) FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace AND proowner = 10
      AND NOT EXISTS (SELECT FROM pg_depend
                      WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
    UNION ALL
    SELECT format('ALTER STATISTICS public.%I OWNER TO dagy_owner', stxname)
    FROM pg_statistic_ext
    WHERE stxnamespace = 'public'::regnamespace AND stxowner = 10
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO dagy_owner', oid::regtype) FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typowner = 10 AND typtype IN ('e', 'd')
  LOOP
    EXECUTE one.sql;
  END LOOP;
END $$
"""


def passwords_file(folder: LocalFolder) -> Path:
    """In libpq's format: psql and pg_dump read it too, as PGPASSFILE."""
    return folder.root / "postgres.passwords"


def url(folder: LocalFolder, role: str) -> str:
    """Without the password: it names the file, so nothing that shows the address shows more."""
    place, file = quote(str(folder.sockets)), quote(str(passwords_file(folder)))
    return f"postgresql://{role}@/{DATABASE}?host={place}&passfile={file}"


def superuser_url(folder: LocalFolder) -> str:
    """Of use only where another pg_hba.conf than ours is in force."""
    return f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(str(folder.sockets))}"


def ensure(
    folder: LocalFolder,
    data: Path,
    *,
    single: Sequence[str],
    identity: Identity | None,
    is_new: bool = False,
) -> None:
    """Have `data` know our roles by their passwords and let nobody else in.

    `data` is a cluster that no server runs on (`single` is the command line for it): a new one, or
    one from before there were passwords, or one whose passwords were lost. pg_hba.conf is written
    last and names the passwords it goes with, so what was interrupted is done again.

    Raises EmbeddedError.
    """
    known = _passwords(folder)
    wanted = _access(known)
    if _read(data / "pg_hba.conf") == wanted:
        return

    def execute(database: str, statements: Sequence[str]) -> None:
        # A statement that fails ends it, and is not logged with the verifiers in it.
        options = ["-c", "exit_on_error=on", "-c", "log_min_error_statement=panic"]
        text = "".join(f"{' '.join(one.split())};\n" for one in statements)
        argv = [*single, *options, database]
        run(Command(argv, folder.log("postgres"), identity=identity, input=text.encode()))

    create = f"CREATE DATABASE {DATABASE} OWNER {OWNER}"
    have = create if is_new else f"ALTER DATABASE {DATABASE} OWNER TO {OWNER}"
    execute("postgres", [*_roles(known), have, *_DATABASE_RIGHTS])
    if not is_new:
        execute(DATABASE, [_HAND_OVER])
    private.replace(data / "pg_hba.conf", wanted, identity=identity)


def _roles(passwords: dict[str, str]) -> list[str]:
    made = []
    for role, rights in _RIGHTS.items():
        made += [
            f"DO $$ BEGIN IF to_regrole('{role}') IS NULL THEN CREATE ROLE {role}; END IF; END $$",
            f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION {rights}"
            f" PASSWORD '{_verifier(passwords[role])}'",
            # What a role has set for its own later sessions.
            f"ALTER ROLE {role} RESET ALL",
        ]
    made.append(f"ALTER ROLE {SUPERUSER} PASSWORD NULL")
    return [*made, f"GRANT pg_read_all_data, pg_checkpoint TO {BACKUP}"]


def _access(passwords: dict[str, str]) -> str:
    lines = [f"local {DATABASE} {role} scram-sha-256" for role in _RIGHTS]
    return "\n".join(
        [
            "# Written by `dagy up`. Who is not here cannot connect, the superuser included.",
            *lines,
            f"# passwords {_digest(passwords)}",
            "",
        ]
    )


def _digest(passwords: dict[str, str]) -> str:
    text = "\n".join(f"{role} {passwords[role]}" for role in _RIGHTS)
    return hashlib.sha256(text.encode()).hexdigest()


def _passwords(folder: LocalFolder) -> dict[str, str]:
    """Those of the file, which is made if there is none."""
    path = passwords_file(folder)
    text = _read(path)
    if text is None:
        lines = [f"*:*:{DATABASE}:{role}:{secrets.token_hex(_PASSWORD_BYTES)}" for role in _RIGHTS]
        text = "\n".join(["# Of the embedded PostgreSQL (PGPASSFILE).", *lines, ""])
        private.write_new(path, text)
    elif stat.S_IMODE(path.stat().st_mode) & private.UMASK:
        path.chmod(0o600)  # libpq and asyncpg do not read one that others can
    entries = [line.split(":") for line in text.splitlines() if not line.startswith("#")]
    found = {entry[3]: entry[4] for entry in entries if len(entry) == 5 and entry[4]}
    if missing := _RIGHTS.keys() - found.keys():
        raise EmbeddedError(
            f"{path} has no password for {', '.join(sorted(missing))}. Delete it: the next start"
            " makes a new one."
        )
    return found


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise EmbeddedError(f"{path} cannot be read: {error}.") from error


def _verifier(password: str) -> str:
    """What PostgreSQL stores for it (RFC 5802), so that the password itself never reaches it."""
    salt = os.urandom(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _SCRAM_ROUNDS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    texts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${_SCRAM_ROUNDS}:{texts[0]}${texts[1]}:{texts[2]}"
