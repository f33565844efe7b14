"""Rules that people forget, and that no other tool checks."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from dagy_gql.bus import Job
from schema import root

ROOT = Path(__file__).parent.parent
OURS = ("dagy_gql", "schema", "workers", "migrations", "dagy")
CODE = ("dagy_gql", "schema", "workers", "sdk/dagy")
MAX_LINES = 400
MAX_TEST_LINES = 500

# The database's clock is the only one for what is stored or compared: `dagy_gql.clock` reads it.
CLOCKS = re.compile(
    r"(\w*datetime\.(now|utcnow|today)|\w*date\.today|time\.(time|time_ns|localtime|gmtime)"
    r"|timezone\.now|timestamp_ms)"
)
# Who reads the clock of a machine all the same, each looked at by a person: the clock itself, a
# runner (the worker translates what it says), and commands that name a time to people.
READS_A_MACHINES_CLOCK = {
    "dagy_gql/clock.py:machine_ns",
    "sdk/dagy/cli/times.py:now",
    "sdk/dagy/runner/cache.py:get",
    "sdk/dagy/runner/cache.py:put",
    "sdk/dagy/runner/protocol.py:now",
    # Moves the clock of the process in which a deploy imports the flow once more.
    "sdk/dagy/shifted_clock.py:_shift_datetime",
    "sdk/dagy/shifted_clock.py:_with_local_time",
    "sdk/dagy/shifted_clock.py:_with_now",
    "sdk/dagy/shifted_clock.py:shifted",
}

# Reads and writes that cross organizations, each looked at by a person: signing in (nobody's
# organization is known yet), the engine (it works for all) and keeping house.
REVIEWED_ALL_ORGS = {
    "access_logs.add_all_orgs",
    "access_logs.former_credential_all_orgs",
    "access_logs.page_all_orgs",
    "accounts.by_email_all_orgs",
    "accounts.has_users_all_orgs",
    "accounts.own_sessions_all_orgs",
    "accounts.revoke_session_all_orgs",
    "accounts.revoke_sessions_all_orgs",
    "accounts.sign_in_all_orgs",
    "api_keys.local_for_update_all_orgs",
    "credentials.key_all_orgs",
    "credentials.key_by_id_all_orgs",
    "credentials.mark_used_all_orgs",
    "credentials.person_all_orgs",
    "credentials.session_all_orgs",
    "bulk_operations.idle_since_all_orgs",
    "bulk_operations.organization_all_orgs",
    "execution.flow_all_orgs",
    "identities.add_all_orgs",
    "identities.begin_attempt_all_orgs",
    "identities.organization_all_orgs",
    "identities.take_attempt_all_orgs",
    "identities.user_all_orgs",
    "invitations.by_token_all_orgs",
    "invitations.take_all_orgs",
    "health.database_version_all_orgs",
    "health.queue_all_orgs",
    "health.workers_all_orgs",
    "organizations.of_user_all_orgs",
    "password_resets.add_all_orgs",
    "password_resets.by_token_all_orgs",
    "password_resets.end_others_all_orgs",
    "password_resets.take_all_orgs",
    "retention.add_partition_all_orgs",
    "retention.drop_partition_all_orgs",
    "retention.expired_cache_all_orgs",
    "retention.expired_links_all_orgs",
    "retention.expired_runs_all_orgs",
    "retention.expired_sessions_all_orgs",
    "retention.old_access_logs_all_orgs",
    "retention.old_bulk_operations_all_orgs",
    "retention.partitions_all_orgs",
    "retention.retired_deployments_all_orgs",
    "run_states.advance_all_orgs",
    "run_states.cancel_queued_all_orgs",
    "run_states.expired_all_orgs",
    "run_states.finish_all_orgs",
    "run_states.has_queued_all_orgs",
    "run_states.lock_all_orgs",
    "run_states.move_all_orgs",
    "run_states.own_crash_retries_all_orgs",
    "run_states.queued_since_all_orgs",
    "run_states.release_all_orgs",
    "run_states.start_all_orgs",
    "run_states.startable_all_orgs",
    "secrets.key_ids_all_orgs",
    "secrets.reseal_channels_all_orgs",
    "secrets.reseal_versions_all_orgs",
    "secrets.stale_channels_all_orgs",
    "secrets.stale_versions_all_orgs",
    "workers.beat_all_orgs",
    "workers.capacity_all_orgs",
    "workers.gone_all_orgs",
    "workers.leases_all_orgs",
    "workers.of_host_all_orgs",
    "workers.renew_all_orgs",
    "workers.silent_all_orgs",
}

# Of these, the ones that work in the scope of their caller: a worker's is everything, a request's
# stays its caller's organization.
IN_THE_CALLERS_SCOPE = {name for name in REVIEWED_ALL_ORGS if name.startswith("run_states.")} | {
    "workers.capacity_all_orgs"
}

# What else may look across organizations, each looked at by a person: use cases of people who are
# not signed in yet, or are about to be somewhere else; and the loops of a worker.
REVIEWED_ACROSS = {
    "dagy_gql/auth/access_log.py:refused",
    "dagy_gql/auth/access_log.py:refused_credentials",
    "dagy_gql/services/accounts.py:bootstrap",
    "dagy_gql/services/accounts.py:login",
    "dagy_gql/services/federation.py:admitted",
    "dagy_gql/services/invitations.py:accept",
    "dagy_gql/services/local_keys.py:renew",
    "dagy_gql/services/organizations.py:create",
    "dagy_gql/services/password_resets.py:create_on_server",
    "dagy_gql/services/password_resets.py:reset",
    "dagy_gql/services/secret_keys.py:rotate",
    "dagy_gql/services/sessions.py:start",
    "dagy_gql/services/sessions.py:switch",
    "workers/main.py:working",
}
# Who has just authenticated a caller, and so may say whose request it is.
ENTERS = {"dagy_gql/web/routes.py:_known", "schema/context.py:sign_in"}


def tracked(*suffixes: str) -> list[Path]:
    """Files that git knows or would know, so that nothing generated is judged."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    paths = [ROOT / name for name in listed if not suffixes or name.endswith(suffixes)]
    return [path for path in paths if path.is_file()]


def modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "."]
    return []


def test_no_other_distribution_owns_the_names_of_our_packages() -> None:
    owners = metadata.packages_distributions()
    found = {name: set(owners.get(name, [])) - {"dagy-server", "dagy"} for name in OURS}
    assert found == {name: set() for name in OURS}


def test_no_python_file_is_longer_than_one_can_hold_in_mind() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked(".py")
        if path.parent.name != "migrations"  # generated
        if (count := len(path.read_text().splitlines()))
        > (MAX_TEST_LINES if path.is_relative_to(ROOT / "tests") else MAX_LINES)
    }
    assert long == {}


def test_our_own_packages_are_imported_at_the_top_only() -> None:
    inside = [
        f"{path}:{node.lineno}"
        for path, tree in modules(*CODE)
        for function in functions(tree)
        for node in ast.walk(function)
        for name in imported(node)
        if name.split(".")[0] in OURS
    ]
    assert inside == []


def test_no_import_hides_from_the_type_checker_or_is_relative() -> None:
    wrong = [
        f"{path}:{getattr(node, 'lineno', 0)}"
        for path, tree in modules(*CODE)
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.ImportFrom) and node.level > 0)
    ]
    assert wrong == []


def test_every_module_says_what_it_answers_for() -> None:
    silent = [
        str(path) for path, tree in modules(*CODE) if tree.body and ast.get_docstring(tree) is None
    ]
    assert silent == []


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_a_lock_file_names_versions_and_hashes_only(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    pinned = re.compile(r"[a-z0-9][a-z0-9-]*==[^ ]+( ; [^\\]+)? \\")
    hashed = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert [line for line in lines if not (pinned.fullmatch(line) or hashed.fullmatch(line))] == []


def test_no_lock_of_node_packages_names_a_registry() -> None:
    locks = [path for path in tracked() if path.name == "package-lock.json"]
    assert len(locks) >= 4
    assert [path for path in locks if '"resolved":' in path.read_text()] == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    named = re.compile(r"(?<![\w.~}])/(root|home/\w+|Users/\w+|work)/[\w.]")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.suffix not in {".png", ".svg", ".ico", ".woff2"} and path != Path(__file__)
        if named.search(path.read_text(errors="replace"))
    ]
    assert found == []


