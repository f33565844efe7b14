"""A row of each of two organizations in every table there is, made from the catalogue alone."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from dagy_gql.ids import new_id

# Rows that nobody sees outside of a search have tests of their own.
_ONLY_IN_A_SEARCH = "run_grams"
# Values for columns that must have one; `text` columns get different ones, for unique keys.
_VALUES = {
    "bool": "false",
    "bytea": "''",
    "date": "now()",
    "float8": "1",
    "int2": "1",
    "int4": "1",
    "int8": "1",
    "jsonb": "'{}'",
    "numeric": "1",
    "text": "gen_random_uuid()::text",
    "timestamptz": "now()",
    "uuid": "gen_random_uuid()",
    "varchar": "left(gen_random_uuid()::text, 8)",
}
_ORG = "the organization"
_TABLES = """
SELECT c.relname AS name, array_agg(ARRAY[a.attname, t.typname]::text[]) FILTER (
    WHERE a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND a.attname <> 'org_id'
) AS columns
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relnamespace = 'public'::regnamespace AND c.relname <> $1
GROUP BY c.oid, c.relname HAVING bool_or(a.attname = 'org_id') ORDER BY 1
"""


@dataclass(frozen=True)
class Two:
    """`tables` are those with an org_id; each holds one row of `mine` and one of `theirs`."""

    mine: UUID
    theirs: UUID
    tables: dict[str, str]

    def insert(self, table: str, org_id: UUID) -> str:
        return self.tables[table].replace(_ORG, str(org_id))


async def fill(url: str) -> Two:
    """Foreign keys and triggers look away: the rows need only be there."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET session_replication_role = replica")
        rows = await connection.fetch(_TABLES, _ONLY_IN_A_SEARCH)
        tables = {row["name"]: _insert(row) for row in rows}
        two = Two(new_id(), new_id(), tables)
        for org_id in (two.mine, two.theirs):
            await connection.execute(_organization(org_id))
            for table in tables:
                await connection.execute(two.insert(table, org_id))
    finally:
        await connection.close()
    return two


def _insert(row: asyncpg.Record) -> str:
    columns = {name: _VALUES[kind] for name, kind in row["columns"] or []}
    names = ", ".join(["org_id", *columns])
    return f"INSERT INTO {row['name']} ({names}) VALUES ('{_ORG}', {', '.join(columns.values())})"


def _organization(org_id: UUID) -> str:
    return (
        "INSERT INTO organizations (id, name, slug, created_at)"
        f" VALUES ('{org_id}', 'An organization', '{org_id}', now())"
    )
