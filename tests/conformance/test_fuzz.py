"""Schemathesis over the whole schema, as the owner: whatever it sends, nothing breaks.

Deterministic: the same schema gives the same operations. A failure shows the one to repeat.
"""

import asyncio
import io
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from starlette.applications import Starlette

from dagy_gql import db
from dagy_gql.enums import Role
from dagy_gql.repositories.pagination import encode_id
from schema.root import schema
from tests.api.client import Client, Org
from tests.api.conftest import deploy, trigger
from tests.api.server import served

EXAMPLES = 4
WRONG_EXAMPLES = 1
_TYPES = {
    "Flow": "flows",
    "Deployment": "deployments",
    "Run": "runs",
    "Environment": "environments",
}
_MOMENTS = (
    "2026-01-01T00:00:00Z",
    "2026-01-01",
    "0000-00-00T00:00:00Z",
    "now",
    "9999-12-31T23:59:59Z",
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


async def known_ids() -> list[str]:
    """Of rows that are there, so that some operations get past NOT_FOUND."""
    found = []
    for type_, table in _TYPES.items():
        rows = await db.fetch(f"SELECT id FROM {table} LIMIT 3")
        found += [encode_id(type_, row["id"]) for row in rows]
    return found


def register_scalars(ids: list[str]) -> None:
    node = schemathesis.graphql.nodes
    texts = st.sampled_from([*ids, "", "x", "UnVuOng=", "\u0000", "é"]) | st.text(max_size=30)
    schemathesis.graphql.scalar("ID", texts.map(node.String))
    schemathesis.graphql.scalar("DateTime", st.sampled_from(_MOMENTS).map(node.String))
    schemathesis.graphql.scalar("Long", st.integers().map(node.Int))
    schemathesis.graphql.scalar("JSON", _JSON.map(str).map(node.String))


def bodies(mode: GenerationMode) -> Iterator[st.SearchStrategy[Any]]:
    """What to send, for each field of Query and Mutation."""
    found = schemathesis.graphql.from_file(io.StringIO(schema.as_str()))
    found.config.update(base_url="http://dagy.test/graphql")
    for result in found.get_all_operations():
        strategy = result.ok().as_strategy(generation_mode=mode)
        yield strategy.map(lambda case: case.as_transport_kwargs()["json"])


def examined(strategy: st.SearchStrategy[Any], examples: int, check: Callable[[Any], None]) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def example(body: Any) -> None:
        check(body)

    example()


def fuzz(
    port: int, key: str, mode: GenerationMode, examples: int
) -> tuple[Counter[str], list[Any]]:
    """The codes of the answers, and what was our fault."""
    codes: Counter[str] = Counter()
    faults: list[Any] = []
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
        timeout=30,
    ) as client:

        def ask(body: Any) -> None:
            response = client.post("/graphql", json=body)
            errors = response.json().get("errors", [{"extensions": {"code": "OK"}}])
            found = Counter(error["extensions"]["code"] for error in errors)
            codes.update(found)
            if response.status_code >= 500 or found["INTERNAL"]:
                faults.append((body["query"], response.text))

        for strategy in bodies(mode):
            examined(strategy, examples, ask)
    return codes, faults


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("mode", "examples"),
    [(GenerationMode.POSITIVE, EXAMPLES), (GenerationMode.NEGATIVE, WRONG_EXAMPLES)],
    ids=["right", "wrong"],
)
async def test_no_operation_breaks_the_server(
    app: Starlette, owner: Client, org: Org, mode: GenerationMode, examples: int
) -> None:
    await deploy(owner)
    await trigger(owner)
    register_scalars(await known_ids())
    async with served(app) as port:
        codes, faults = await asyncio.to_thread(fuzz, port, org.keys[Role.OWNER], mode, examples)
    assert faults == []
    assert codes.total() > 50
    assert (await owner("{ viewer { role } }")).data == {"viewer": {"role": "OWNER"}}
    if mode is GenerationMode.POSITIVE:
        assert codes["OK"] > 20
