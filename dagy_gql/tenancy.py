"""On whose behalf the database is asked: one organization, all of them, or nobody (the default,
who sees no rows). Row-level security in PostgreSQL reads the scope that is set here, so what a
wrong query asks for beyond it does not exist.

The scope of a request comes from its authenticated caller, never from a repository.
"""

import functools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ParamSpec, TypeVar
from uuid import UUID

P = ParamSpec("P")
T = TypeVar("T")


class Unscoped(RuntimeError):
    """The database was asked on nobody's behalf."""


class Trespass(RuntimeError):
    """Work for one organization tried to turn to another one."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The values of the settings `dagy.org_id` and `dagy.everything`, as the policies read them."""

    org_id: str = ""
    everything: str = ""


NOBODY = Scope()
ALL = Scope(everything="on")

_scope: ContextVar[Scope] = ContextVar("scope", default=NOBODY)


def current() -> Scope:
    return _scope.get()


def required() -> Scope:
    """Raises Unscoped."""
    scope = _scope.get()
    if scope is NOBODY:
        raise Unscoped(
            "No organization is in scope: sign the caller in, enter `tenancy.organization(id)`, or"
            " mark a reviewed function that looks across all with `@tenancy.across_organizations`."
        )
    return scope


def enter(org_id: UUID | None) -> None:
    """From here on the request is its caller's, or nobody's. Only what has just authenticated
    the caller may say so; `request` takes it back at the end."""
    _scope.set(NOBODY if org_id is None else Scope(str(org_id)))


@contextmanager
def request() -> Iterator[None]:
    """Begins on nobody's behalf, whatever is in scope around it."""
    with _within(NOBODY):
        yield


@contextmanager
def organization(org_id: UUID) -> Iterator[None]:
    """Only what belongs to it. Raises Trespass inside the scope of another organization."""
    scope, outer = Scope(str(org_id)), _scope.get()
    if outer.org_id and outer != scope:
        raise Trespass(f"Organization {outer.org_id} is in scope: {org_id} cannot be entered.")
    with _within(scope):
        yield


@contextmanager
def all_organizations() -> Iterator[None]:
    """Everything: signing in, the engine and keeping house. A test lists who uses it."""
    with _within(ALL):
        yield


def across_organizations(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Has an async function look across all organizations, whoever calls it. A test lists them."""

    @functools.wraps(function)
    async def everywhere(*args: P.args, **kwargs: P.kwargs) -> T:
        with _within(ALL):
            return await function(*args, **kwargs)

    return everywhere


@contextmanager
def _within(scope: Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)
