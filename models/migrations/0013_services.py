"""Posts and findings that services report, and what staff set last beside the status that follows.

Of the posts that are stored staff set the status that they have, when they last set one.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from database.operations import check, link, statements
from workflow.enums import Finding, PostSource, PostStatus, PostWarning

DECIDED = """UPDATE post SET decided_status = status, decided_warning = warning,
    decided_reason = reason, decided_at = coalesce(
        (SELECT max(e.occurred_at) FROM participation_event e
            WHERE e.participation_id = post.participation_id AND e.post_id = post.id
            AND e.action = 'SET_POST_STATUS'),
        updated_at)
    WHERE status <> 'SUBMITTED'"""
INDEXES = (
    """CREATE UNIQUE INDEX finding_once
    ON post_finding (post_id, finding, observed_at, is_over)""",
    # When was a post heard of last: without reading all that was found.
    "CREATE INDEX finding_heard ON post_finding (post_id, received_at)",
)
HISTORY_POSTGRES = (
    """CREATE FUNCTION post_finding_is_history() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'post_finding is history: it takes no % ', TG_OP
            USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER post_finding_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON post_finding
    FOR EACH STATEMENT EXECUTE FUNCTION post_finding_is_history()""",
)
HISTORY_SQLITE = tuple(
    f"""CREATE TRIGGER post_finding_no_{operation.lower()}
    BEFORE {operation} ON post_finding
    BEGIN SELECT RAISE(ABORT, 'post_finding is history: it takes no {operation}'); END"""
    for operation in ("UPDATE", "DELETE")
)

STATUSES = "'SUBMITTED', 'EFFECTIVE', 'WARNING', 'APPROVED', 'INEFFECTIVE'"
WARNINGS = "'AD_FRAUD', 'DELETED_POST', 'INVALID_TOKEN', 'INVALID_CONTENT', 'OTHER'"
DECIDED_WARNING = (
    f"CASE WHEN decided_status = 'WARNING' THEN decided_warning IS NOT NULL"
    f" AND decided_warning IN ({WARNINGS}) ELSE decided_warning IS NULL END"
)
ACTIONS = (
    "'MARK_JOINED', 'APPLY', 'SELECT_ACCOUNT', 'CONNECT_ACCOUNT', 'SELECT_SOCIAL_MEDIA',"
    " 'SET_APPLIED', 'SET_REVIEWING', 'APPROVE', 'REJECT', 'REOPEN', 'REMOVE', 'WITHDRAW',"
    " 'SET_AVAILABILITY', 'SUBMIT_POST', 'SET_POST_STATUS', "
)
CHECKS = (
    ("Post", "post_source", "source IN ('CREATOR', 'SERVICE')"),
    ("Post", "post_decided_status", f"decided_status IN ({STATUSES})"),
    ("Post", "post_decided_warning", DECIDED_WARNING),
    ("PostFinding", "finding", "finding IN ('AD_FRAUD', 'DELETED_POST', 'INVALID_TOKEN')"),
    (
        "ParticipationEvent",
        "event_action",
        f"action IN ({ACTIONS}'RECORD_POST', 'RECORD_FINDING', 'ERASE')",
    ),
    (
        "ParticipationEvent",
        "event_actor_role",
        "actor_role IN ('STAFF', 'ADVERTISER', 'INFLUENCER', 'SERVICE', 'SYSTEM')",
    ),
)


class Migration(migrations.Migration):
    """Services."""

    dependencies = [("models", "0012_referral_codes")]  # noqa: RUF012
    operations = [  # noqa: RUF012
        ops.AddField(
            "Post",
            "source",
            fields.CharEnumField(
                db_default=PostSource.CREATOR, enum_type=PostSource, max_length=20
            ),
        ),
        ops.AddField("Post", "published_at", fields.DatetimeField(null=True)),
        ops.AddField(
            "Post",
            "decided_status",
            fields.CharEnumField(
                db_default=PostStatus.SUBMITTED, enum_type=PostStatus, max_length=20
            ),
        ),
        ops.AddField(
            "Post",
            "decided_warning",
            fields.CharEnumField(null=True, enum_type=PostWarning, max_length=20),
        ),
        ops.AddField("Post", "decided_reason", fields.CharField(2000, null=True)),
        ops.AddField("Post", "decided_at", fields.DatetimeField(null=True)),
        ops.CreateModel(
            name="PostFinding",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True)),
                ("post", link("post", "Post")),
                ("finding", fields.CharEnumField(enum_type=Finding, max_length=20)),
                ("is_over", fields.BooleanField()),
                ("observed_at", fields.DatetimeField()),
                ("received_at", fields.DatetimeField()),
            ],
            options={"table": "post_finding", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        statements(DECIDED, *INDEXES, postgres=HISTORY_POSTGRES, sqlite=HISTORY_SQLITE),
        *(ops.RemoveConstraint("ParticipationEvent", name=name) for _, name, _ in CHECKS[-2:]),
        *(check(model, name, condition) for model, name, condition in CHECKS),
    ]
