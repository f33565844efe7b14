"""Archives come in checked; what runs saved goes out sandboxed."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from starlette.applications import Starlette

from dagy_gql import clock, db
from dagy_gql.app import create_app
from dagy_gql.artifacts.archive import ArchiveLimits
from dagy_gql.artifacts.store import run_file_key
from dagy_gql.ids import new_id
from dagy_gql.repositories.pagination import decode_id_of
from dagy_gql.runtime import Runtime
from tests.api import flows
from tests.api.client import Client, Org
from tests.api.conftest import deploy, trigger, upload

MEGABYTE = 1024 * 1024


@pytest.fixture
def app(rt: Runtime) -> Starlette:
    settings = rt.settings.model_copy(update={"artifact_max_bytes": MEGABYTE})
    limits = ArchiveLimits(max_unpacked_bytes=2 * MEGABYTE, max_files=100)
    return create_app(settings, replace(rt, settings=settings, archive_limits=limits))


async def put(
    client: Client,
    content: bytes | AsyncIterator[bytes],
    sha256: str,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    return await client.http.put(
        f"/artifacts/uploads/{sha256}",
        content=content,
        headers=client.auth | (headers or {}),
    )


async def nothing_is_stored(rt: Runtime) -> bool:
    root: Path = rt.settings.artifact_dir
    files = [path for path in root.rglob("*") if path.is_file()] if root.exists() else []
    return files == [] and await db.fetch_value("SELECT count(*) FROM artifacts") == 0


async def test_an_upload_is_stored_once(rt: Runtime, developer: Client) -> None:
    content = flows.archive()
    sha256 = flows.sha256(content)
    answers = [(await put(developer, content, sha256)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["artifact"]["sha256"] == sha256
    assert await db.fetch_value("SELECT count(*) FROM artifacts") == 1
    assert len([path for path in rt.settings.artifact_dir.rglob("*") if path.is_file()]) == 1


async def test_create_artifact_upload_says_whether_it_is_needed(
    developer: Client, stranger: Client
) -> None:
    content = flows.archive()
    sha256 = flows.sha256(content)
    values = {"sha256": sha256, "sizeBytes": len(content)}
    selection = "artifact { id sha256 } uploadUrl"

    async def asked(client: Client) -> dict[str, object]:
        answer = await client.input(
            "createArtifactUpload", "CreateArtifactUploadInput", selection, **values
        )
        found: dict[str, object] = answer.data["createArtifactUpload"]
        return found

    needed = {
        "artifact": {"id": None, "sha256": sha256},
        "uploadUrl": f"/artifacts/uploads/{sha256}",
    }
    assert await asked(developer) == needed
    await upload(developer, content)
    assert (await asked(developer))["uploadUrl"] is None
    assert await asked(stranger) == needed


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"sha256": "x", "sizeBytes": 1}, "sha256"),
        ({"sha256": "A" * 64, "sizeBytes": 1}, "sha256"),
        ({"sha256": "a" * 64, "sizeBytes": 200 * MEGABYTE}, "artifact"),
    ],
)
async def test_create_artifact_upload_refuses_early(
    developer: Client, values: dict[str, object], field: str
) -> None:
    answer = await developer.input(
        "createArtifactUpload", "CreateArtifactUploadInput", "uploadUrl", **values
    )
    assert (answer.code, answer.field) == ("BAD_USER_INPUT", field)


async def test_a_large_body_is_refused_by_its_length_alone(rt: Runtime, developer: Client) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b"x"

    headers = {"Content-Length": str(200 * MEGABYTE)}
    response = await put(developer, body(), "a" * 64, headers)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "BAD_USER_INPUT"
    assert read == 0
    assert await nothing_is_stored(rt)


async def test_a_large_stream_is_refused_as_soon_as_it_outgrows_the_limit(
    rt: Runtime, developer: Client
) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 1
            yield b"\0" * MEGABYTE

    response = await put(developer, body(), "a" * 64)
    assert response.status_code == 413
    assert sent == 2
    assert await nothing_is_stored(rt)


def _zip(*entries: tuple[str, bytes], mode: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            target.writestr(info, content)
    return buffer.getvalue()


BROKEN = bytearray(_zip(("a.py", b"x = 1\n" * 100)))
BROKEN[36] ^= 0xFF
BOMB = _zip(*((f"{n}.py", b"\0" * MEGABYTE) for n in range(3)))
CROWD = _zip(*((f"{n}.py", b"") for n in range(101)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no zip at all", "not a readable zip"),
        (b"", "not a readable zip"),
        (flows.archive()[:-30], "not a readable zip"),
        (_zip(("../out.py", b"")), "leaves its folder"),
        (_zip(("/etc/passwd", b"")), "leaves its folder"),
        (_zip(("link", b"/etc"), mode=0o120777), "a link or a device"),
        (bytes(BROKEN), "has the damaged entry 'a.py'"),
        (_zip(("a", b""), ("a/b.py", b"")), "'a', which is a file and a folder"),
        (_zip(("n" * 300, b"")), "too long for a file"),
        (BOMB, "unpacks to more than"),
        (CROWD, "has 101 entries"),
    ],
    ids=[
        *("text", "empty", "cut", "slip", "absolute", "link"),
        *("damaged", "clash", "long", "bomb", "crowd"),
    ],
)
async def test_hostile_archives_are_refused_and_not_kept(
    rt: Runtime, developer: Client, content: bytes, said: str
) -> None:
    response = await put(developer, content, flows.sha256(content))
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "artifact")
    assert said in error["message"]
    assert await nothing_is_stored(rt)


async def test_another_content_than_the_address_says_is_refused(
    rt: Runtime, developer: Client
) -> None:
    response = await put(developer, flows.archive(), "a" * 64)
    assert response.status_code == 400
    assert response.json()["error"]["field"] == "artifact"
    assert await nothing_is_stored(rt)


@pytest.mark.parametrize("sha256", ["x", "A" * 64, "..%2f..%2fetc"])
async def test_an_address_that_is_no_hash_is_refused(developer: Client, sha256: str) -> None:
    response = await put(developer, b"x", sha256)
    assert response.status_code in (400, 404, 405)


async def test_uploads_need_the_right_to_write_flows(
    rt: Runtime, viewer: Client, anonymous: Client
) -> None:
    content = flows.archive()
    for client, status, code in ((viewer, 403, "FORBIDDEN"), (anonymous, 401, "UNAUTHENTICATED")):
        response = await put(client, content, flows.sha256(content))
        assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert await nothing_is_stored(rt)


async def saved(
    rt: Runtime, client: Client, org: Org, *, name: str, content_type: str, content: bytes
) -> str:
    """A file that a run saved; returns its URL."""
    await deploy(client)
    global_id = str((await trigger(client))["run"]["id"])  # type: ignore[index]
    run_id, sha256 = decode_id_of("Run", global_id), flows.sha256(content)
    key = run_file_key(org.id, run_id, sha256)
    source = rt.settings.local_dir / "saved"
    source.write_bytes(content)
    await rt.artifacts.put(key, source)
    await db.execute(
        "INSERT INTO artifacts (id, org_id, run_id, name, content_type, size_bytes, sha256, key,"
        " created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new_id(),
        org.id,
        run_id,
        name,
        content_type,
        len(content),
        sha256,
        key,
        clock.now(),
    )
    query = "query Q($id: ID!) { run(id: $id) { artifacts { name sizeBytes url } } }"
    (found,) = (await client(query, id=global_id)).data["run"]["artifacts"]
    assert (found["name"], found["sizeBytes"]) == (name, len(content))
    return str(found["url"])


async def test_a_report_opens_in_a_browser_but_in_a_sandbox(
    rt: Runtime, developer: Client, org: Org
) -> None:
    page = b"<h1>Weather</h1>"
    url = await saved(
        rt, developer, org, name="out/w\u00e4tter.html", content_type="text/html", content=page
    )
    response = await developer.http.get(url, headers=developer.auth)
    assert (response.status_code, response.content) == (200, page)
    headers = response.headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-disposition"] == "inline; filename*=UTF-8''w%C3%A4tter.html"
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"


async def test_unknown_types_are_downloads(rt: Runtime, developer: Client, org: Org) -> None:
    url = await saved(
        rt, developer, org, name="a.exe", content_type="application/x-msdownload", content=b"MZ"
    )
    response = await developer.http.get(url, headers=developer.auth)
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "content_type",
    ["text/html; x=\u20ac", "text/html\r\nSet-Cookie: a=b", "text/plain;", "\u20ac", ""],
)
async def test_a_type_that_is_none_does_not_keep_a_file_from_being_downloaded(
    rt: Runtime, developer: Client, org: Org, content_type: str
) -> None:
    url = await saved(
        rt, developer, org, name="a.html", content_type=content_type, content=b"<h1>x</h1>"
    )
    response = await developer.http.get(url, headers=developer.auth)
    assert (response.status_code, response.content) == (200, b"<h1>x</h1>")
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment;")
    assert "set-cookie" not in response.headers


async def test_files_are_for_those_who_may_see_payloads_of_this_organization(
    rt: Runtime, developer: Client, viewer: Client, stranger: Client, anonymous: Client, org: Org
) -> None:
    url = await saved(
        rt, developer, org, name="a.txt", content_type="text/plain", content=b"secret"
    )
    for client, status in ((viewer, 403), (stranger, 404), (anonymous, 401)):
        response = await client.http.get(url, headers=client.auth)
        assert response.status_code == status
        assert b"secret" not in response.content


@pytest.mark.parametrize("name", ["x", str(UUID(int=0)), "%00", "..%2f..%2fetc%2fpasswd"])
async def test_a_file_that_is_not_there_is_not_found(developer: Client, name: str) -> None:
    response = await developer.http.get(f"/files/{name}", headers=developer.auth)
    assert response.status_code == 404


async def test_flow_archives_are_not_handed_out(developer: Client) -> None:
    await upload(developer)
    key = await db.fetch_value("SELECT id FROM artifacts")
    response = await developer.http.get(f"/files/{key}", headers=developer.auth)
    assert response.status_code == 404
