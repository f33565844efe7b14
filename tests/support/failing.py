"""Awaits that fail on purpose."""

from collections.abc import Callable
from typing import Any

import asyncpg
import pytest


def deadlock() -> Exception:
    return asyncpg.DeadlockDetectedError("deadlock detected")


def away() -> Exception:
    return ConnectionResetError("connection reset")


def bug() -> Exception:
    return RuntimeError("a bug")


Error = Callable[[], Exception]


def fail(monkeypatch: pytest.MonkeyPatch, place: tuple[Any, str], *errors: Error) -> list[str]:
    """Have what is awaited there raise `errors`, one a call; answers the calls that failed."""
    owner, name = place
    real, left, failed = getattr(owner, name), list(errors), list[str]()

    async def failing(*args: Any, **kwargs: Any) -> Any:
        if left:
            failed.append(name)
            raise left.pop(0)()
        return await real(*args, **kwargs)

    monkeypatch.setattr(owner, name, failing)
    return failed
