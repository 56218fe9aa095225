"""Text search for short texts too: single and paired characters; on SQLite trigrams.

PostgreSQL has had an index of trigrams since 0002. A text of one or two characters has none, nor
has one like "a.b": those are found by the characters and pairs of them that occur. SQLite has
FTS5's trigrams, which triggers keep, whoever writes the texts.
"""

from tortoise import migrations

from database.operations import statements

POSTGRES = [
    # A loop takes a third of what any single expression does.
    """CREATE FUNCTION search_grams(text text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
    DECLARE
        letters text[] := string_to_array(text, NULL);
        grams text[] := letters;
    BEGIN
        FOR place IN 2 .. cardinality(letters) LOOP
            grams[cardinality(letters) + place - 1] := letters[place - 1] || letters[place];
        END LOOP;
        RETURN grams;
    END $$""",
    "CREATE INDEX influencer_search_grams ON influencer_search USING gin (search_grams(text))",
]
_ADD = "INSERT INTO influencer_fts (rowid, text) VALUES (new.influencer_id, new.text)"
_TAKE = (
    "INSERT INTO influencer_fts (influencer_fts, rowid, text)"
    " VALUES ('delete', old.influencer_id, old.text)"
)
SQLITE = [
    """CREATE VIRTUAL TABLE influencer_fts USING fts5(text, content = 'influencer_search',
        content_rowid = 'influencer_id', columnsize = 0, tokenize = 'trigram case_sensitive 1')""",
    "INSERT INTO influencer_fts (influencer_fts) VALUES ('rebuild')",
    f"CREATE TRIGGER influencer_fts_insert AFTER INSERT ON influencer_search BEGIN {_ADD}; END",
    f"CREATE TRIGGER influencer_fts_delete AFTER DELETE ON influencer_search BEGIN {_TAKE}; END",
    f"""CREATE TRIGGER influencer_fts_update AFTER UPDATE ON influencer_search
        BEGIN {_TAKE}; {_ADD}; END""",
]


class Migration(migrations.Migration):
    """What text search needs."""

    dependencies = [("models", "0003_availability_counts")]  # noqa: RUF012
    operations = [statements(postgres=POSTGRES, sqlite=SQLITE)]  # noqa: RUF012
