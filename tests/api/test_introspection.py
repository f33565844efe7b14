"""Who may read the schema through the API, and who is told what a name could have been."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from dagy_gql.app import create_app
from dagy_gql.enums import Role
from dagy_gql.runtime import Runtime
from dagy_gql.settings import Settings
from tests.api.client import Client, Org

SCHEMA = "{ __schema { queryType { name } } }"
IN_FRAGMENT = '{ ...F } fragment F on Query { ... { t: __type(name: "Run") { name } } }'
TYPO = "{ viewr { role } }"
TYPO_IN_VALUE = "{ runs(filter: {state: [RUNING]}) { nodes { id } } }"
TYPO_IN_VARIABLE = "query Q($f: RunFilter) { runs(filter: $f) { nodes { id } } }"


@asynccontextmanager
async def api(rt: Runtime, **changes: Any) -> AsyncIterator[httpx.AsyncClient]:
    settings = rt.settings.model_copy(update=changes)
    transport = httpx.ASGITransport(app=create_app(settings, replace(rt, settings=settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://dagy.test") as http:
        yield http


@pytest.mark.parametrize(
    ("changes", "anonymous", "signed_in"),
    [
        ({}, True, True),
        ({"env": "production"}, False, True),
        ({"env": "production", "introspection": "on"}, True, True),
        ({"introspection": "signed-in"}, False, True),
        ({"introspection": "off"}, False, False),
    ],
)
@pytest.mark.parametrize("query", [SCHEMA, IN_FRAGMENT])
async def test_the_schema_is_read_by_whom_the_settings_say(
    rt: Runtime,
    org: Org,
    changes: dict[str, str],
    anonymous: bool,
    signed_in: bool,
    query: str,
) -> None:
    async with api(rt, **changes) as http:
        for token, may in ((None, anonymous), (org.keys[Role.VIEWER], signed_in)):
            client = Client(http, token)
            answer = await client(query)
            assert (answer.errors == []) is may
            is_told = may and token is not None
            assert ("Did you mean" in (await client(TYPO)).message) is is_told
            assert ("Did you mean" in (await client(TYPO_IN_VALUE)).message) is is_told
            wrong = await client(TYPO_IN_VARIABLE, f={"state": ["RUNING"]})
            assert ("Did you mean" in wrong.errors[0]["message"]) is is_told


async def test_a_refusal_says_what_is_missing(rt: Runtime, org: Org) -> None:
    async with api(rt, env="production") as http:
        assert (await Client(http)(SCHEMA)).code == "UNAUTHENTICATED"
        assert (await Client(http)("{ __typename }")).data == {"__typename": "Query"}
        message = (await Client(http)(TYPO)).message
        assert message == "Cannot query field 'viewr' on type 'Query'."
    async with api(rt, introspection="off") as http:
        answer = await Client(http, org.keys[Role.OWNER])(SCHEMA)
        assert answer.code == "GRAPHQL_VALIDATION_FAILED"
        assert answer.message == "The schema cannot be read here: introspection is switched off."


@pytest.fixture
def ui(tmp_path: Path) -> Path:
    (tmp_path / "ui").mkdir()
    for name in ("404.html", "graphiql.html", "graphiql.txt", "runs.html"):
        (tmp_path / "ui" / name).write_text(f"<p>{name}</p>")
    return tmp_path / "ui"


async def test_the_explorer_can_be_switched_off(rt: Runtime, ui: Path) -> None:
    page = {"Accept": "text/html"}
    async with api(rt, ui_dir=ui) as http:
        assert (await http.get("/graphiql", headers=page)).status_code == 200
        assert (await http.get("/api/ui-config")).json()["graphiql"] is True
    async with api(rt, ui_dir=ui, graphiql=False) as http:
        assert (await http.get("/api/ui-config")).json()["graphiql"] is False
        for path in ("/graphiql", "/graphiql.html", "/graphiql.txt"):
            assert (await http.get(path, headers=page)).status_code == 404
        assert (await http.get("/graphql", headers=page)).status_code == 406
        assert (await http.get("/runs", headers=page)).status_code == 200


def test_in_production_the_default_is_who_is_signed_in() -> None:
    assert Settings().introspection_for == "on"
    assert Settings(env="production").introspection_for == "signed-in"
