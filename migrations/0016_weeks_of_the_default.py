"""A week whose first events came before its partition.

They lie in the default partition, beside which PostgreSQL makes no partition for their time: they
move into it. Whoever was away for weeks starts with such events.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

_ADD_WEEK = """
    CREATE OR REPLACE FUNCTION dagy_add_week(parent text, week timestamptz) RETURNS void
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
            {make}
            PERFORM dagy_guard_table(name::regclass, NULL);
        END IF;
    END
    $$
"""
_MAKE = """
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                           name, parent, week, week + interval '7 days');
"""
# Through the parent, whose policy lets them be seen. It is locked first, as by making a partition
# and by whoever reads or writes, so that no two wait for each other.
_MOVE = """
            EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', parent);
            EXECUTE format('CREATE TEMP TABLE early ON COMMIT DROP AS
                            SELECT * FROM %I WHERE recorded_at >= %L AND recorded_at < %L',
                           parent, week, week + interval '7 days');
            EXECUTE format('DELETE FROM %I WHERE recorded_at >= %L AND recorded_at < %L',
                           parent, week, week + interval '7 days');
"""
_RETURN = """
            EXECUTE format('INSERT INTO %I SELECT * FROM early', parent);
            DROP TABLE early;
"""
# Functions with the rights of their owner must not meet tables of somebody else's making.
_PATH = """
    DO $$ BEGIN
        EXECUTE format('ALTER FUNCTION dagy_add_week(text, timestamptz)'
                       ' SET search_path = %I, pg_temp', current_schema());
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("dagy", "0015_run_triggers")]

    operations = [
        ops.RunSQL(
            [_ADD_WEEK.format(make=_MOVE + _MAKE + _RETURN), _PATH],
            [_ADD_WEEK.format(make=_MAKE), _PATH],
        )
    ]
