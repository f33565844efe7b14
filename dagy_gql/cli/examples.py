"""Deploys the examples that come with the repository, through the public `dagy deploy`."""

import sys
from pathlib import Path

from dagy_gql.embedded.children import Children
from dagy_gql.embedded.installation import Installation
from dagy_gql.embedded.process import Command, EmbeddedError

FOLDER = Path(__file__).parent.parent.parent / "examples"
_DAGY = "from dagy.cli.main import main; main()"


def listed(folder: Path = FOLDER) -> list[str]:
    """`FILE.py:FLOW` of each example, in the order of `manifest.txt`."""
    try:
        lines = (folder / "manifest.txt").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


async def deploy(installation: Installation, children: Children, *, profile: str) -> list[str]:
    """One after the other; returns their names, raises EmbeddedError at the first that fails."""
    # The person's own server may be named in the environment; the examples belong on this one.
    mine = {"DAGY_LOCAL_DIR": str(installation.folder.root), "DAGY_PROFILE": profile}
    names = []
    for entry in listed():
        argv = [sys.executable, "-P", "-c", _DAGY, "deploy", str(FOLDER / entry)]
        # Not the path to where the checkout happens to be.
        argv += ["--namespace", FOLDER.name]
        log = installation.folder.log("examples")
        command = Command(argv, log, environment=mine)
        try:
            await children.run(command)
        except EmbeddedError as error:
            raise EmbeddedError(f"The example {entry} was not deployed: {error}") from error
        names.append(entry.rpartition(":")[2])
    return names
