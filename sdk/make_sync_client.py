"""Writes dagy/api/sync from dagy/api/aio, so that both clients are one (`make client`).

`concurrency.py` is written by hand on both sides.
"""

import re
from collections.abc import Iterator
from pathlib import Path

API = Path(__file__).parent / "dagy" / "api"
BY_HAND = frozenset({"__init__.py", "concurrency.py"})
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"for asyncio programs\.", "for programs. One client may be used by several threads."),
        (r"Awaitable\[(dict\[str, Any\]|T)\]", r"\1"),
        (r"AsyncIterator, Awaitable, ", "Iterator, "),
        (r", Awaitable\b", ""),
        (r"\bAsyncGenerator\[(.+), None\]", r"Generator[\1, None, None]"),
        (r"\bAsync(?=[A-Z])", ""),
        (r"\basync (def|with|for)\b", r"\1"),
        (r"\bawait ", ""),
        (r"\basynccontextmanager\b", "contextmanager"),
        (r"\baclosing\b", "closing"),
        (r"\b__aenter__\b", "__enter__"),
        (r"\b__aexit__\b", "__exit__"),
        (r"\baclose\b", "close"),
        (r"\baread\b", "read"),
        (r"\baiter_sse\b", "iter_sse"),
        (r"\bdagy\.api\.aio\b", "dagy.api.sync"),
        (r"(run\.wait|client\.trigger)", r"\1"),
    )
)


def sources() -> Iterator[tuple[Path, str]]:
    """(file of the blocking client, its text) for every file that is made."""
    for path in sorted((API / "aio").glob("*.py")):
        if path.name not in BY_HAND:
            yield API / "sync" / path.name, blocking(path.read_text(encoding="utf-8"))


def blocking(text: str) -> str:
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


if __name__ == "__main__":
    for target, made in sources():
        target.write_text(made, encoding="utf-8")
