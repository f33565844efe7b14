"""What routes that stream a file have in common: their parameters, and how the file is answered."""

import re
from collections.abc import AsyncIterator, Collection
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import StreamingResponse

from dagy_gql.errors import BadUserInput
from dagy_gql.services.tables import Format

_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")


def parameters(request: Request, known: Collection[str]) -> dict[str, str]:
    """Raises BadUserInput for one that there is not, and for NUL."""
    wanted = dict(request.query_params)
    for name, value in sorted(wanted.items()):
        if name not in known:
            names = ", ".join(sorted(known))
            raise BadUserInput(
                f"{name[:50]!r} is no parameter. There are: {names}.", field=name[:50]
            )
        if "\x00" in value:
            raise BadUserInput(f"{name} must not contain NUL.", field=name)
    return wanted


def format_of(wanted: dict[str, str]) -> Format:
    """Raises BadUserInput."""
    name = wanted.get("format", Format.JSONL)
    if name not in set(Format):
        known = " and ".join(Format)
        raise BadUserInput(f"There is no format {name[:50]!r}, only {known}.", field="format")
    return Format(name)


def attachment(pieces: AsyncIterator[bytes], name: str, media_type: str) -> StreamingResponse:
    plain = _PLAIN_NAME.fullmatch(name)
    words = f'filename="{name}"' if plain else f"filename*=UTF-8''{quote(name, safe='')}"
    headers = {
        "Content-Disposition": f"attachment; {words}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(pieces, media_type=media_type, headers=headers)
