"""Plans, the list of each, and which event came of which plan."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.operations import check, link, statements
from models.history import kept_by_sqlite
from workflow.enums import ErrorCode, PlanAction, PlanStatus

PLAN = ops.CreateModel(
    name="Plan",
    fields=[
        ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
        ("campaign", link("campaign", "Campaign")),
        ("action", fields.CharEnumField(enum_type=PlanAction, max_length=20)),
        ("status", fields.CharEnumField(enum_type=PlanStatus, max_length=20)),
        ("undoes", link("undoes", "Plan", null=True)),
        ("request", fields.TextField(null=True, unique=False)),
        ("reason", fields.CharField(null=True, max_length=2000)),
        ("message", fields.CharField(null=True, max_length=2000)),
        ("created_by_id", fields.CharField(max_length=400)),
        ("created_by_name", fields.CharField(null=True, max_length=400)),
        ("applied_by_id", fields.CharField(null=True, max_length=400)),
        ("applied_by_name", fields.CharField(null=True, max_length=400)),
        ("created_at", fields.DatetimeField()),
        ("expires_at", fields.DatetimeField()),
        ("started_at", fields.DatetimeField(null=True)),
        ("ended_at", fields.DatetimeField(null=True)),
        ("error", fields.CharEnumField(null=True, enum_type=ErrorCode, max_length=40)),
        ("attempt", fields.IntField(db_default=0)),
        ("changes", fields.IntField(null=True)),
        ("unchanged", fields.IntField(null=True)),
        ("refused", fields.IntField(null=True)),
        ("refusals", fields.TextField(null=True, unique=False)),
        ("applied_through", fields.IntField(db_default=0)),
        ("changed", fields.IntField(db_default=0)),
        ("drifted", fields.IntField(db_default=0)),
        ("has_list", fields.BooleanField(db_default=True)),
    ],
    options={"table": "plan", "app": "models", "pk_attr": "id"},
    bases=["Model"],
)
CHECKS = (
    check(
        "Plan",
        "plan_action",
        "action IN ('MARK_JOINED', 'SET_REVIEWING', 'SET_APPLIED', 'APPROVE', 'REJECT', 'REOPEN',"
        " 'REMOVE')",
    ),
    check(
        "Plan",
        "plan_status",
        "status IN ('PREPARING', 'READY', 'APPLYING', 'APPLIED', 'CANCELLED', 'EXPIRED', 'FAILED')",
    ),
    check("Plan", "plan_error", "error IN ('INVALID_INPUT', 'TOO_MANY_ITEMS')"),
    check("Plan", "plan_failed", "(status = 'FAILED') = (error IS NOT NULL)"),
    check(
        "Plan",
        "plan_frozen",
        "changes IS NOT NULL OR status IN ('PREPARING', 'CANCELLED', 'FAILED')",
    ),
    check("Plan", "plan_counts", "changes >= 0 AND unchanged >= 0 AND refused >= 0"),
    check(
        "Plan",
        "plan_progress",
        "changed >= 0 AND drifted >= 0 AND changed + drifted <= coalesce(changes, 0)",
    ),
    check("Plan", "plan_applied", "status <> 'APPLIED' OR changed + drifted = changes"),
)
# A list may have a million items, so they are small: without an id, with numbers in place of
# texts, the wide columns first. References would cost a look-up and a row lock for each item;
# neither plans nor influencers are ever deleted.
TABLES = (
    """CREATE TABLE plan_item (
        plan_id BIGINT NOT NULL,
        influencer_id BIGINT NOT NULL,
        place INT NOT NULL CHECK (place > 0),
        outcome SMALLINT NOT NULL CHECK (outcome BETWEEN 1 AND 3),
        from_status SMALLINT CHECK (from_status BETWEEN 1 AND 7),
        to_status SMALLINT CHECK (to_status BETWEEN 1 AND 7),
        error SMALLINT CHECK (error > 0),
        CONSTRAINT plan_item_pkey PRIMARY KEY (plan_id, place),
        CONSTRAINT plan_item_error CHECK ((outcome = 3) = (error IS NOT NULL))
    )""",
    """CREATE TABLE plan_drift (
        plan_id BIGINT NOT NULL,
        place INT NOT NULL,
        error SMALLINT NOT NULL CHECK (error > 0),
        CONSTRAINT plan_drift_pkey PRIMARY KEY (plan_id, place)
    )""",
)
INDEXES = (
    "CREATE INDEX plan_campaign ON plan (campaign_id, id)",
    # The few open plans, which workers look for every second.
    """CREATE INDEX plan_open ON plan (status, id)
    WHERE status IN ('PREPARING', 'READY', 'APPLYING')""",
    "CREATE INDEX plan_old ON plan (ended_at) WHERE has_list",
    "CREATE UNIQUE INDEX plan_applying_once ON plan (campaign_id) WHERE status = 'APPLYING'",
    "CREATE INDEX plan_undoes ON plan (undoes_id) WHERE undoes_id IS NOT NULL",
    # The few that a plan would not change, among many that it would.
    "CREATE INDEX plan_item_others ON plan_item (plan_id, outcome, place) WHERE outcome <> 1",
)


class Migration(migrations.Migration):
    """Plans."""

    dependencies = [("models", "0018_receipts")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        PLAN,
        *CHECKS,
        statements(postgres=TABLES, sqlite=tuple(f"{table} WITHOUT ROWID" for table in TABLES)),
        ops.AddField("ParticipationEvent", "plan", link("plan", "Plan", null=True)),
        statements(*INDEXES, sqlite=kept_by_sqlite("decision", "plan_id")),
    ]
