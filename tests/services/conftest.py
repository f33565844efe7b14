"""Every test may be refused as often as it needs."""

import pytest

from dagy_gql.auth import access_log


@pytest.fixture(autouse=True)
def _fresh_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "_bound", access_log.Bound())
