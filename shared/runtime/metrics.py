"""The catalogue of metrics: every name once, with its meaning. No label ever names a patient."""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

VERDICTS = Counter(
    "event_verdicts_total",
    "Events decided, by reader (site: posted; else the consumer group), type and verdict.",
    ["service", "reader", "type", "verdict"],
)
REQUESTS = Histogram(
    "http_request_seconds",
    "Time to answer an HTTP request, by route pattern.",
    ["service", "method", "route", "status"],
    buckets=_SECONDS,
)
GAPS = Counter(
    "site_sequence_gaps_total",
    "Jumps seen in the numbering of a site's events.",
    ["service", "clinic"],
)
BATCH = Histogram(
    "consumer_batch_seconds",
    "Time from a poll's records to their committed transaction.",
    ["service"],
    buckets=_SECONDS,
)
LAG = Gauge(
    "consumer_lag_records",
    "Records of a partition that the group has not yet applied.",
    ["service", "topic", "partition"],
)
RESTARTS = Counter(
    "consumer_restarts_total",
    "Times a consumer client was thrown away because it stood still or broke.",
    ["service"],
)
KNOWLEDGE_AGE = Gauge(
    "knowledge_age_seconds",
    "Age of what is known of all that another service said (+Inf: some was never heard of).",
    ["service", "producer"],
)
LANES = Gauge("lanes_parked", "Patients whose events wait in a dead-letter lane.", ["service"])
DEFERRED = Gauge(
    "events_deferred", "Posted events that wait for something not heard yet.", ["service"]
)
RELAYED = Counter("relay_records_total", "Records acknowledged by Kafka.", ["service", "topic"])
TOLD = Counter(
    "events_told_total",
    "Events sent, by clinic and type; `reason` only where it is one of the service's own codes.",
    ["service", "clinic", "type", "reason"],
)
REFUSALS = Counter(
    "refusals_total",
    "What stood against posted events that were rejected: each blocker, by clinic, type and code.",
    ["service", "clinic", "type", "code"],
)
RELAY_FAILURES = Counter(
    "relay_failures_total", "Pages that failed; each cost the producer its life.", ["service"]
)
OUTBOX_AGE = Gauge(
    "outbox_oldest_seconds", "Age of the oldest record not yet on Kafka (0: none).", ["service"]
)
COLUMNS_TAKEN = Counter(
    "columns_records_total", "Records read into the columns since the start.", ["topic"]
)
COLUMNS_SKIPPED = Counter(
    "columns_skipped_total", "Records that the columns left out, by reason.", ["topic", "reason"]
)
COLUMNS_ROWS = Gauge("columns_rows", "Rows shown, by table.", ["table"])
COLUMNS_LAG = Gauge(
    "columns_lag_seconds", "How long ago Kafka took what was read last (0: nothing waits).", ["topic"]
)
COLUMNS_LAST = Gauge(
    "columns_last_record_timestamp_seconds", "When Kafka took the last record read.", ["topic"]
)
COLUMNS_AWAY = Gauge("columns_kafka_away", "1 while the columns cannot be fed.")
EXPORTS = Counter("exports_total", "Exports handed out.", ["table", "format"])


def exposition() -> bytes:
    return generate_latest(REGISTRY)
