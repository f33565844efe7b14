"""Where a browser may be sent because a link asked for it."""

import re

MAX_LENGTH = 500

# What the URL standard takes for "." and ".." in a path.
_DOTS = frozenset({".", "%2e", "..", ".%2e", "%2e.", "%2e%2e"})


def same_origin_path(wanted: str) -> str | None:
    """`wanted` where it is a path of this site for every reader, else None.

    Empty and dotted segments are refused, not removed: `/..//evil.example` is a path of this site
    until a browser has resolved it, and then names another host to whoever resolves it again.
    """
    is_plain = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    if not (is_plain and wanted.startswith("/") and len(wanted) <= MAX_LENGTH):
        return None
    path = re.split("[?#]", wanted, maxsplit=1)[0]
    segments = path[1:].lower().split("/")
    has_gaps = any(not segment for segment in segments[:-1])
    return None if has_gaps or not _DOTS.isdisjoint(segments) else wanted
