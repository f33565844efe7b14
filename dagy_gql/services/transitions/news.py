"""What followers are told after a commit: the new events of a run, and how far its log goes."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

import msgspec

from dagy_gql.bus import Channel, Message
from dagy_gql.enums import RunState
from dagy_gql.repositories.run_records import EventRow

# Redis carries hints, not bulk: past this many events a follower reads the rows.
_EVENTS_A_MESSAGE = 200


class EventNews(msgspec.Struct, frozen=True):
    seq: int
    at: str
    type: str
    run_state: str
    task_key: str | None
    task_state: str | None
    attempt: int
    data: dict[str, Any] | None


class RunNews(msgspec.Struct, frozen=True):
    """`events` empty with a larger `event_seq` means: read the rows."""

    run_id: UUID
    state: RunState
    event_seq: int
    log_seq: int
    events: list[EventNews]


encoder = msgspec.json.Encoder()
decoder = msgspec.json.Decoder(RunNews)


def messages(org_id: UUID, news: RunNews, *, moved: bool) -> list[Message]:
    """To the run's followers; also to the organization's when the run's state moved."""
    pairs = [(Channel.run(news.run_id), encoder.encode(news))]
    if moved:
        brief = RunNews(news.run_id, news.state, news.event_seq, news.log_seq, [])
        pairs.append((Channel.runs(org_id), encoder.encode(brief)))
    return pairs


def event_news(rows: Sequence[EventRow]) -> list[EventNews]:
    if len(rows) > _EVENTS_A_MESSAGE:
        return []
    return [
        EventNews(
            seq=row.seq,
            at=row.at.astimezone(UTC).isoformat(),
            type=row.type,
            run_state=row.run_state,
            task_key=row.task_key,
            task_state=row.task_state,
            attempt=row.attempt,
            data=None if row.data is None else msgspec.json.decode(row.data),
        )
        for row in rows
    ]
