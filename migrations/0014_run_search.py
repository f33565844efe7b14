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
    # A tag or an error is one line of the text; chr(30) stands between tags, where no term has it.
    """
    CREATE FUNCTION dagy_tags_text(tags jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT lower(translate(
            string_agg(tag.key || '=' || tag.value, chr(30)), E'\\n\\r\\t', '   '))
        FROM jsonb_each_text(tags) AS tag
    $$
    """,
    """
    CREATE FUNCTION dagy_error_text(error jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT lower(translate(
            left(concat_ws(': ', error ->> 'type', error ->> 'message'), 1000),
            E'\\n\\r\\t', '   '))
    $$
    """,
    # 27 us for a slug; the same without a loop takes four times as long.
    """
    CREATE FUNCTION dagy_grams(org uuid, said text, shortest int) RETURNS int[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        salt bigint := hashtextextended(org::text, 0);
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
    CREATE TABLE run_grams (
        org_id uuid NOT NULL,
        run_id uuid NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        grams int[] NOT NULL
    )
    """,
    """
    CREATE FUNCTION dagy_gram_run() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO run_grams (org_id, run_id, grams)
        VALUES (NEW.org_id, NEW.id, dagy_grams(NEW.org_id, concat_ws(
            chr(30), NEW.slug, dagy_tags_text(NEW.tags), dagy_error_text(NEW.error)), 1));
        RETURN NULL;
    END
    $$
    """,
    """
    INSERT INTO run_grams (org_id, run_id, grams)
    SELECT org_id, id, dagy_grams(org_id, concat_ws(
        chr(30), slug, dagy_tags_text(tags), dagy_error_text(error)), 1) FROM runs
    """,
    "CREATE INDEX run_grams_of_run ON run_grams (run_id)",
    # What waits to be sorted in is read by every search: 256 kB are two milliseconds.
    """
    CREATE INDEX run_grams_found ON run_grams USING gin (grams)
        WITH (gin_pending_list_limit = 256)
    """,
    "CREATE TRIGGER grammed AFTER INSERT ON runs FOR EACH ROW EXECUTE FUNCTION dagy_gram_run()",
    # What was written before stays, and finds a run that is then looked at itself.
    """
    CREATE TRIGGER grammed_again AFTER UPDATE OF slug, tags, error ON runs FOR EACH ROW
        WHEN (NEW.slug <> OLD.slug OR NEW.tags <> OLD.tags
              OR NEW.error IS NOT NULL AND NEW.error IS DISTINCT FROM OLD.error)
        EXECUTE FUNCTION dagy_gram_run()
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
    CREATE FUNCTION dagy_find_runs(org uuid, term text, at_most int) RETURNS uuid[]
    LANGUAGE plpgsql SET enable_seqscan = off AS $$
    DECLARE
        found uuid[];
    BEGIN
        PERFORM set_config('dagy.search',
            dagy_grams(org, term, least(3, char_length(term)))::text, true);
        found := ARRAY(SELECT run_id FROM run_grams LIMIT at_most);
        PERFORM set_config('dagy.search', '', true);
        RETURN found;
    END
    $$
    """,
    "SELECT dagy_guard()",
]
DROP = [
    "DROP FUNCTION dagy_find_runs(uuid, text, int)",
    "DROP TRIGGER grammed_again ON runs",
    "DROP TRIGGER grammed ON runs",
    "DROP FUNCTION dagy_gram_run()",
    "DROP TABLE run_grams",
    "DROP FUNCTION dagy_grams(uuid, text, int)",
    "DROP FUNCTION dagy_error_text(jsonb)",
    "DROP FUNCTION dagy_tags_text(jsonb)",
]


class Migration(migrations.Migration):
    dependencies = [("dagy", "0012_run_pages")]

    operations = [ops.RunSQL(CREATE, DROP)]
