"""The audit log guards itself: rows are numbered, chained and frozen by the database.

Every row carries the hash of the one before it in its organization, so a row that was changed,
taken out or put in by hand breaks the chain. The head of a chain is written by the trigger alone.

Writers take turns on the head of their organization. They wait in audit_pending, so that a head is
locked by the commit itself and not while a client, busy with others, gets round to committing.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

CREATE = [
    # Nothing in here depends on settings: jsonb has one text for one value, and a time is counted
    # in microseconds since 1970.
    """
    CREATE FUNCTION audit_digest(entry audit_logs) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
        SELECT encode(sha256(convert_to(jsonb_build_array(
            entry.previous_hash, entry.id, entry.org_id, entry.sequence,
            entry.actor_kind, entry.actor_id, entry.actor_name, entry.action,
            entry.resource_type, entry.resource_id, entry.resource_name,
            entry.before, entry.after, entry.request_id, entry.address,
            (extract(epoch FROM entry.at) * 1000000)::bigint
        )::text, 'UTF8')), 'hex')
    $$
    """,
    # The head is locked first, so whoever comes second reads the clock second: within an
    # organization times rise with numbers, and what a client says of either is overwritten.
    """
    CREATE FUNCTION audit_append() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO audit_heads AS head (org_id, sequence, hash, at)
        VALUES (NEW.org_id, 1, '', clock_timestamp())
        ON CONFLICT (org_id) DO UPDATE
            SET sequence = head.sequence + 1, at = greatest(head.at, clock_timestamp())
        RETURNING sequence, hash, at INTO NEW.sequence, NEW.previous_hash, NEW.at;
        NEW.hash := audit_digest(NEW);
        UPDATE audit_heads SET hash = NEW.hash WHERE org_id = NEW.org_id;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER audit_append BEFORE INSERT ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION audit_append()
    """,
    """
    CREATE UNLOGGED TABLE audit_pending (
        id uuid PRIMARY KEY, org_id uuid, actor_kind text, actor_id uuid, actor_name text,
        action text, resource_type text, resource_id uuid, resource_name text, before jsonb,
        after jsonb, request_id text, address text
    )
    """,
    """
    CREATE FUNCTION audit_settle() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO audit_logs (id, org_id, actor_kind, actor_id, actor_name, action,
            resource_type, resource_id, resource_name, before, after, request_id, address)
        VALUES (NEW.id, NEW.org_id, NEW.actor_kind, NEW.actor_id, NEW.actor_name, NEW.action,
            NEW.resource_type, NEW.resource_id, NEW.resource_name, NEW.before, NEW.after,
            NEW.request_id, NEW.address);
        DELETE FROM audit_pending WHERE id = NEW.id;
        RETURN NULL;
    END
    $$
    """,
    """
    CREATE CONSTRAINT TRIGGER audit_settle AFTER INSERT ON audit_pending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_settle()
    """,
    """
    CREATE FUNCTION audit_refuse() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END
    $$
    """,
    """
    CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
    # Depth 0 is a statement of somebody's own; those of audit_append are deeper.
    """
    CREATE TRIGGER audit_refuse BEFORE INSERT OR UPDATE OR DELETE ON audit_heads
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_refuse()
    """,
    """
    CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit_heads
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
]
DROP = [
    "DROP TRIGGER audit_refuse_truncate ON audit_heads",
    "DROP TRIGGER audit_refuse ON audit_heads",
    "DROP TRIGGER audit_refuse ON audit_logs",
    "DROP FUNCTION audit_refuse()",
    "DROP TABLE audit_pending",
    "DROP FUNCTION audit_settle()",
    "DROP TRIGGER audit_append ON audit_logs",
    "DROP FUNCTION audit_append()",
    "DROP FUNCTION audit_digest(audit_logs)",
]


class Migration(migrations.Migration):
    dependencies = [("dagy", "0003_entities")]

    operations = [
        ops.RunSQL(CREATE, DROP),
    ]
