"""The environment that `dagy up` gives its processes."""

from pathlib import Path

import pytest

from dagy_gql.embedded import process, redis
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.installation import Installation, listen, services

OWN = {"DAGY_RATE_LIMIT_PER_MINUTE": "6000", "DAGY_RATE_LIMIT_BURST": "6000"}


@pytest.mark.parametrize(
    ("host", "given", "added"),
    [
        ("127.0.0.1", {}, OWN),
        ("::1", {"DAGY_ENV": "development"}, OWN),
        ("127.0.0.1", {"DAGY_ENV": "production"}, {}),
        ("0.0.0.0", {}, {}),
        ("127.0.0.1", {"DAGY_RATE_LIMIT_PER_MINUTE": "60"}, {}),
        ("127.0.0.1", {"DAGY_RATE_LIMIT_BURST": "60"}, {}),
    ],
)
def test_the_limit_is_wide_where_only_this_machine_can_ask(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    given: dict[str, str],
    added: dict[str, str],
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = Installation(LocalFolder(tmp_path), host, 8000, 1).environment
    assert {name: value for name, value in found.items() if "RATE_LIMIT" in name} == added


def test_only_server_and_workers_get_the_settings_of_the_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There may be keys and passwords among them."""
    monkeypatch.setenv("DAGY_SECRETS_KEY", "key")
    folder = LocalFolder(tmp_path)
    folder.create()
    redis.make_password(folder)
    with listen("127.0.0.1", 0) as listening:
        found = services(Installation(folder, "127.0.0.1", 8000, 1), listening)
        commands = {one.name: one.command(None) for one in found}
    knows = {
        name for name, one in commands.items() if "DAGY_SECRETS_KEY" in process.environment_of(one)
    }
    assert commands.keys() == {"server", "worker-1", "redis", "postgres"}
    assert knows == {"server", "worker-1"}
    postgres = process.environment_of(commands["postgres"])
    assert not [name for name in postgres if name.startswith("DAGY_")]


@pytest.mark.parametrize(
    ("host", "given", "may"),
    [
        ("127.0.0.1", {}, "anybody"),
        ("127.0.0.1", {"DAGY_ORGANIZATIONS": "operator"}, "operator"),
        ("127.0.0.1", {"DAGY_ENV": "production"}, None),
        ("0.0.0.0", {}, None),
    ],
)
def test_anybody_makes_organizations_where_only_this_machine_can_ask(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    given: dict[str, str],
    may: str | None,
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    found = Installation(LocalFolder(tmp_path), host, 8000, 1).environment
    assert found.get("DAGY_ORGANIZATIONS") == may
