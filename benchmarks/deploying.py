"""Brings the flows that are measured onto a server, as many new versions as a case asks for."""

import shutil
from pathlib import Path

from benchmarks.wire import Server
from dagy.artifact import build_artifact
from dagy.client import DagyClient

SOURCE = Path(__file__).with_name("flows.py")


class Deployer:
    """`folder` takes the copies of the source and what is built from them."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._client = DagyClient(server.url, server.token)
        self._folder = folder
        self._count = 0

    def deploy(self, flow: str) -> str:
        """A version with a content of its own, under a new deployment; returns its name."""
        self._count += 1
        name = f"{flow.replace('_', '-')}-{self._count}"
        copy = self._folder / name / SOURCE.name
        copy.parent.mkdir(parents=True)
        shutil.copyfile(SOURCE, copy)
        with copy.open("a") as source:
            source.write(f"\nVERSION = {self._count}\n")
        built = build_artifact(f"{copy}:{flow}", self._folder / "builds")
        self._client.upload_artifact(built.path.read_bytes())
        registered = self._client.register_flow(built.sha256, built.spec.to_dict())
        self._client.upsert_deployment(
            name, flow_name=registered.flow.name, flow_version=registered.flow.version
        )
        return name

    def close(self) -> None:
        self._client.close()
