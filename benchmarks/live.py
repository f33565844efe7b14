"""Case G: a thousand subscribers of one run."""

import json
import subprocess
import sys

import psutil

from benchmarks.cases import Outcome
from benchmarks.deploying import Deployer
from benchmarks.installation import Installation

_SUBSCRIBERS = 1000


def crowds(installation: Installation, deployer: Deployer) -> dict[str, Outcome]:
    """How late the last of them has an event, and what each costs the server."""
    job = {
        "url": installation.server.url,
        "token": installation.server.token,
        "deployment": deployer.deploy("ticking"),
        "size": _SUBSCRIBERS,
        "server_pid": _server_pid(installation.pid),
    }
    command = [sys.executable, "-m", "benchmarks.crowd", json.dumps(job)]
    answer = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {"crowd": Outcome(answer["late"]), "subscriber": Outcome([answer["kilobytes"]])}


def _server_pid(installation_pid: int) -> int:
    children = psutil.Process(installation_pid).children(recursive=True)
    return next(child.pid for child in children if "server" in child.cmdline())
