"""Requests that are wrong in every way: each answer says what, where and what to do."""

import hashlib
import io
import json
import socket
import stat
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from dagy.client import DagyClient
from tests.e2e.conftest import Cli
from tests.support.up import Up, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

FLOW = """
from dagy import flow, task

@task
def double(x: int) -> int:
    return x * 2

@flow
def doubling(x: int, word: str = "a"):
    return double(x)
"""
ARTIFACT_LIMIT_BYTES = 64 * 1024 * 1024
TRIGGER = "mutation($i: TriggerRunInput!) { triggerRun(input: $i) { run { id } } }"


@pytest.fixture(scope="module", autouse=True)
def deployed(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("flows") / "doubling.py"
    file.write_text(FLOW)
    assert cli("deploy", f"{file}:doubling").returncode == 0


@pytest.fixture(autouse=True)
def nothing_else_is_disturbed(up: Up, client: DagyClient) -> Iterator[None]:
    before = up.facts["processes"]
    runs = [run.id for run in client.runs(limit=50)]
    yield
    assert up.facts["processes"] == before
    assert [run.id for run in client.runs(limit=50)] == runs, "a refused request made a run"
    run_id = client.trigger("doubling", parameters={"x": 21}).run.id
    until(lambda: client.run_status(run_id).is_terminal, what="the end of the next run")
    assert client.run(run_id).result == 42


@pytest.fixture(scope="module")
def http(up: Up) -> Iterator[httpx.Client]:
    token = yaml.safe_load((up.folder / "credentials").read_text())["local"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=up.url, headers=headers, timeout=30) as one:
        yield one


def asked(http: httpx.Client, document: str, variables: Any = None) -> dict[str, Any]:
    """The one error of the answer: its message beside its extensions."""
    answer = http.post("/graphql", json={"query": document, "variables": variables}).json()
    [error] = answer["errors"]
    return {"message": error["message"], **error["extensions"]}


@pytest.mark.parametrize(
    ("given", "code", "field", "message"),
    [
        (
            {"deploymentName": "nope"},
            "NOT_FOUND",
            None,
            "There is no deployment 'nope' that you may see.",
        ),
        (
            {"deploymentName": "doubling", "parameters": {"x": "two"}},
            "BAD_USER_INPUT",
            "parameters.x",
            "x: expected integer, got string 'two'",
        ),
        (
            {"deploymentName": "doubling"},
            "BAD_USER_INPUT",
            "parameters.x",
            "x: it is required (expected integer)",
        ),
        (
            {"deploymentName": "doubling", "parameters": {"x": 1, "y": 2}},
            "BAD_USER_INPUT",
            "parameters.y",
            "y: there is no such parameter (there are: x, word)",
        ),
        (
            {"deploymentName": "doubling", "parameters": [1]},
            "BAD_USER_INPUT",
            "parameters",
            "parameters is a JSON object.",
        ),
        (
            {"deploymentName": "doubling", "parameters": {"x": 1, "word": "a\0"}},
            "BAD_USER_INPUT",
            "i.parameters",
            "JSON text must not contain NUL (\\u0000).",
        ),
        (
            {"deploymentName": "doubling", "idempotencyKey": "k" * 201},
            "BAD_USER_INPUT",
            "idempotencyKey",
            "An idempotency key has 1 to 200 characters.",
        ),
        (
            {},
            "BAD_USER_INPUT",
            "deploymentId",
            "Name the deployment by either deploymentId or deploymentName.",
        ),
    ],
)
def test_a_trigger_that_is_wrong_is_refused(
    http: httpx.Client, given: dict[str, Any], code: str, field: str | None, message: str
) -> None:
    error = asked(http, TRIGGER, {"i": given})

    assert (error["code"], error.get("field"), error["message"]) == (code, field, message)


@pytest.mark.parametrize("cursor", ["garbage", b64encode(b'["x"]').decode(), "", "🦄"])
@pytest.mark.parametrize("field", ["after", "before"])
def test_a_malformed_cursor_is_refused(http: httpx.Client, field: str, cursor: str) -> None:
    size = "first" if field == "after" else "last"
    document = f"query($c: String!) {{ runs({size}: 2, {field}: $c) {{ nodes {{ id }} }} }}"

    error = asked(http, document, {"c": cursor})

    assert error["code"] == "BAD_USER_INPUT"
    assert error["field"] == field
    assert error["message"] == f"{cursor!r} is not a cursor of this list."


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("nonsense", "'nonsense' is not an id."),
        (b64encode(b"Run:1234").decode(), "'UnVuOjEyMzQ=' is not an id."),
        ("", "'' is not an id."),
    ],
)
@pytest.mark.parametrize("document", ["node(id: $i) { id }", "run(id: $i) { id }"])
def test_a_malformed_id_is_refused(
    http: httpx.Client, document: str, identifier: str, message: str
) -> None:
    error = asked(http, f"query($i: ID!) {{ {document} }}", {"i": identifier})

    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "id")
    assert error["message"] == message


