"""docs/graphql.md, from the schema, its examples and their recorded answers.

`python -m schema.docs` writes it. A test runs every example and compares.
"""

import json
import re
from typing import Any

from graphql import GraphQLField, GraphQLSchema

from schema import root
from schema.examples import FOLDER, KINDS, Example, load, operations
from schema.guard import need_of_field

ANSWERS = FOLDER / "answers.json"
TARGET = FOLDER.parent / "graphql.md"

_INTRODUCTION = """\
# The GraphQL API

Generated from the schema (`make sdl`); a test runs every example.

`POST /graphql` with `{"query": …, "variables": …}` and `Authorization: Bearer <token>`: an access
token (`dagy_at_…`), an API key (`dagy_sk_…`) or, where it is set up, a token of an OIDC provider.
Subscriptions go over a WebSocket (graphql-transport-ws) or server-sent events. The whole schema,
with every type, is in `schema/schema.graphql`.

- **Permissions.** Each operation below says what it needs; fields may need more (`@requires` in the
  schema). An operation is authorized as a whole before anything of it is executed: `FORBIDDEN`
  names the field and the permission.
- **Ids** are global and opaque; `node(id:)` takes any of them. What belongs to another organization
  is `NOT_FOUND`.
- **Lists** are Relay connections: `first` and `after`, or `last` and `before`; 25 rows unless asked
  otherwise, at most 100 (of a run's tasks 5,000). `totalCount` counts up to 10,000.
- **The audit log** has a row for every mutation, written in its transaction. Rows are kept: nothing
  prunes them, and the database refuses to change or delete one. Each carries the hash of the one
  before; `verifyAuditChain` follows them and names the first that is wrong. Keep the head's hash
  somewhere else from time to time and give it as `knownHash`: then a log that was written anew from
  end to end is found, too. `GET /audit/export?format=csv|jsonl` streams it with the filters of
  `auditLogs` (`actor`, `action`, `resourceType`, `resourceId`, `after`, `before`), needs
  `AUDIT_READ` and `AUDIT_DIFFS`, and is audited itself.

In the answers below, ids, times, tokens and hashes are shown as `…`.
"""


def text(schema: GraphQLSchema, examples: dict[str, Example], answers: dict[str, Any]) -> str:
    """Raises KeyError for an operation without an answer."""
    known = operations(schema)
    parts = [_INTRODUCTION]
    for noun in sorted({example.noun for example in examples.values()}):
        parts.append(f"## {noun.replace('-', ' ').capitalize()}\n")
        for kind in KINDS:
            parts += [
                _operation(schema, known[key], examples[key], answers[key])
                for key in known
                if key in examples and key.startswith(f"{kind} ") and examples[key].noun == noun
            ]
    return "\n".join(parts)


def _operation(schema: GraphQLSchema, field: GraphQLField, example: Example, answer: Any) -> str:
    lines = [
        f"### {example.operation}\n",
        f"*{example.kind.capitalize()}.* {_need(schema, example)}",
    ]
    if field.description:
        lines.append(f"\n{' '.join(field.description.split())}")
    lines += [
        "",
        _block("graphql", _signature(example.operation, field)),
        _block("graphql", example.query),
    ]
    if example.variables:
        variables = re.sub(r"\{(\w+)\}", r"<\1>", _json(example.variables))
        lines.append(_block("json", variables))
    lines.append(f"Answers:\n\n{_block('json', _json(answer))}")
    return "\n".join(lines)


def _need(schema: GraphQLSchema, example: Example) -> str:
    owner = {
        "query": schema.query_type,
        "mutation": schema.mutation_type,
        "subscription": schema.subscription_type,
    }[example.kind]
    assert owner is not None
    match need_of_field(owner, example.operation):
        case ("requires", permission) if permission is not None:
            return f"Needs `{permission.name}`."
        case ("signedIn", _):
            return "For everybody who is signed in."
    return "Public."


def _signature(name: str, field: GraphQLField) -> str:
    arguments = ", ".join(f"{key}: {argument.type}" for key, argument in field.args.items())
    if len(arguments) > 80:
        inner = ",\n".join(f"  {key}: {argument.type}" for key, argument in field.args.items())
        return f"{name}(\n{inner}\n): {field.type}"
    return f"{name}({arguments}): {field.type}" if arguments else f"{name}: {field.type}"


def _block(language: str, content: str) -> str:
    return f"```{language}\n{content}\n```\n"


def _json(value: Any) -> str:
    """Compact where it fits on a line."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= 96 else json.dumps(value, indent=2, ensure_ascii=False)


def current() -> str:
    schema = root.schema._schema
    return text(schema, load(schema), json.loads(ANSWERS.read_text()))


if __name__ == "__main__":
    TARGET.write_text(current())
