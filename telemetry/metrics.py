"""Every metric of the server. docs/operations.md says what each means, and what to do when."""

from collections.abc import Iterator

from telemetry.series import Counter, Gauge, Histogram, Metric, Sample

OTHER = "other"
"""In place of the name of an operation whose document is not trusted: clients make those up."""

OPERATIONS = Counter(
    "joinery_operations_total",
    "GraphQL operations, by name, type, outcome, and code of the gravest error.",
    ("operation", "type", "outcome", "code"),
)
OPERATION_SECONDS = Histogram(
    "joinery_operation_seconds",
    "Time from a request's arrival until its answer was handed over.",
    ("operation", "type"),
)
QUEUE_SECONDS = Histogram(
    "joinery_queue_seconds",
    "Time that an operation waited for its turn, a connection, or a transaction to begin.",
    ("type",),
)
SQL_SECONDS = Histogram(
    "joinery_sql_seconds", "Time that an operation's statements took in the database.", ("type",)
)
POOL_CONNECTIONS = Gauge(
    "joinery_pool_connections", "Connections to the database, by what they do.", ("state",)
)
POOL_LIMIT = Gauge("joinery_pool_limit", "Connections to the database that may be open.")
REPLICA_CONNECTIONS = Gauge(
    "joinery_replica_pool_connections",
    "Connections to each replica, by its place in the setting and by what they do.",
    ("replica", "state"),
)
WAITING = Gauge("joinery_waiting", "Operations that wait for their turn to read.")
RETRIES = Counter(
    "joinery_transaction_retries_total",
    "Transactions that began again because of concurrent ones, or of a lost connection.",
)
TRANSITIONS = Counter(
    "joinery_transitions_total",
    "Decisions on participations that were committed, by action and outcome.",
    ("action", "outcome"),
)
STALE_COUNTS = Gauge(
    "joinery_stale_counts", "Campaigns whose kept counts are not exact, when last looked at."
)
FEED_LAG_SECONDS = Histogram(
    "joinery_feed_lag_seconds",
    "Time from an event to its position in the feed, for the oldest event of each turn.",
)
WEBHOOK_ATTEMPTS = Counter(
    "joinery_webhook_attempts_total", "Attempts to deliver to webhooks, by outcome.", ("outcome",)
)
WEBHOOK_GIVEN_UP = Counter(
    "joinery_webhook_deliveries_given_up_total",
    "Deliveries to webhooks that failed for 24 hours and were given up.",
)
WEBHOOK_OLDEST = Gauge(
    "joinery_webhook_pending_age",
    "Age, in seconds, of the oldest pending delivery to a webhook that is switched on.",
)
WEBHOOKS_SWITCHED_OFF = Counter(
    "joinery_webhooks_switched_off_total", "Webhooks that the server switched off."
)
PLAN_AGE = Gauge(
    "joinery_plan_waiting_age",
    "Time, in seconds, since the plan that has waited longest came further, by its status.",
    ("status",),
)
PLANS_GIVEN_UP = Counter(
    "joinery_plans_given_up_total", "Plans whose list could not be frozen, and were given up."
)
STREAM_CONNECTIONS = Gauge(
    "joinery_stream_connections", "WebSockets and event streams that are open.", ("protocol",)
)
SUBSCRIPTIONS = Gauge(
    "joinery_subscriptions", "Subscriptions that are open, by protocol.", ("protocol",)
)
STREAM_MESSAGES = Counter(
    "joinery_stream_messages_total", "Results sent by WebSockets and event streams.", ("protocol",)
)
STREAMS_ENDED = Counter(
    "joinery_subscriptions_ended_total",
    "Subscriptions that ended, by protocol and code; the code is empty if the client left.",
    ("protocol", "code"),
)

METRICS: tuple[Metric, ...] = (
    OPERATIONS,
    OPERATION_SECONDS,
    QUEUE_SECONDS,
    SQL_SECONDS,
    POOL_CONNECTIONS,
    POOL_LIMIT,
    REPLICA_CONNECTIONS,
    WAITING,
    RETRIES,
    TRANSITIONS,
    STALE_COUNTS,
    FEED_LAG_SECONDS,
    WEBHOOK_ATTEMPTS,
    WEBHOOK_GIVEN_UP,
    WEBHOOK_OLDEST,
    WEBHOOKS_SWITCHED_OFF,
    PLAN_AGE,
    PLANS_GIVEN_UP,
    STREAM_CONNECTIONS,
    SUBSCRIPTIONS,
    STREAM_MESSAGES,
    STREAMS_ENDED,
)


def samples() -> Iterator[Sample]:
    """Yield the numbers of this process."""
    for metric in METRICS:
        yield from metric.samples()
