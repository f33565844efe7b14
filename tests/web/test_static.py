"""The web UI is served from its index: the right file, the right headers, nothing beside it."""

import gzip
import hashlib
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from dagy_gql.web.csp import content_security_policy, inline_script_hashes
from dagy_gql.web.static import is_built, static_app
from tests.web.asgi import ask

PAGE = b"<html><script>boot()</script><h1>GraphiQL</h1></html>" + b"<p>text</p>" * 100
NOT_FOUND = b"<html><script>boot();lost()</script>404</html>"
CHUNK = b"console.log('chunk');" * 50
TREE = {
    "404.html": NOT_FOUND,
    "graphiql.html": PAGE,
    "graphiql.txt": b"graphiql payload",
    "icon.svg": b"<svg/>",
    "runs.html": b"all runs",
    "runs/_.html": b"any run",
    "runs/_.txt": b"any run payload",
    "runs/_/__next._tree.txt": b"any run tree",
    "runs/_/logs.html": b"logs of any run",
    "runs/new.html": b"a new run",
    "_next/static/chunks/a1.js": CHUNK,
    "_next/static/media/font.woff2": b"\x00\x01font",
}
GZIP = {"accept-encoding": "br, gzip"}


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    root = tmp_path / "out"
    for name, body in TREE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    for name in ("graphiql.html", "_next/static/chunks/a1.js"):
        (root / f"{name}.gz").write_bytes(gzip.compress(TREE[name], mtime=0))
    (tmp_path / "secret.txt").write_text("outside")
    return root


@pytest.fixture
def app(out: Path) -> ASGIApp:
    return static_app(out)


async def test_a_page_is_sent_with_its_policy_and_must_be_revalidated(app):
    answer = await ask(app, "/graphiql")
    assert answer.status == 200
    assert answer.body == PAGE
    assert answer.headers == {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-cache",
        "content-security-policy": content_security_policy(inline_script_hashes(PAGE)),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "vary": "accept-encoding",
        "etag": f'"{digest(PAGE)}"',
        "content-length": str(len(PAGE)),
    }


async def test_only_the_login_page_may_load_from_clerk(out):
    (out / "login.html").write_bytes(PAGE)
    app = static_app(out, clerk="https://clerk.example")
    for path, admits in (("/login", True), ("/graphiql", False), ("/runs", False)):
        policy = (await ask(app, path)).headers["content-security-policy"]
        assert ("https://clerk.example" in policy) is admits


async def test_a_build_asset_is_immutable_and_sent_packed_as_it_lies_on_disk(app, out):
    answer = await ask(app, "/_next/static/chunks/a1.js", headers=GZIP)
    packed = (out / "_next/static/chunks/a1.js.gz").read_bytes()
    assert answer.status == 200
    assert answer.body == packed
    assert gzip.decompress(answer.body) == CHUNK
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["content-length"] == str(len(packed))
    assert answer.headers["etag"] == f'"{digest(CHUNK)}-gz"'
    assert answer.headers["content-security-policy"] == content_security_policy()


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "gzip;q=0.5, br", "*", "br, *;q=0.1"])
async def test_gzip_is_used_where_the_client_takes_it(app, accepted):
    answer = await ask(app, "/graphiql", headers={"accept-encoding": accepted})
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == PAGE


