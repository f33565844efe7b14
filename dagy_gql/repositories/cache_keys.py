"""Under which key the result of a task is kept: a protected environment has its own, since what
runs elsewhere chooses its keys itself and may not place or take results there."""

from uuid import UUID

_PROTECTED = "protected:"
_OTHERS = "open:"


def stored(cache_key: str, protected_environment: UUID | None) -> str:
    """`protected_environment` is that of the run, if it is in one."""
    if protected_environment is not None:
        return f"{_PROTECTED}{protected_environment}:{cache_key}"
    return f"{_OTHERS}{cache_key}" if cache_key.startswith(_PROTECTED) else cache_key