def test_only_repositories_and_the_database_module_speak_sql() -> None:
    speaks = re.compile(r"^\s*(SELECT\b.*\bFROM|INSERT INTO|UPDATE|DELETE FROM)\s", re.DOTALL)
    found = {
        path.parts[1]
        for path, tree in modules("dagy_gql", "schema", "workers")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if speaks.search(node.value)
    }
    assert found <= {"repositories", "db.py", "connecting.py", "cli"}


def test_queries_that_cross_organizations_are_the_reviewed_ones() -> None:
    found = {
        f"{path.stem}.{function.name}"
        for path, tree in modules("dagy_gql")
        for function in functions(tree)
        if function.name.endswith("_all_orgs")
    }
    assert found == REVIEWED_ALL_ORGS


def uses_of(*names: str) -> set[str]:
    """Functions that speak of these words of `tenancy`, decorators included."""
    return {
        f"{path}:{function.name}"
        for path, tree in modules("dagy_gql", "schema", "workers")
        if path.name != "tenancy.py"
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and node.attr in names
        if isinstance(node.value, ast.Name) and node.value.id == "tenancy"
    }


def test_what_looks_across_organizations_is_reviewed() -> None:
    across = uses_of("all_organizations", "across_organizations", "ALL")
    rooms = "dagy_gql/repositories/"
    decorated = {
        one.removeprefix(rooms).replace(".py:", ".") for one in across if one.startswith(rooms)
    }
    assert decorated == REVIEWED_ALL_ORGS - IN_THE_CALLERS_SCOPE
    assert {one for one in across if not one.startswith(rooms)} == REVIEWED_ACROSS
    assert uses_of("enter") == ENTERS


def test_what_answers_requests_never_crosses_organizations() -> None:
    crossing = {
        f"{path}:{node.lineno}"
        for path, tree in modules("schema", "dagy_gql/web")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr.endswith("_all_orgs"))
        or (isinstance(node, ast.Name) and node.id.endswith("_all_orgs"))
    }
    assert crossing == set()


def test_every_job_has_a_function_in_the_workers() -> None:
    defined = {function.name for _, tree in modules("workers") for function in functions(tree)}
    assert {job.value for job in Job} <= defined


def test_the_checked_in_schema_is_the_one_the_code_has() -> None:
    written = (ROOT / "schema" / "schema.graphql").read_text()
    assert written.strip() == root.schema.as_str().strip()


def test_the_models_have_no_change_without_a_migration(tmp_path: Path) -> None:
    """`makemigrations` has no dry run: it works on a copy, and must write nothing there."""
    copy = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = sorted(path.name for path in copy.glob("*.py"))

    done = subprocess.run(
        [sys.executable, "-m", "tortoise", "-c", "dagy_gql.db.TORTOISE", "makemigrations"],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}:{ROOT / 'sdk'}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in copy.glob("*.py")) == before, done.stdout


def test_times_come_from_the_databases_clock() -> None:
    found = {
        f"{path}:{function.name}"
        for path, tree in modules(*CODE)
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and CLOCKS.fullmatch(ast.unparse(node.func))
    }

    assert found == READS_A_MACHINES_CLOCK


def test_no_module_reads_a_clock_when_it_is_imported() -> None:
    found = [
        str(path)
        for path, tree in modules(*CODE)
        for statement in tree.body
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and CLOCKS.fullmatch(ast.unparse(node.func))
    ]

    assert found == []
