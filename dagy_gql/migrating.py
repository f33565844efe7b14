"""Migrations without what only data migrations in Python need: Tortoise copies the state of all
models before each of 80 operations, and each copy prepares the models' queries. An empty database
is ready in 2.9 s instead of 4.9."""

from collections.abc import Iterator
from contextlib import contextmanager

from tortoise.migrations.schema_generator.state_apps import StateApps


@contextmanager
def without_queries() -> Iterator[None]:
    prepare = StateApps._build_initial_querysets
    StateApps._build_initial_querysets = _prepare_nothing  # type: ignore[method-assign]
    try:
        yield
    finally:
        StateApps._build_initial_querysets = prepare  # type: ignore[method-assign]


def _prepare_nothing(self: StateApps) -> None:
    """As Tortoise itself does where it has no connection."""
