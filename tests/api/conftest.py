"""The API over a fresh database: two organizations, a client per role."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.applications import Starlette

from dagy_gql.app import create_app
from dagy_gql.enums import Role
from dagy_gql.runtime import Runtime
from tests.api import flows
from tests.api.client import Client, Org, make_org

As = Callable[..., Client]


@pytest.fixture
def app(rt: Runtime) -> Starlette:
    return create_app(rt.settings, rt)


@pytest.fixture
async def http(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://dagy.test") as client:
        yield client


@pytest.fixture
async def org(rt: Runtime) -> Org:
    return await make_org("mine")


@pytest.fixture
async def other_org(rt: Runtime) -> Org:
    return await make_org("theirs")


@pytest.fixture
def anonymous(http: httpx.AsyncClient) -> Client:
    return Client(http)


@pytest.fixture
def as_(http: httpx.AsyncClient, org: Org) -> As:
    """A client of a role, in our organization or another."""

    def client(role: Role, of: Org | None = None) -> Client:
        return Client(http, (of or org).keys[role])

    return client


@pytest.fixture
def owner(as_: As) -> Client:
    return as_(Role.OWNER)


@pytest.fixture
def developer(as_: As) -> Client:
    return as_(Role.DEVELOPER)


@pytest.fixture
def viewer(as_: As) -> Client:
    return as_(Role.VIEWER)


@pytest.fixture
def stranger(as_: As, other_org: Org) -> Client:
    """The owner of another organization."""
    return as_(Role.OWNER, other_org)


async def upload(client: Client, content: bytes | None = None) -> str:
    """Store an archive; returns its sha256."""
    content = flows.archive() if content is None else content
    sha256 = flows.sha256(content)
    response = await client.http.put(
        f"/artifacts/uploads/{sha256}", content=content, headers=client.auth
    )
    assert response.status_code == 201, response.text
    return sha256


async def register(client: Client, name: str = "report", **values: object) -> dict[str, object]:
    sha256 = await upload(client)
    answer = await client.input(
        "registerFlow",
        "RegisterFlowInput",
        "created flow { id name version isLatest }",
        **({"artifactSha256": sha256, "spec": flows.spec(name)} | values),
    )
    found: dict[str, object] = answer.data["registerFlow"]
    return found


async def deploy(client: Client, name: str = "nightly", **values: object) -> str:
    """A deployment of the flow `report`; returns its id."""
    await register(client)
    answer = await client.input(
        "createDeployment",
        "CreateDeploymentInput",
        "deployment { id }",
        **({"name": name, "flowName": "report"} | values),
    )
    return str(answer.data["createDeployment"]["deployment"]["id"])


async def trigger(client: Client, **values: object) -> dict[str, object]:
    answer = await client.input(
        "triggerRun",
        "TriggerRunInput",
        "created run { id slug state }",
        **({"deploymentName": "nightly", "parameters": {"city": "Bonn"}} | values),
    )
    found: dict[str, object] = answer.data["triggerRun"]
    return found