def test_the_id_of_another_type_is_refused(http: httpx.Client, client: DagyClient) -> None:
    deployment = client.deployment("doubling").id

    error = asked(http, "query($i: ID!) { run(id: $i) { id } }", {"i": deployment})

    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "id")
    assert error["message"] == f"{deployment!r} is not the id of a Run."


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{nope", "Unable to parse request body as JSON"),
        (b"", "Unable to parse request body as JSON"),
        (b"null", "The body of a request is a JSON object."),
        (b"[]", "Batches are not accepted: send one operation a request."),
        (b"{}", "The parameter query is missing."),
        (b'{"query": "{a}", "variables": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}", None),
    ],
)
def test_a_body_that_is_no_operation_is_refused(
    http: httpx.Client, body: bytes, message: str | None
) -> None:
    answer = http.post("/graphql", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == (message or "Unable to parse request body as JSON")


@pytest.mark.parametrize(
    "document",
    [
        "{" + " ".join(f"a{number}: viewer {{ role }}" for number in range(1000)) + "}",
        "{runs{nodes" + "{flow{runs{nodes" * 20 + "{id}" + "}}}" * 20 + "}}",
        "{a" * 100_000,
        "{...A} fragment A on Query{...B} fragment B on Query{...A}",
        "{...F0} "
        + " ".join(f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(30))
        + " fragment F30 on Query{viewer{role}}",
    ],
    ids=["aliases", "depth", "braces", "cycle", "fragment bomb"],
)
def test_an_operation_without_measure_is_refused_before_it_runs(
    http: httpx.Client, document: str
) -> None:
    assert asked(http, document)["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_a_mutation_by_get_is_refused(http: httpx.Client) -> None:
    answer = http.get("/graphql", params={"query": "mutation { logout { signedOut } }"})

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    [error] = answer.json()["errors"]
    assert error["message"] == "mutations are not allowed when using GET"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Bearer dagy_at_nope", "The token is unknown, revoked or has expired: sign in again."),
        ("Basic Zm9v", "Authorization must read 'Bearer <token>'."),
        ("", "Sign in first, or send a valid token."),
    ],
)
def test_without_a_good_token_nothing_is_shown(
    http: httpx.Client, header: str, message: str
) -> None:
    answer = http.post(
        "/graphql", json={"query": "{ viewer { role } }"}, headers={"Authorization": header}
    ).json()

    assert "data" not in answer
    [error] = answer["errors"]
    assert (error["extensions"]["code"], error["message"]) == ("UNAUTHENTICATED", message)


def zipped(name: str, content: bytes = b"x", *, mode: int = stat.S_IFREG | 0o644) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = mode << 16
        archive.writestr(entry, content)
    return buffer.getvalue()


