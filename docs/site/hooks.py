"""What mkdocs asks while it builds the site: the table of settings, and files that browsers load
faster."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from dagy_gql.settings import Settings

_TABLE_HERE = "<!-- settings -->"
# Maps for debuggers, and search in languages that no page is written in: 3 MB of 5.
_NOT_SERVED = ("*.map", "assets/javascripts/lunr/**/*")
_PACKED = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt", ".xml"})


def on_page_markdown(markdown: str, **_: Any) -> str:
    return markdown.replace(_TABLE_HERE, settings_table()) if _TABLE_HERE in markdown else markdown


def on_post_build(config: Any, **_: Any) -> None:
    folder = Path(config["site_dir"])
    for path in _unserved(folder):
        path.unlink()
    for path in folder.rglob("*"):
        if path.suffix in _PACKED:
            twin = path.with_name(f"{path.name}.gz")
            twin.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def settings_table() -> str:
    """Every setting as the process reads it; raises ValueError for one that nobody explains."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    explained = griffe.load("dagy_gql.settings")["Settings"].members
    for name, field in Settings.model_fields.items():
        docstring = explained[name].docstring
        if docstring is None:
            raise ValueError(f"settings.py: {name} has no docstring")
        meaning = " ".join(docstring.value.split())
        rows.append(f"| `{_variable(name, field)}` | {_default(field)} | {meaning} |")
    return "\n".join(rows)


def _variable(name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    return alias if isinstance(alias, str) else f"DAGY_{name.upper()}"


def _default(field: FieldInfo) -> str:
    default = field.default
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default in (None, "", PydanticUndefined, ()) or isinstance(default, Path):
        return ""
    if isinstance(default, tuple):
        return ", ".join(f"`{getattr(each, 'name', each)}`" for each in default)
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def _unserved(folder: Path) -> Iterator[Path]:
    for pattern in _NOT_SERVED:
        yield from (path for path in folder.rglob(pattern) if path.is_file())
