"""One line for each record, whatever is in it."""

import json
import logging

import pytest

from dagy_gql.logs import JsonFormatter


@pytest.mark.parametrize(
    "odd", ["a\nb", "\ud800", "a\x00b\x1b[2J", 10**30, object(), {"a": {1, 2}}]
)
def test_a_record_is_one_line_of_json(odd: object) -> None:
    record = logging.makeLogRecord({"msg": "%s", "args": (str(odd),), "why": odd})
    line = JsonFormatter().format(record)
    assert line.isprintable()
    assert json.loads(line)["message"] == str(odd)
