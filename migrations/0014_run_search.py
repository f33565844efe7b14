"""Runs by any part of their slug, their tags and their error.

Row-level security keeps PostgreSQL from using an index of texts or arrays: their operators are not
known to leak nothing. So the search is part of the wall itself: the policy of `run_grams` shows the
rows of the caller's organization that hold what `dagy.search` asks for, and a policy may use any
index. Without a search nobody sees a row. Texts are kept as hashes of their one to three letter
pieces, salted with the organization: what others have makes nobody's search slower.

Names of flows and deployments are not in it: there are few, and their runs have indexes.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

CREATE = [
    # chr(30), which no term has, stands between tags.
    """
    CREATE FUNCTION dagy_tags_text(tags jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT lower(translate(
            string_agg(tag.key || '=' || tag.value, chr(30)), E'\\n\\r\\t', '   '))
        FROM jsonb_each_text(tags) AS tag
    $$
    """,
    # An expression of immutable parts alone, which becomes a part of the statement that asks.
    """
    CREATE FUNCTION dagy_error_text(error jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT lower(translate(
            left(coalesce((error ->> 'type') || ': ', '') || (error ->> 'message'), 1000),
            E'\\n\\r\\t', '   '))
    $$
    """,
    # 27 us for a slug; the same without a loop takes four times as long.
    """
    CREATE FUNCTION dagy_grams(of text, said text, shortest int) RETURNS int[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        salt bigint := hashtextextended(of, 0);
        letter text;
        before text;
        two_before text;
        found int[] := '{}';
    BEGIN
        FOREACH letter IN ARRAY string_to_array(said, NULL) LOOP
            IF shortest = 1 THEN
                found := found || (hashtextextended(letter, salt) & 2147483647)::int;
            END IF;
            IF shortest <= 2 AND before IS NOT NULL THEN
                found := found || (hashtextextended(before || letter, salt) & 2147483647)::int;
            END IF;
            IF two_before IS NOT NULL THEN
                found := found
                    || (hashtextextended(two_before || before || letter, salt) & 2147483647)::int;
            END IF;
            two_before := before;
            before := letter;
        END LOOP;
        RETURN found;
    END
    $$
    """,
    """
    CREATE TABLE run_grams (org_id uuid NOT NULL, run_id uuid NOT NULL, grams int[] NOT NULL)
    """,
    # What its argument says: what a run is called, or how it went wrong.
    """
    CREATE FUNCTION dagy_gram_run() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO run_grams (org_id, run_id, grams)
        SELECT NEW.org_id, NEW.id, dagy_grams(TG_ARGV[0] || NEW.org_id, CASE
            WHEN TG_ARGV[0] = 'error' THEN coalesce(dagy_error_text(NEW.error), '')
            WHEN NEW.tags = '{}' THEN NEW.slug
            ELSE NEW.slug || chr(30) || dagy_tags_text(NEW.tags) END, 1);
        RETURN NULL;
    END
    $$
    """,
    """
    INSERT INTO run_grams (org_id, run_id, grams)
    SELECT org_id, id, dagy_grams(
        'name' || org_id, concat_ws(chr(30), slug, dagy_tags_text(tags)), 1)
    FROM runs
    """,
    """
    INSERT INTO run_grams (org_id, run_id, grams)
    SELECT org_id, id, dagy_grams('error' || org_id, coalesce(dagy_error_text(error), ''), 1)
    FROM runs WHERE error IS NOT NULL
    """,
    "ALTER TABLE run_grams ADD FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE",
    "CREATE INDEX run_grams_of_run ON run_grams (run_id)",
    # What waits to be sorted in is read by every search: the grams of 1,000 runs, in 5 ms.
    """
    CREATE INDEX run_grams_found ON run_grams USING gin (grams)
        WITH (gin_pending_list_limit = 1024)
    """,
    "CREATE INDEX runs_with_error ON runs (org_id, id) WHERE error IS NOT NULL",
    """
    CREATE TRIGGER named AFTER INSERT ON runs
        FOR EACH ROW EXECUTE FUNCTION dagy_gram_run('name')
    """,
    # What was written before stays, and finds a run that is then looked at itself.
    """
    CREATE TRIGGER renamed AFTER UPDATE OF slug, tags ON runs
        FOR EACH ROW WHEN (NEW.slug <> OLD.slug OR NEW.tags <> OLD.tags)
        EXECUTE FUNCTION dagy_gram_run('name')
    """,
    """
    CREATE TRIGGER failed AFTER UPDATE OF error ON runs
        FOR EACH ROW WHEN (NEW.error IS NOT NULL AND NEW.error IS DISTINCT FROM OLD.error)
        EXECUTE FUNCTION dagy_gram_run('error')
    """,
    """
    CREATE TRIGGER failed_before AFTER INSERT ON runs
        FOR EACH ROW WHEN (NEW.error IS NOT NULL) EXECUTE FUNCTION dagy_gram_run('error')
    """,
    """
    CREATE POLICY organization ON run_grams FOR SELECT USING (
        grams @> (SELECT nullif(current_setting('dagy.search', true), '')::int[])
        AND (org_id = (SELECT nullif(current_setting('dagy.org_id', true), '')::uuid)
             OR (SELECT current_setting('dagy.everything', true) = 'on')))
    """,
    """
    CREATE POLICY added ON run_grams FOR INSERT WITH CHECK (
        org_id = (SELECT nullif(current_setting('dagy.org_id', true), '')::uuid)
        OR (SELECT current_setting('dagy.everything', true) = 'on'))
    """,
    # Rights are the caller's: it shows nothing that they may not see.
    """
    CREATE FUNCTION dagy_find_runs(org uuid, kind text, term text, at_most int) RETURNS uuid[]
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
    DECLARE
        found uuid[];
    BEGIN
        PERFORM set_config('dagy.search',
            dagy_grams(kind || org, term, least(3, char_length(term)))::text, true);
        found := ARRAY(SELECT run_id FROM run_grams LIMIT at_most);
        PERFORM set_config('dagy.search', '', true);
        RETURN found;
    END
    $$
    """,
    "SELECT dagy_guard()",
]
DROP = [
    "DROP FUNCTION dagy_find_runs(uuid, text, text, int)",
    "DROP TRIGGER failed_before ON runs",
    "DROP TRIGGER failed ON runs",
    "DROP TRIGGER renamed ON runs",
    "DROP TRIGGER named ON runs",
    "DROP FUNCTION dagy_gram_run()",
    "DROP INDEX runs_with_error",
    "DROP TABLE run_grams",
    "DROP FUNCTION dagy_grams(text, text, int)",
    "DROP FUNCTION dagy_error_text(jsonb)",
    "DROP FUNCTION dagy_tags_text(jsonb)",
]


class Migration(migrations.Migration):
    dependencies = [("dagy", "0013_retired_deployments")]

    operations = [ops.RunSQL(CREATE, DROP)]
