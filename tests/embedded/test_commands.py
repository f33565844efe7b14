"""The server commands by themselves: what they find, refuse and print."""

import ast
from importlib import metadata
from pathlib import Path

import asyncpg
import click
import pytest
from click.testing import CliRunner

from dagy_gql.cli import checks, database, examples, group
from dagy_gql.cli.checks import Outcome
from dagy_gql.cli.group import main
from dagy_gql.embedded.servers import Servers
from dagy_gql.settings import Settings, load


def test_dagy_finds_every_command_by_its_entry_point() -> None:
    found = metadata.distribution("dagy-server").entry_points.select(group="dagy.commands")
    assert {point.name for point in found} == set(group.HELP)
    assert all(isinstance(point.load(), click.Command) for point in found)


def test_help_lists_the_commands_without_importing_them() -> None:
    done = CliRunner().invoke(main, ["--help"])
    assert done.exit_code == 0
    assert all(text in done.output for text in group.HELP.values())


def test_every_listed_example_is_a_flow_of_that_file() -> None:
    listed = examples.listed()
    assert len(listed) >= 3
    for entry in listed:
        name, _, flow = entry.partition(":")
        tree = ast.parse((examples.FOLDER / name).read_text())
        assert flow in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("command", ["server", "worker", "migrate"])
def test_a_process_without_a_database_says_which_variable_is_missing(command: str) -> None:
    done = CliRunner().invoke(main, [command])
    assert done.exit_code == 1
    assert "DAGY_DATABASE_URL is not set" in done.output


@pytest.mark.parametrize("command", ["server", "worker", "migrate", "doctor"])
@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"DAGY_JWT_ISSUER": "https://x.example"}, "DAGY_JWT_ISSUER needs DAGY_JWT_AUDIENCE"),
        ({"DAGY_PORT": "s3cret"}, "DAGY_PORT: Input should be a valid integer"),
        ({"DAGY_PLANS": "s3cret"}, "plans"),
    ],
)
def test_a_variable_that_is_wrong_is_named_and_no_value_shown(
    command: str, variables: dict[str, str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"DAGY_DATABASE_URL": "postgresql://u:s3cret@h/d", "DAGY_SECRETS_KEY": "s3cret"}
    for name, value in (values | variables).items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(main, [command])
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert text in done.output
    assert "s3cret" not in done.output
    assert "s3cret" not in str(done.exc_info)


def test_the_address_of_redis_comes_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "redis.url"
    monkeypatch.setenv("DAGY_REDIS_URL_FILE", str(file))
    done = CliRunner().invoke(main, ["server"])
    assert done.exit_code == 1
    assert f"DAGY_REDIS_URL_FILE is {file}, which cannot be read: No such file" in done.output

    file.write_text("redis://u:s3cret@h/0\n")
    settings = load()
    assert settings.redis_url == "redis://u:s3cret@h/0"
    assert "s3cret" not in repr(settings)
    monkeypatch.setenv("DAGY_REDIS_URL", "redis://other/0")
    assert load().redis_url == "redis://other/0"


async def test_the_owner_migrates_and_the_servers_role_need_not(servers: Servers) -> None:
    """Roles as docs/operating/install.md makes them, on a server of one's own."""
    connection = await asyncpg.connect(servers.database_url)
    url = servers.database_url.replace("dagy@/dagy", "{}@/apart")
    try:
        await connection.execute("CREATE ROLE apart_owner LOGIN")
        await connection.execute("CREATE DATABASE apart OWNER apart_owner")
        if not await connection.fetchval("SELECT to_regrole('dagy_app') IS NOT NULL"):
            await connection.execute("CREATE ROLE dagy_app")
        await connection.execute("CREATE ROLE apart_app LOGIN IN ROLE dagy_app")
        settings = Settings(
            database_url=url.format("apart_app"), database_owner_url=url.format("apart_owner")
        )
        await database.prepare(settings, migrate=True)
        await database.prepare(settings, migrate=False)
        finding = await checks.database(settings.database_url)
        assert finding.outcome is Outcome.OK
        alone = Settings(database_url=url.format("apart_app"))
        with pytest.raises(click.ClickException, match="set DAGY_DATABASE_OWNER_URL to the same"):
            await database.prepare(alone, migrate=True)
    finally:
        await connection.close()


def test_migrating_twice_changes_nothing(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGY_DATABASE_URL", servers.database_url)
    monkeypatch.setenv("DAGY_REDIS_URL", servers.redis_url)
    for _ in range(2):
        done = CliRunner().invoke(main, ["migrate"])
        assert (done.exit_code, done.output) == (0, "The database is up to date.\n")


def test_schema_prints_the_sdl() -> None:
    done = CliRunner().invoke(main, ["schema"])
    assert done.exit_code == 0
    assert "type Mutation" in done.output


def test_doctor_names_a_package_that_takes_one_of_our_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owners = {"schema": ["dagy-server", "schema"], "workers": ["dagy-server"]}
    monkeypatch.setattr(checks.metadata, "packages_distributions", lambda: owners)
    finding = checks.packages()
    assert finding.outcome is Outcome.WRONG
    assert "schema (from schema)" in finding.text


async def test_doctor_says_that_migrations_are_missing(servers: Servers) -> None:
    url = servers.database_url.replace("/dagy?", "/postgres?")
    finding = await checks.database(url)
    assert finding.outcome is Outcome.WRONG
    assert "run `dagy migrate` (0001_initial" in finding.text


async def test_doctor_says_that_a_server_does_not_answer(tmp_path: Path) -> None:
    database = await checks.database(f"postgresql://dagy@/dagy?host={tmp_path}")
    queue = await checks.queue(f"unix://{tmp_path}/redis.sock")
    assert (database.outcome, queue.outcome) == (Outcome.WRONG, Outcome.WRONG)


@pytest.mark.parametrize("name", ["credentials", "secrets.key", "postgres.passwords", "redis.url"])
def test_doctor_names_what_others_can_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("local: secret")
    (tmp_path / name).chmod(0o644)
    wrong = [one for one in checks.folder(Settings(local_dir=tmp_path)) if one.outcome == "wrong"]
    assert [one.text for one in wrong] == [f"others can read it: chmod 600 {tmp_path / name}"]