def put(http: httpx.Client, content: bytes, sha256: str | None = None) -> httpx.Response:
    address = sha256 or hashlib.sha256(content).hexdigest()
    return http.put(f"/artifacts/uploads/{address}", content=content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hello", "The artifact is not a readable zip archive (it has no directory)."),
        (zipped("../a.py"), "The artifact has the entry '../a.py', which leaves its folder."),
        (zipped("/a.py"), "The artifact has the entry '/a.py', which leaves its folder."),
        (
            zipped("link", b"/etc/passwd", mode=stat.S_IFLNK | 0o777),
            "The artifact has the entry 'link', which is a link or a device.",
        ),
        (
            zipped("zeros", bytes(600_000_000)),
            "The artifact unpacks to more than 536870912 bytes, with the entry 'zeros'; leave large"
            " data out of the archive.",
        ),
    ],
    ids=["no zip", "zip slip", "absolute", "symlink", "bomb"],
)
def test_a_hostile_archive_is_refused_and_not_kept(
    http: httpx.Client, up: Up, content: bytes, message: str
) -> None:
    answer = put(http, content)

    assert answer.status_code == 400
    assert answer.json() == {
        "error": {"code": "BAD_USER_INPUT", "field": "artifact", "message": message}
    }
    assert not list(up.folder.rglob(f"{hashlib.sha256(content).hexdigest()}*"))


def test_content_under_another_hash_is_refused(http: httpx.Client) -> None:
    answer = put(http, b"hello", "0" * 64)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "artifact")
    assert error["message"].startswith("The content has the SHA-256 2cf24dba5fb0a30e")


def test_an_archive_of_200_megabytes_is_refused_before_it_is_sent(
    up: Up, http: httpx.Client
) -> None:
    url = httpx.URL(up.url)
    with socket.create_connection((url.host, url.port or 80), timeout=10) as line:
        head = (
            f"PUT /artifacts/uploads/{'0' * 64} HTTP/1.1\r\nHost: {url.host}\r\n"
            f"Authorization: {http.headers['Authorization']}\r\nContent-Length: 200000000\r\n\r\n"
        )
        line.sendall(head.encode())
        answer = b"".join(iter(lambda: line.recv(4096), b""))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {
        "error": {
            "code": "BAD_USER_INPUT",
            "field": "body",
            "message": f"The body is larger than {ARTIFACT_LIMIT_BYTES} bytes.",
        }
    }


def test_an_archive_of_200_megabytes_that_is_streamed_is_cut_short(http: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(200):
            yield bytes(1_000_000)

    answer = http.put(f"/artifacts/uploads/{'0' * 64}", content=chunks())

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "error"),
    [
        (["trigger", "nope"], 5, "Error: There is no deployment 'nope' that you may see.\n"),
        (
            ["trigger", "doubling", "-p", "x=two"],
            2,
            "Error: x: expected integer, got string 'two'\n  field: parameters.x\n",
        ),
        (
            ["trigger", "doubling", "-p", "x=1", "-p", "y=1"],
            2,
            "Error: y: there is no such parameter (there are: x, word)\n  field: parameters.y\n",
        ),
        (["runs", "show", "nope"], 5, "Error: There is no run 'nope' that you may see.\n"),
        (["runs", "cancel", "nope"], 5, "Error: There is no run 'nope' that you may see.\n"),
        (["logs", "nope"], 5, "Error: There is no run 'nope' that you may see.\n"),
        (
            ["runs", "show", "UnVuOjEyMzQ="],
            2,
            "Error: 'UnVuOjEyMzQ=' is not an id.\n  field: id\n",
        ),
    ],
)
def test_the_command_says_what_is_wrong_and_exits_with_its_code(
    cli: Cli, arguments: list[str], exit_code: int, error: str
) -> None:
    done = cli(*arguments)

    assert (done.returncode, done.stdout, done.stderr) == (exit_code, "", error)


def test_the_command_says_it_in_json_too(cli: Cli) -> None:
    done = cli("trigger", "doubling", "-p", "x=two", "--format", "json")

    assert done.returncode == 2
    assert json.loads(done.stdout or done.stderr) == {
        "error": {
            "code": "BAD_USER_INPUT",
            "field": "parameters.x",
            "message": "x: expected integer, got string 'two'",
        }
    }


def test_a_flow_that_does_not_import_is_not_deployed(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("import a_module_that_is_nowhere\n")

    done = cli("deploy", f"{file}:main")

    assert (done.returncode, done.stdout) == (1, "")
    assert "ModuleNotFoundError: No module named 'a_module_that_is_nowhere'" in done.stderr
    assert f"where: {file}:1" in done.stderr
    assert cli("flows", "show", "broken").returncode == 5
