"""What a server would refuse of a flow's names and tags, found out before anything is sent."""

import os
import unicodedata
from pathlib import Path
from typing import Any

from dagy.errors import LoadError, TraceError
from dagy.flow import Flow
from dagy.names import (
    MAX_NAME,
    MAX_TAG_CHARACTERS,
    MAX_TAGS,
    NAME_RULE,
    VERSION_RULE,
    is_name,
    is_namespace,
    is_version,
)


def check_names(
    flow: Flow[..., Any], entrypoint: str, *, namespace: str | None = None
) -> str | None:
    """The namespace that a deploy from here would give: `namespace`, the flow's own, or its
    folder below the working one; None at the top. Raises TraceError for what the flow says,
    LoadError for a folder to rename."""
    if not is_name(flow.name):
        raise TraceError(
            f"{flow.name!r} cannot name a flow: {NAME_RULE}, at most {MAX_NAME} characters",
            hint="rename the function, or set @flow(name=...)",
            where=flow.place,
        )
    if flow.version is not None and not is_version(flow.version):
        raise TraceError(
            f"flow {flow.name!r}: {flow.version!r} is not a version: {VERSION_RULE}",
            hint="change @flow(version=...)",
            where=flow.place,
        )
    _check_tags(flow)
    return namespace or _namespace(flow, entrypoint)


def _check_tags(flow: Flow[..., Any]) -> None:
    wrong = [
        name
        for name, value in flow.tags.items()
        if not isinstance(value, str) or not name or max(len(name), len(value)) > MAX_TAG_CHARACTERS
    ]
    if wrong or len(flow.tags) > MAX_TAGS:
        what = f"the tag {wrong[0][:50]!r} is wrong" if wrong else f"{len(flow.tags)} are too many"
        raise TraceError(
            f"flow {flow.name!r} has tags that no server takes: {what}",
            hint=f"at most {MAX_TAGS} tags, each of text up to {MAX_TAG_CHARACTERS} characters",
            where=flow.place,
        )


def _namespace(flow: Flow[..., Any], entrypoint: str) -> str | None:
    if flow.namespace is not None:
        _check_namespace(flow)
        return flow.namespace
    folder = Path(entrypoint.partition(":")[0]).resolve().parent
    relative = os.path.relpath(folder, Path.cwd())
    if relative == "." or relative.startswith(".."):
        return None
    namespace = unicodedata.normalize("NFC", Path(relative).as_posix())
    if not is_namespace(namespace):
        wrong = next((each for each in namespace.split("/") if not is_namespace(each)), namespace)
        raise LoadError(
            f"the folder {wrong!r} cannot be a part of the flow's namespace: {NAME_RULE}",
            hint=f"rename {wrong!r}, set @flow(namespace=...), or deploy with --namespace",
        )
    return namespace


def _check_namespace(flow: Flow[..., Any]) -> None:
    namespace = (flow.namespace or "").strip("/")
    if namespace and not is_namespace(namespace):
        raise TraceError(
            f"flow {flow.name!r}: {flow.namespace!r} is not a namespace such as data/ingestion",
            hint="change @flow(namespace=...)",
            where=flow.place,
        )
