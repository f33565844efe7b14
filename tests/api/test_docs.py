"""docs/graphql.md is what the schema, its examples and their answers make, and every example works.

RECORD_ANSWERS=1 writes docs/examples/answers.json and docs/graphql.md anew.
"""

import json
import os
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from dagy_gql import db
from dagy_gql.runtime import Runtime
from dagy_gql.settings import Settings
from schema import docs, root
from schema.examples import load, operations
from tests.api.examples import (
    CHANNEL_SECRET,
    NEW_SECRET,
    PASSWORD,
    SECRET,
    Story,
    secrets_in,
    shown,
)
from tests.api.server import served

SCHEMA = root.schema._schema

# Public, and no organization is known when they do nothing: what they refuse is in the AccessLog.
UNAUDITED = {"mutation exchangeToken"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The story is longer than a burst of requests may be."""
    return settings.model_copy(update={"rate_limit_per_minute": 0})


@pytest.fixture
async def story(rt: Runtime, app: Starlette, http: httpx.AsyncClient) -> AsyncIterator[Story]:
    http.headers["X-Request-Id"] = "story"
    async with served(app) as port:
        yield Story(rt, http, port)


def test_every_operation_has_an_example() -> None:
    missing = operations(SCHEMA).keys() - load(SCHEMA).keys()
    assert missing == set(), "Add examples to docs/examples/<noun>.toml."


async def test_every_example_works_and_every_mutation_is_audited(story: Story) -> None:
    unaudited, last = [], 0
    async for example in story.run(load(SCHEMA)):
        rows = await db.fetch("SELECT * FROM audit_logs ORDER BY at, sequence OFFSET $1", last)
        last += len(rows)
        if example.kind == "mutation" and not rows:
            unaudited.append(example.key)
        assert {row["request_id"] for row in rows} <= {"story"}, example.key
        assert {row["address"] for row in rows} <= {"127.0.0.1"}, example.key
        assert all(row["actor_name"] and row["resource_type"] for row in rows), example.key
    assert story.failures == {}
    assert set(unaudited) == UNAUDITED

    log = str(await db.fetch("SELECT before, after, resource_name, actor_name FROM audit_logs"))
    told = secrets_in(list(story.answers.values())) | {PASSWORD, CHANNEL_SECRET, SECRET, NEW_SECRET}
    assert [secret for secret in told if secret in log] == []

    answers = {key: shown(answer) for key, answer in story.answers.items()}
    if os.environ.get("RECORD_ANSWERS"):
        text = json.dumps(answers, indent=1, ensure_ascii=False, sort_keys=True)
        docs.ANSWERS.write_text(text + "\n")
        docs.TARGET.write_text(docs.current())
    assert json.loads(docs.ANSWERS.read_text()) == answers


def test_the_documentation_is_the_one_the_schema_makes() -> None:
    assert docs.TARGET.read_text() == docs.current(), "Run `make sdl`."
