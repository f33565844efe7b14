"""Two organizations on one installation: neither sees, starts, stops or changes what is not its."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from dagy.api.models import Run
from dagy.client import DagyClient
from dagy_gql import clock, db, tenancy
from dagy_gql.auth import tokens
from dagy_gql.embedded import postgres
from dagy_gql.embedded.folder import LocalFolder
from dagy_gql.enums import Role
from dagy_gql.repositories import accounts, organizations
from dagy_gql.repositories.api_keys import ApiKeyRepository, NewKey
from dagy_gql.repositories.organizations import MembershipRepository
from dagy_gql.settings import Settings
from tests.e2e.conftest import Cli
from tests.support.up import Up, until

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(300)]

FLOW = """
from dagy import flow, save_artifact, task

@task(cache_key="shared", cache_ttl=3600)
def secret(text: str) -> str:
    save_artifact("secret.txt", text)
    return text

@flow
def keeping(text: str = "ours"):
    return secret(text)
"""


@dataclass(frozen=True)
class Stranger:
    """Keys of the second organization, and a session of it that is over."""

    owner: str
    viewer: str
    expired: str


@pytest.fixture(scope="module")
async def stranger(up: Up) -> Stranger:
    settings = Settings(database_url=postgres.url(LocalFolder(up.folder)), local_dir=up.folder)
    now, session = clock.now(), tokens.new(tokens.SESSION_PREFIX)
    with tenancy.all_organizations():
        async with db.opened(settings):
            user_id = await accounts.add_user("stranger@else.test", password_hash="x", now=now)
            org_id = await organizations.add_organization("Else", slug="else", now=now)
            await MembershipRepository(org_id).add(user_id, Role.OWNER, now=now)
            keys = [await _key(org_id, user_id, role) for role in (Role.OWNER, Role.VIEWER)]
            await accounts.add_access_token(
                session.sha256,
                user_id=user_id,
                org_id=org_id,
                expires_at=now - timedelta(seconds=1),
                now=now - timedelta(hours=1),
            )
    return Stranger(*keys, session.text)


async def _key(org_id: UUID, user_id: UUID, role: Role) -> str:
    key = tokens.new(tokens.KEY_PREFIX)
    new_key = NewKey(str(role), key.prefix, key.sha256, created_by_id=user_id, role=role)
    await ApiKeyRepository(org_id).add(new_key, now=clock.now())
    return key.text


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("flows") / "keeping.py"
    file.write_text(FLOW)
    return file


@pytest.fixture(scope="module")
def ours(cli: Cli, client: DagyClient, file: Path) -> Run:
    """A finished run of the first organization, with a file and a cached result."""
    assert cli("deploy", f"{file}:keeping").returncode == 0
    run_id = client.trigger("keeping").run.id
    until(lambda: client.run_status(run_id).is_terminal, what="the end of our run")
    return client.run(run_id)


def post(up: Up, key: str, document: str, **variables: Any) -> dict[str, Any]:
    answer: dict[str, Any] = httpx.post(
        f"{up.url}/graphql",
        json={"query": document, "variables": variables},
        headers={"Authorization": f"Bearer {key}"},
    ).json()
    return answer


READS = {
    "run by id": "query($run: ID!) { run(id: $run) { id } }",
    "run by slug": "query($slug: String!) { run(slug: $slug) { id } }",
    "task runs": "query($run: ID!) { taskRuns(runId: $run) { nodes { id } } }",
    "deployment by id": "query($deployment: ID!) { deployment(id: $deployment) { id } }",
    "deployment by name": '{ deployment(name: "keeping") { id } }',
    "flow by id": "query($flow: ID!) { flow(id: $flow) { id } }",
    "flow by name": '{ flow(name: "keeping") { id } }',
}
WRITES = {
    "trigger by id": "triggerRun(input: {deploymentId: $deployment}) { run { id } }",
    "trigger by name": 'triggerRun(input: {deploymentName: "keeping"}) { run { id } }',
    "cancel": "cancelRun(input: {id: $run}) { run { id } }",
    "cancel by slug": "cancelRun(input: {slug: $slug}) { run { id } }",
    "retry": "retryRun(input: {id: $run, mode: FROM_START}) { run { id } }",
    "update": "updateDeployment(input: {id: $deployment, paused: true}) { deployment { id } }",
    "delete": "deleteDeployment(input: {id: $deployment}) { deletedId }",
    "deploy": 'createDeployment(input: {name: "x", flowName: "keeping"}) { deployment { id } }',
}
TYPES = {"run": "ID!", "deployment": "ID!", "flow": "ID!", "slug": "String!"}


def known(ours: Run) -> dict[str, str]:
    assert ours.deployment is not None
    assert ours.flow is not None
    return {
        "run": ours.id,
        "slug": ours.slug,
        "deployment": ours.deployment.id,
        "flow": ours.flow.id,
    }


@pytest.mark.parametrize("read", READS)
def test_what_is_ours_does_not_exist_for_a_stranger(
    up: Up, ours: Run, stranger: Stranger, read: str
) -> None:
    used = {name: value for name, value in known(ours).items() if f"${name}" in READS[read]}

    answer = post(up, stranger.owner, READS[read], **used)

    assert not any((answer["data"] or {}).values())
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]
    assert ours.id not in answer["errors"][0]["message"]


@pytest.mark.parametrize("write", WRITES)
def test_a_stranger_changes_nothing_of_ours(
    up: Up, client: DagyClient, ours: Run, stranger: Stranger, write: str
) -> None:
    used = {name: value for name, value in known(ours).items() if f"${name}" in WRITES[write]}
    head = ", ".join(f"${name}: {TYPES[name]}" for name in used)
    document = f"mutation{f'({head})' if head else ''} {{ {WRITES[write]} }}"
    runs = [run.id for run in client.runs()]

    answer = post(up, stranger.owner, document, **used)

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_FOUND"]
    assert [run.id for run in client.runs()] == runs
    assert client.deployment("keeping").paused is False


def test_a_strangers_nodes_and_lists_are_empty(up: Up, ours: Run, stranger: Stranger) -> None:
    ids = [value for name, value in known(ours).items() if name != "slug"]
    document = (
        "query($i: [ID!]!) { nodes(ids: $i) { id } runs { nodes { id } } flows { nodes { id } }"
    )
    document += " deployments { nodes { id } } }"

    answer = post(up, stranger.owner, document, i=ids)

    assert answer["data"] == {
        "nodes": [None, None, None],
        "runs": {"nodes": []},
        "flows": {"nodes": []},
        "deployments": {"nodes": []},
    }


@pytest.mark.parametrize(
    "field", ["runEvents(runId: $i) { sequence }", "runLogs(runId: $i) { at }"]
)
def test_a_stranger_cannot_follow_our_run(
    up: Up, ours: Run, stranger: Stranger, field: str
) -> None:
    answer = httpx.post(
        f"{up.url}/graphql",
        json={"query": f"subscription($i: ID!) {{ {field} }}", "variables": {"i": ours.id}},
        headers={"Authorization": f"Bearer {stranger.owner}", "Accept": "text/event-stream"},
    )

    assert '"code":"NOT_FOUND"' in answer.text
    assert "sequence" not in answer.text


def test_a_stranger_cannot_download_our_file(up: Up, ours: Run, stranger: Stranger) -> None:
    [artifact] = ours.artifacts

    answer = httpx.get(
        f"{up.url}{artifact.url}", headers={"Authorization": f"Bearer {stranger.owner}"}
    )

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


def test_knowing_the_hash_of_our_archive_gives_a_stranger_nothing(
    up: Up, client: DagyClient, ours: Run, stranger: Stranger
) -> None:
    flow = client.flow("keeping")
    with DagyClient(up.url, stranger.owner) as theirs:
        upload = theirs.execute(
            "mutation($i: CreateArtifactUploadInput!)"
            " { createArtifactUpload(input: $i) { uploadUrl artifact { id } } }",
            {"i": {"sha256": flow.artifact_sha256, "sizeBytes": 1000}},
        )["createArtifactUpload"]
        answer = theirs.post(
            "mutation($i: RegisterFlowInput!) { registerFlow(input: $i) { created } }",
            {"i": {"artifactSha256": flow.artifact_sha256, "spec": flow.spec}},
        )

    assert upload["artifact"] == {"id": None}
    assert upload["uploadUrl"] == f"/artifacts/uploads/{flow.artifact_sha256}"
    [error] = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": "artifactSha256"}


def test_the_same_flow_of_both_shares_no_cached_result(
    up: Up, cli: Cli, ours: Run, stranger: Stranger, file: Path
) -> None:
    deployed = cli("deploy", f"{file}:keeping", key=stranger.owner)
    assert deployed.returncode == 0, deployed.stderr

    with DagyClient(up.url, stranger.owner) as theirs:
        run_id = theirs.trigger("keeping", parameters={"text": "theirs"}).run.id
        until(lambda: theirs.run_status(run_id).is_terminal, what="the end of their run")
        run = theirs.run(run_id)
        states = [task.state for task in theirs.task_runs(run_id)]
        theirs.delete_deployment(theirs.deployment("keeping").id)

    assert (ours.result, run.result) == ("ours", "theirs")
    assert states == ["SUCCEEDED"]


def test_who_may_only_look_is_refused_before_anything_runs(up: Up, stranger: Stranger) -> None:
    document = 'mutation { triggerRun(input: {deploymentName: "x"}) { run { id } } }'

    answer = post(up, stranger.viewer, document)

    assert "data" not in answer
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert "RUNS_TRIGGER" in error["message"]


def test_a_session_that_is_over_is_refused(up: Up, stranger: Stranger) -> None:
    answer = post(up, stranger.expired, "{ viewer { role } }")

    assert "data" not in answer
    [error] = answer["errors"]
    assert error["message"] == "The token is unknown, revoked or has expired: sign in again."
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
