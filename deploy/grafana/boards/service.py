"""One service: its processes, its door, its readers, and what it stands on."""

from deploy.grafana.boards.panels import ANY_IS_ORANGE, Board, Panel, Row, Variable, number

OWN = 'service="$service"'
ZERO = f"0 * max by (service) (up{{{OWN}}})"

PROCESSES = Row(
    "Processes and what they stand on",
    [
        Panel(
            "Processes",
            "1 for each that answers Prometheus.",
            [(f"min by (process) (up{{{OWN}}})", "{{process}}")],
            kind="bargauge",
            alerts=["ProcessAway"],
        ),
        Panel(
            "Dependencies",
            "1 while every process could do its work with it.",
            [(f"service:dependency_up:min{{{OWN}}}", "{{dependency}}")],
            alerts=["DependencyAway"],
        ),
        Panel(
            "How long dependencies take",
            "The last answer of each, the slowest process.",
            [(f"max by (dependency) (dependency_seconds{{{OWN}}})", "{{dependency}}")],
            unit="s",
            alerts=["DependencyAway"],
        ),
        number(
            "Outbox",
            "Age of the oldest decided event that is not on Kafka.",
            f"service:outbox_oldest_seconds:max{{{OWN}}}",
            unit="s",
            steps=((10, "orange"), (60, "red")),
            alerts=["EventsWaitForKafka"],
        ),
        number(
            "Behind",
            "Age of the oldest record that is not yet applied.",
            f"service:consumer_lag_seconds:max{{{OWN}}}",
            unit="s",
            steps=((10, "orange"), (60, "red")),
            alerts=["ConsumerLate"],
        ),
        number(
            "Parked",
            "Patients whose events wait in a lane.",
            f"service:lanes_parked:max{{{OWN}}}",
            steps=ANY_IS_ORANGE,
            alerts=["EventsParked"],
        ),
        number(
            "Deferred",
            "Posted events that wait for something not heard yet.",
            f"service:events_deferred:max{{{OWN}}}",
            alerts=["DeferredGrow"],
        ),
        number(
            "Consumer restarts",
            "Clients thrown away in the last hour.",
            f"sum by (service) (increase(consumer_restarts_total{{{OWN}}}[1h])) or {ZERO}",
            steps=ANY_IS_ORANGE,
            alerts=["ConsumerRestarts"],
        ),
        number(
            "Unreadable metrics",
            "Times in the last hour that a metric could not be read.",
            f"sum(increase(metrics_faults_total{{{OWN}}}[1h]))",
            steps=ANY_IS_ORANGE,
            alerts=["MetricsUnreadable"],
        ),
    ],
)
DOOR = Row(
    "Door",
    [
        Panel(
            "Requests by status",
            "Requests a second.",
            [
                (
                    "sum by (status)"
                    f" (rate(http_request_seconds_count{{{OWN}}}[$__rate_interval]))",
                    "{{status}}",
                )
            ],
            unit="reqps",
            alerts=["PostsFail"],
        ),
        Panel(
            "99 % of the answers are given within",
            "By method, over all routes of the API.",
            [
                (
                    "histogram_quantile(0.99, sum by (method, le) (rate("
                    f'http_request_seconds_bucket{{{OWN}, route=~"/v1/.*"}}[$__rate_interval])))',
                    "{{method}}",
                )
            ],
            unit="s",
        ),
        Panel(
            "Posted events by verdict",
            "Events a second.",
            [(f"service:verdicts:rate5m{{{OWN}}}", "{{verdict}}")],
            unit="ops",
            alerts=["EventsError"],
        ),
    ],
)
READERS = Row(
    "Readers",
    [
        Panel(
            "Records before the consumers",
            "The sum over its replicas.",
            [(f"service:consumer_lag_records:sum{{{OWN}}}", "records")],
            steps=((1000, "orange"),),
            alerts=["ConsumerBehind", "ConsumerOwnsNothing"],
        ),
        Panel(
            "99 % of the batches are applied within",
            "From a poll's records to their committed transaction.",
            [
                (
                    "histogram_quantile(0.99, sum by (le) (rate("
                    f"consumer_batch_seconds_bucket{{{OWN}}}[$__rate_interval])))",
                    "99 %",
                )
            ],
            unit="s",
            alerts=["ConsumerLate"],
        ),
        Panel(
            "Age of its knowledge of the others",
            "What is older than the policy allows is refused as stale.",
            [(f"service:knowledge_age_seconds:max{{{OWN}}}", "{{producer}}")],
            unit="s",
            steps=((120, "red"),),
            alerts=["KnowledgeOld"],
        ),
    ],
)
BOARD = Board(
    "kap-service",
    "One service",
    "Its processes, its door, its readers, and what it stands on.",
    [PROCESSES, DOOR, READERS],
    [Variable("service", "outbox_oldest_seconds")],
)
