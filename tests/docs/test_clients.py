"""What the page about GraphQL clients shows is what the conformance suite runs."""

from pathlib import Path

import pytest

from tests.conformance.test_clients import CLIENTS
from tests.support.pages import ROOT, blocks

PAGE = "docs/clients.md"
FOLDER = Path("tests/conformance/clients")
SHOWN = [(block.title, block.text) for block in blocks(PAGE, "js")] + [
    ("gql_client.py", block.text) for block in blocks(PAGE, "python")
]


@pytest.mark.parametrize(("file", "text"), SHOWN, ids=[str(file) for file, _ in SHOWN])
def test_a_piece_of_the_page_is_part_of_a_tested_program(file: str, text: str) -> None:
    assert text in (ROOT / FOLDER / file).read_text()


def test_the_page_shows_every_client_that_is_tested() -> None:
    # graphql-ws is the socket of all who use it.
    files = {"socket.mjs" if name == "graphql-ws.mjs" else name for name in CLIENTS}
    assert files <= {file for file, _ in SHOWN}
