"""A small flow for tests: its document and its archive."""

import hashlib
import io
import zipfile
from typing import Any

SOURCE = "from dagy import flow, task\n"


def spec(name: str = "report", **changes: Any) -> dict[str, Any]:
    return {
        "spec_version": 1,
        "name": name,
        "entrypoint": "flows.py:report",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "days": {"type": "integer", "default": 7},
            },
            "required": ["city"],
            "additionalProperties": False,
        },
        "tasks": [
            {"key": "load", "name": "load", "function": "load"},
            {
                "key": "render",
                "name": "render",
                "function": "render",
                "depends_on": ["load"],
                "inputs": {"rows": {"kind": "task", "key": "load"}},
            },
        ],
    } | changes


def archive(files: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in (files or {"flows.py": SOURCE}).items():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return buffer.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
