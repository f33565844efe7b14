"""The wall between organizations that holds when a query is wrong: row-level security.

`dagy_guard()` puts every table with an org_id behind it, now and after each later migration. The
policies read two settings of the session: `dagy.org_id`, and `dagy.everything` for reviewed work
across organizations; without either there are no rows. Weekly partitions are made and dropped by
functions of the owner, since the server itself may change no table.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

CREATE = [
    # A role belongs to the whole cluster: another database may make it at the same moment, and
    # where nobody may make one the tables' owner is bound by FORCE alone.
    """
    CREATE FUNCTION dagy_guard_role() RETURNS boolean
    LANGUAGE plpgsql AS $$
    BEGIN
        IF to_regrole('dagy_app') IS NULL THEN
            BEGIN
                CREATE ROLE dagy_app NOLOGIN;
            EXCEPTION
                WHEN duplicate_object OR unique_violation THEN NULL;
                WHEN insufficient_privilege THEN RETURN false;
            END;
        END IF;
        IF EXISTS (SELECT FROM pg_roles
                   WHERE rolname = current_user AND rolbypassrls AND NOT rolsuper) THEN
            BEGIN
                EXECUTE format('GRANT dagy_app TO %I', current_user);
            EXCEPTION WHEN insufficient_privilege THEN NULL;
            END;
        END IF;
        RETURN true;
    END
    $$
    """,
    # Nobody reads a partition but through its parent, so partitions have no policy and no grant.
    """
    CREATE FUNCTION dagy_guard_table(one regclass, visible text) RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM pg_class WHERE oid = one
                   AND NOT (relrowsecurity AND relforcerowsecurity)) THEN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', one);
            EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', one);
        END IF;
        IF visible IS NOT NULL AND NOT EXISTS (
            SELECT FROM pg_policy WHERE polrelid = one AND polname = 'organization'
        ) THEN
            EXECUTE format('CREATE POLICY organization ON %s USING (%s)', one, visible);
        END IF;
    END
    $$
    """,
    # The settings are read once per statement (sub-selects without a reference become InitPlans).
    """
    CREATE FUNCTION dagy_guard_tables() RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE
        one record;
        everything text := '(SELECT current_setting(''dagy.everything'', true) = ''on'')';
        mine text := '(SELECT nullif(current_setting(''dagy.org_id'', true), '''')::uuid)';
    BEGIN
        FOR one IN
            SELECT c.oid::regclass AS name, c.relispartition FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE a.attname = 'org_id' AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
              AND c.relnamespace = current_schema()::regnamespace
        LOOP
            PERFORM dagy_guard_table(one.name, CASE WHEN NOT one.relispartition THEN
                format('org_id = %s OR %s', mine, everything) END);
        END LOOP;
        PERFORM dagy_guard_table('organizations', format('id = %s OR %s', mine, everything));
        PERFORM dagy_guard_table('users', format(
            '%s OR EXISTS (SELECT FROM memberships m WHERE m.org_id = %s AND m.user_id = users.id)',
            everything, mine));
        PERFORM dagy_guard_table('user_identities', format(
            '%s OR EXISTS (SELECT FROM users u WHERE u.id = user_id)', everything));
        PERFORM dagy_guard_table('password_resets', format(
            '%s OR EXISTS (SELECT FROM users u WHERE u.id = user_id)', everything));
        PERFORM dagy_guard_table('oidc_attempts', everything);
    END
    $$
    """,
    """
    CREATE FUNCTION dagy_guard_grants() RETURNS void
    LANGUAGE plpgsql AS $$
    DECLARE
        one record;
        word text;
    BEGIN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO dagy_app', current_schema());
        FOR one IN
            SELECT c.oid::regclass AS name, c.relkind,
                CASE WHEN c.relkind = 'S' THEN ARRAY['USAGE']
                     WHEN c.relname = 'tortoise_migrations' THEN ARRAY['SELECT']
                     WHEN c.relname = 'audit_logs' THEN ARRAY['SELECT', 'INSERT']
                     WHEN c.relname = 'audit_heads' THEN ARRAY['SELECT', 'INSERT', 'UPDATE']
                     ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] END AS words
            FROM pg_class c
            WHERE c.relkind IN ('r', 'p', 'S') AND NOT c.relispartition
              AND c.relnamespace = current_schema()::regnamespace
        LOOP
            FOREACH word IN ARRAY one.words LOOP
                IF one.relkind = 'S' THEN
                    EXECUTE format('GRANT %s ON SEQUENCE %s TO dagy_app', word, one.name);
                ELSIF NOT has_table_privilege('dagy_app', one.name, word) THEN
                    EXECUTE format('GRANT %s ON %s TO dagy_app', word, one.name);
                END IF;
            END LOOP;
        END LOOP;
    END
    $$
    """,
    """
    CREATE FUNCTION dagy_guard() RETURNS void
    LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM dagy_guard_tables();
        IF dagy_guard_role() THEN
            PERFORM dagy_guard_grants();
        END IF;
    END
    $$
    """,
    """
    CREATE FUNCTION dagy_add_week(parent text, week timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET timezone = 'UTC' AS $$
    DECLARE
        name text := parent || to_char(week, '"_"YYYYMMDD');
    BEGIN
        IF parent NOT IN ('run_events', 'log_chunks') OR week <> date_trunc('week', week)
           OR current_setting('dagy.everything', true) IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION 'no week of % begins at %, or not for you', parent, week
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                           name, parent, week, week + interval '7 days');
            PERFORM dagy_guard_table(name::regclass, NULL);
        END IF;
    END
    $$
    """,
    """
    CREATE FUNCTION dagy_drop_week(name text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF name !~ '^(run_events|log_chunks)_[0-9]{8}$'
           OR current_setting('dagy.everything', true) IS DISTINCT FROM 'on' THEN
            RAISE EXCEPTION '% is not a week of events or logs, or not for you', name
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        EXECUTE format('DROP TABLE IF EXISTS %I', name);
    END
    $$
    """,
    # Functions with the rights of their owner must not meet tables of somebody else's making.
    """
    DO $$
    DECLARE one text;
    BEGIN
        FOREACH one IN ARRAY ARRAY['dagy_add_week(text, timestamptz)', 'dagy_drop_week(text)'] LOOP
            EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp',
                           one, current_schema());
        END LOOP;
    END
    $$
    """,
    "SELECT dagy_guard()",
]
DROP = [
    """
    DO $$
    DECLARE one regclass;
    BEGIN
        FOR one IN SELECT polrelid FROM pg_policy WHERE polname = 'organization' LOOP
            EXECUTE format('DROP POLICY organization ON %s', one);
        END LOOP;
        FOR one IN SELECT oid FROM pg_class
                   WHERE relrowsecurity AND relnamespace = current_schema()::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', one);
            EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', one);
        END LOOP;
    END
    $$
    """,
    "DROP FUNCTION dagy_drop_week(text)",
    "DROP FUNCTION dagy_add_week(text, timestamptz)",
    "DROP FUNCTION dagy_guard()",
    "DROP FUNCTION dagy_guard_grants()",
    "DROP FUNCTION dagy_guard_tables()",
    "DROP FUNCTION dagy_guard_table(regclass, text)",
    "DROP FUNCTION dagy_guard_role()",
]


class Migration(migrations.Migration):
    dependencies = [("dagy", "0005_sessions")]

    operations = [ops.RunSQL(CREATE, DROP)]
