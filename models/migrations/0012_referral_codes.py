"""The pools of codes of referral campaigns, and which participation was given which code."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.operations import check, link, statements

POOL = ops.CreateModel(
    name="ReferralCode",
    fields=[
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("campaign", link("campaign", "Campaign")),
        ("number", fields.IntField()),
        ("code", fields.CharField(max_length=100)),
    ],
    options={"table": "referral_code", "app": "models", "pk_attr": "id"},
    bases=["Model"],
)
INDEXES = [
    "CREATE UNIQUE INDEX referral_code_once ON referral_code (campaign_id, code)",
    "CREATE UNIQUE INDEX referral_code_order ON referral_code (campaign_id, number)",
    """CREATE UNIQUE INDEX participation_code_once ON participation (referral_code_id)
    WHERE referral_code_id IS NOT NULL""",
]
# A code has been seen, so it is nobody else's ever again.
POSTGRES = [
    """CREATE FUNCTION referral_code_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a referral code stays as it was added, and where it was given'
            USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER referral_code_as_added BEFORE UPDATE OR DELETE OR TRUNCATE ON referral_code
    FOR EACH STATEMENT EXECUTE FUNCTION referral_code_stays()""",
    """CREATE TRIGGER participation_code_kept BEFORE UPDATE OF referral_code_id ON participation
    FOR EACH ROW WHEN (OLD.referral_code_id <> coalesce(NEW.referral_code_id, 0))
    EXECUTE FUNCTION referral_code_stays()""",
]
SQLITE = [
    *(
        f"""CREATE TRIGGER referral_code_no_{operation.lower()} BEFORE {operation} ON referral_code
        BEGIN SELECT RAISE(ABORT, 'a referral code stays as it was added'); END"""
        for operation in ("UPDATE", "DELETE")
    ),
    """CREATE TRIGGER participation_code_kept BEFORE UPDATE OF referral_code_id ON participation
    WHEN OLD.referral_code_id <> coalesce(NEW.referral_code_id, 0)
    BEGIN SELECT RAISE(ABORT, 'a referral code stays where it was given'); END""",
]


class Migration(migrations.Migration):
    """Referral codes."""

    dependencies = [("models", "0011_live_posts")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        POOL,
        check("ReferralCode", "referral_code_number", "number >= 1"),
        check("ReferralCode", "referral_code_code", "code <> ''"),
        ops.AddField("Campaign", "codes_total", fields.IntField(db_default=0)),
        ops.AddField("Campaign", "codes_given", fields.IntField(db_default=0)),
        check("Campaign", "campaign_codes", "codes_given >= 0 AND codes_given <= codes_total"),
        ops.AddField(
            "Participation", "referral_code", link("referral_code", "ReferralCode", null=True)
        ),
        statements(*INDEXES, postgres=POSTGRES, sqlite=SQLITE),
    ]
