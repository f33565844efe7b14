"""Serves the web UI and the documentation from memory, indexed once at the start of the process.

A request path is only ever looked up in that index and never joined to a folder, so no path can
leave it. A new build needs a new process: pages and the hashes in their policy belong together.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import quote

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from dagy_gql.web.csp import inline_script_hashes, security_headers

IMMUTABLE_PREFIX = "_next/static/"
LOGIN_PAGE = "login.html"
WILDCARD = "_"
_IMMUTABLE = b"public, max-age=31536000, immutable"
_REVALIDATE = b"no-cache"

RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Absent:
    """What is said, with 503, in place of a site that nobody has built."""

    title: str
    command: str

    def html(self) -> str:
        return (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Dagy</title>'
            '<body style="font:16px system-ui;margin:4rem auto;max-width:34rem;padding:0 1rem">'
            f"<h1>{self.title}</h1><p>Run <code>{self.command}</code> in the checkout, then "
            "start Dagy again. The API at <code>/graphql</code> works without it.</p>"
        )

    def json(self) -> str:
        message = f"{self.title}. Run `{self.command}` in the checkout, then start Dagy again."
        return orjson.dumps({"error": {"code": "UNAVAILABLE", "message": message}}).decode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        is_page = "text/html" in Headers(scope=scope).get("accept", "")
        text = self.html() if is_page else self.json()
        kind = b"text/html; charset=utf-8" if is_page else b"application/json"
        await _send_text(send, scope, 503, text, [(b"content-type", kind)])


UI_ABSENT = Absent("The web UI is not built", "make ui")
DOCS_ABSENT = Absent("The documentation is not built", "make docs")


@dataclass(frozen=True)
class StaticFile:
    """One file. The text of a compressed one is kept packed: nearly every client takes gzip."""

    name: str
    body: bytes
    packed: bool
    digest: str
    clerk: str

    @cached_property
    def headers(self) -> RawHeaders:
        """Made by the first request: the policies of all pages take longer than a start."""
        is_page = self.name.endswith(".html")
        hashes = inline_script_hashes(self._text()) if is_page else ()
        cache = _IMMUTABLE if self.name.startswith(IMMUTABLE_PREFIX) else _REVALIDATE
        return [
            (b"content-type", _media_type(self.name).encode("ascii")),
            (b"cache-control", cache),
            *security_headers(hashes, clerk=self.clerk),
        ]

    def _text(self) -> bytes:
        return gzip.decompress(self.body) if self.packed else self.body

    def representation(self, *, accepts_gzip: bool) -> tuple[bytes, str, RawHeaders]:
        """The bytes to send, their entity tag and the headers that go with them."""
        if not self.packed:
            return self.body, f'"{self.digest}"', []
        vary = (b"vary", b"accept-encoding")
        if accepts_gzip:
            return self.body, f'"{self.digest}-gz"', [vary, (b"content-encoding", b"gzip")]
        return self._text(), f'"{self.digest}"', [vary]


@dataclass(slots=True)
class Folder:
    files: dict[str, StaticFile] = field(default_factory=dict)
    folders: dict[str, "Folder"] = field(default_factory=dict)

    def add(self, parts: tuple[str, ...], file: StaticFile) -> None:
        head, *rest = parts
        if rest:
            self.folders.setdefault(head, Folder()).add(tuple(rest), file)
        else:
            self.files[head] = file

    def find(self, parts: tuple[str, ...]) -> StaticFile | None:
        """Exact file, then the page of that name, then the page built for any name: `_`."""
        head, *rest = parts
        if not rest:
            wildcard = f"{WILDCARD}.txt" if head.endswith(".txt") else f"{WILDCARD}.html"
            names = (head, f"{head}.html", wildcard)
            return next((self.files[name] for name in names if name in self.files), None)
        for name in (head, WILDCARD):
            found = self.folders[name].find(tuple(rest)) if name in self.folders else None
            if found is not None:
                return found
        return None


def is_built(directory: Path) -> bool:
    return (directory / "404.html").is_file()


def static_app(
    directory: Path,
    *,
    absent: Absent = UI_ABSENT,
    without: frozenset[str] = frozenset(),
    clerk: str = "",
) -> ASGIApp:
    """The site in `directory`, or, where it is not built, an answer that says how to build it.

    Pages named in `without` are as if they had never been built. The login page may load from
    the origin `clerk`; no page else loads from anywhere but here.
    """
    return StaticApp(_indexed(directory, without, clerk)) if is_built(directory) else absent


class StaticApp:
    def __init__(self, root: Folder) -> None:
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["method"] not in {"GET", "HEAD"}:
            await _send_text(send, scope, 405, "Method not allowed.\n", [(b"allow", b"GET, HEAD")])
        else:
            await self._get(scope, send)

    async def _get(self, scope: Scope, send: Send) -> None:
        path = _path_in_app(scope)
        parts = _segments(path.rstrip("/"))
        file = self._root.find(parts) if parts else None
        if file is None:
            await _send_file(send, self._root.files["404.html"], scope, status=404)
        elif path.endswith("/") and path != "/":
            await _send_text(send, scope, 308, "", [(b"location", _canonical(scope, parts))])
        else:
            await _send_file(send, file, scope, status=200)


@lru_cache(maxsize=4)
def _indexed(directory: Path, without: frozenset[str], clerk: str) -> Folder:
    root = Folder()
    for path in _files(directory):
        relative = path.relative_to(directory)
        if relative.parts[0].partition(".")[0] in without:
            continue
        name = relative.as_posix()
        root.add(relative.parts, _loaded(path, name, clerk if name == LOGIN_PAGE else ""))
    return root


def _files(directory: Path) -> Iterator[Path]:
    """Regular files inside the folder; links are left out, for they may point anywhere."""
    for path in sorted(directory.rglob("*")):
        is_twin = path.suffix == ".gz" and path.with_suffix("").is_file()
        if path.is_file() and not path.is_symlink() and not is_twin:
            yield path


def _loaded(path: Path, name: str, clerk: str) -> StaticFile:
    raw = path.read_bytes()
    twin = path.with_name(f"{path.name}.gz")
    packed = twin.is_file()
    return StaticFile(
        name=name,
        body=twin.read_bytes() if packed else raw,
        packed=packed,
        digest=hashlib.sha256(raw).hexdigest()[:32],
        clerk=clerk,
    )


def _media_type(name: str) -> str:
    # The system's own table may call JavaScript text/plain, which nosniff would then refuse.
    known = {"js": "text/javascript", "mjs": "text/javascript", "txt": "text/plain"}
    guessed = known.get(name.rpartition(".")[2]) or mimetypes.guess_type(name)[0]
    if guessed is None:
        return "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed


def _path_in_app(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


def _segments(path: str) -> tuple[str, ...]:
    """The names of a path; none where one is missing or is no plain name."""
    if path == "":
        return ("index.html",)
    names = tuple(path.removeprefix("/").split("/"))
    return () if any(name in {"", ".", ".."} for name in names) else names


def _canonical(scope: Scope, parts: tuple[str, ...]) -> bytes:
    query: bytes = scope.get("query_string", b"")
    path = quote(f"{scope.get('root_path', '')}/{'/'.join(parts)}").encode("ascii")
    return path + b"?" + query if query else path


def _accepts_gzip(accept_encoding: str) -> bool:
    quality: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = (piece.strip() for piece in part.partition(";"))
        try:
            quality[name] = float(parameter.removeprefix("q=")) if parameter else 1.0
        except ValueError:
            quality[name] = 0.0
    return quality.get("gzip", quality.get("*", 0.0)) > 0


def _is_fresh(if_none_match: str, etag: str) -> bool:
    # A proxy that compresses on the way marks our tag as weak; the page is still the same.
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known


async def _send_file(send: Send, file: StaticFile, scope: Scope, *, status: int) -> None:
    request = Headers(scope=scope)
    accepts_gzip = _accepts_gzip(request.get("accept-encoding", ""))
    body, etag, encoding = file.representation(accepts_gzip=accepts_gzip)
    tag = (b"etag", etag.encode("ascii"))
    if status == 200 and _is_fresh(request.get("if-none-match", ""), etag):
        kept = [h for h in [*file.headers, *encoding] if h[0] != b"content-encoding"]
        await _send(send, 304, b"", [*kept, tag])
        return
    length = (b"content-length", str(len(body)).encode("ascii"))
    headers = [*file.headers, *encoding, *([tag] if status == 200 else []), length]
    await _send(send, status, b"" if scope["method"] == "HEAD" else body, headers)


async def _send_text(send: Send, scope: Scope, status: int, text: str, headers: RawHeaders) -> None:
    body = text.encode()
    length = (b"content-length", str(len(body)).encode("ascii"))
    if text and all(name != b"content-type" for name, _ in headers):
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    cache = (b"cache-control", b"no-store")
    sent = b"" if scope["method"] == "HEAD" else body
    await _send(send, status, sent, [*headers, *security_headers(), cache, length])


async def _send(send: Send, status: int, body: bytes, headers: RawHeaders) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
