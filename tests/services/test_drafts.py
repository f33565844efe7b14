"""Drafts: of two saves at once, one wins and the other is told."""

import asyncio

from dagy_gql import db
from dagy_gql.errors import Conflict
from dagy_gql.runtime import Runtime
from dagy_gql.services import drafts
from tests.services.test_flows import actor


async def test_of_saves_at_once_one_wins(rt: Runtime) -> None:
    who = await actor()
    row = await drafts.create(rt, who, {"name": "idea"})
    answers = await asyncio.gather(
        *(
            drafts.update(rt, who, {"description": text}, draft_id=row["id"], revision=1)
            for text in "abc"
        ),
        return_exceptions=True,
    )
    conflicts = [answer for answer in answers if isinstance(answer, Conflict)]
    assert [conflict.extensions["currentRevision"] for conflict in conflicts] == [2, 2]
    assert await db.fetch_value("SELECT revision FROM dag_drafts") == 2


async def test_a_draft_needs_no_flow_and_no_graph(rt: Runtime) -> None:
    who = await actor()
    row = await drafts.create(rt, who, {"name": "idea"})
    assert (row["flow_id"], row["graph"]) == (None, {"nodes": [], "edges": []})
    await drafts.delete(rt, who, draft_id=row["id"])
    assert await db.fetch_value("SELECT count(*) FROM dag_drafts") == 0
