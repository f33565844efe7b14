"""The environment that `dagy up` gives its processes."""

from pathlib import Path

import pytest

from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.embedded.installation import Installation

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