@pytest.mark.parametrize(
    "accepted", ["", "br", "identity", "gzip;q=0", "*;q=1, gzip;q=0", "gzip;q=x"]
)
async def test_plain_bytes_are_sent_where_the_client_does_not_take_gzip(app, accepted):
    answer = await ask(app, "/graphiql", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.body == PAGE


async def test_a_file_without_a_packed_twin_is_sent_as_it_is(app):
    answer = await ask(app, "/_next/static/media/font.woff2", headers=GZIP)
    assert answer.body == TREE["_next/static/media/font.woff2"]
    assert answer.headers["content-type"] == "font/woff2"
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


@pytest.mark.parametrize("mark", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
async def test_an_unchanged_page_is_answered_304_without_a_body(app, mark):
    first = await ask(app, "/graphiql", headers=GZIP)
    known = mark.format(tag=first.headers["etag"])
    again = await ask(app, "/graphiql", headers={**GZIP, "if-none-match": known})
    assert again.status == 304
    assert again.body == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "no-cache"
    assert again.headers["vary"] == "accept-encoding"
    assert "content-length" not in again.headers
    assert "content-encoding" not in again.headers


async def test_a_tag_of_another_version_or_encoding_is_answered_in_full(app):
    for tag in ('"0000"', f'"{digest(PAGE)}"'):
        answer = await ask(app, "/graphiql", headers={**GZIP, "if-none-match": tag})
        assert answer.status == 200


async def test_head_has_the_headers_of_get_and_no_body(app):
    got = await ask(app, "/graphiql", headers=GZIP)
    head = await ask(app, "/graphiql", method="HEAD", headers=GZIP)
    assert head.status == 200
    assert head.headers == got.headers
    assert head.body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods_are_refused(app, method):
    answer = await ask(app, "/graphiql", method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


async def test_an_unknown_path_is_the_404_page_with_its_own_policy(app):
    answer = await ask(app, "/nowhere/at/all")
    assert answer.status == 404
    assert answer.body == NOT_FOUND
    assert answer.headers["cache-control"] == "no-cache"
    assert "etag" not in answer.headers
    expected = content_security_policy(inline_script_hashes(NOT_FOUND))
    assert answer.headers["content-security-policy"] == expected


async def test_a_missing_asset_is_404_even_if_the_client_claims_to_know_it(app):
    for path in ("/_next/static/chunks/gone.js", "/favicon.ico"):
        answer = await ask(app, path, headers={"if-none-match": "*"})
        assert answer.status == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/runs", b"all runs"),
        ("/runs/new", b"a new run"),
        ("/runs/calm-otter-7", b"any run"),
        ("/runs/weather.v2", b"any run"),
        ("/runs/žluťoučký kůň", b"any run"),
        ("/runs/calm-otter-7.txt", b"any run payload"),
        ("/runs/calm-otter-7/__next._tree.txt", b"any run tree"),
        ("/runs/calm-otter-7/logs", b"logs of any run"),
        ("/graphiql.txt", b"graphiql payload"),
        ("/graphiql.html", PAGE),
    ],
)
async def test_exact_file_then_page_then_wildcard(app, path, body):
    answer = await ask(app, path)
    assert (answer.status, answer.body) == (200, body)


@pytest.mark.parametrize("path", ["/runs/calm-otter-7/logs/more", "/runs/a/b", "/graphiql/x", "/"])
async def test_a_wildcard_stands_for_one_name_only(app, path):
    assert (await ask(app, path)).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/../../etc/passwd",
        "/_next/../../secret.txt",
        "/runs/../../secret.txt",
        "/runs/..",
        "/./graphiql",
        "//graphiql",
        "//etc/passwd",
        "/..\\secret.txt",
        "/\x00",
        "/graphiql\x00.html",
        "/graphiql.html.gz",
        "/link.txt",
        "/linked/secret.txt",
        "graphiql/../../secret.txt",
        "",
    ],
)
async def test_no_path_leaves_the_folder(out, path):
    (out / "link.txt").symlink_to(out.parent / "secret.txt")
    (out / "linked").symlink_to(out.parent)
    answer = await ask(static_app(out), path)
    assert answer.status == 404
    assert b"outside" not in answer.body


async def test_a_trailing_slash_is_sent_to_the_page_without_it(app):
    answer = await ask(app, "/runs/café/", query=b"tab=logs")
    assert answer.status == 308
    assert answer.headers["location"] == "/runs/caf%C3%A9?tab=logs"
    assert answer.body == b""


@pytest.mark.parametrize("path", ["//evil.example/", "/nowhere/", "/\\evil.example/x/"])
async def test_a_trailing_slash_of_no_page_redirects_nowhere(app, path):
    answer = await ask(app, path)
    assert answer.status == 404
    assert "location" not in answer.headers


async def test_a_root_path_of_a_proxy_is_not_part_of_the_file_name(app):
    answer = await ask(app, "/graphiql", root_path="/dagy")
    assert (answer.status, answer.body) == (200, PAGE)
    redirect = await ask(app, "/graphiql/", root_path="/dagy")
    assert redirect.headers["location"] == "/dagy/graphiql"


async def test_the_index_is_read_once_so_a_later_build_cannot_mix_with_it(app, out):
    (out / "graphiql.html").write_bytes(b"<script>new()</script>")
    (out / "late.html").write_bytes(b"late")
    assert (await ask(app, "/graphiql")).body == PAGE
    assert (await ask(app, "/late")).status == 404


async def test_it_works_mounted_in_a_starlette_application(out):
    mounted = Starlette(routes=[Mount("/", app=static_app(out))])
    answer = await ask(mounted, "/graphiql", headers=GZIP)
    assert answer.status == 200
    assert gzip.decompress(answer.body) == PAGE
    assert (await ask(mounted, "/nowhere")).status == 404


def test_is_built_asks_for_the_404_page(out, tmp_path):
    assert is_built(out) is True
    assert is_built(tmp_path) is False
    assert is_built(tmp_path / "missing") is False


async def test_a_missing_build_says_how_to_build_it_to_people_and_to_programs(tmp_path):
    app = static_app(tmp_path / "missing")
    page = await ask(app, "/graphiql", headers={"accept": "text/html,*/*"})
    assert page.status == 503
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["cache-control"] == "no-store"
    assert b"<code>make ui</code>" in page.body
    answer = await ask(app, "/graphiql")
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/json"
    assert answer.body == (
        b'{"error":{"code":"UNAVAILABLE","message":"The web UI is not built. '
        b'Run `make ui` in the checkout, then start Dagy again."}}'
    )
    head = await ask(app, "/graphiql", method="HEAD")
    assert (head.status, head.body) == (503, b"")


@pytest.mark.parametrize("built", [True, False])
async def test_a_websocket_finds_nothing_here_and_is_refused(out, tmp_path, built):
    app = static_app(out if built else tmp_path / "missing")
    sent = []

    async def send(message):
        sent.append(message)

    await app({"type": "websocket", "path": "/elsewhere", "headers": []}, None, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]
