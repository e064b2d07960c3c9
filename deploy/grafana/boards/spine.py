"""The event spine: from the door to every reader, what waits, for how long, and why."""

from deploy.grafana.boards.panels import ANY_IS_ORANGE, Board, Panel, Row, of_services

OUT = Row(
    "From the door to Kafka",
    [
        Panel(
            "Oldest event that is not on Kafka",
            "Sites have its verdict, other services do not know of it.",
            [("service:outbox_oldest_seconds:max", "{{service}}")],
            unit="s",
            steps=((60, "red"),),
            alerts=["EventsWaitForKafka"],
        ),
        Panel(
            "99 % are on Kafka within",
            "From recorded at the door to acknowledged by Kafka, by lane.",
            [("service:end_to_end_seconds:p99_5m", "{{service}} {{lane}}")],
            unit="s",
            steps=((5, "orange"),),
            alerts=["SafetyEventsLate", "RoutineEventsLate"],
        ),
        Panel(
            "Records to Kafka",
            "Records a second that Kafka has acknowledged.",
            [("sum by (topic) (rate(relay_records_total[$__rate_interval]))", "{{topic}}")],
            unit="ops",
        ),
        Panel(
            "Relay failures",
            "Pages in the last ten minutes that failed; each is sent again.",
            [
                (
                    of_services("sum by (service) (increase(relay_failures_total[10m]))"),
                    "{{service}}",
                )
            ],
            alerts=["RelayFails"],
        ),
        Panel(
            "Events that could not be decided",
            "Errors in the last ten minutes: bugs.",
            [
                (
                    of_services(
                        'sum by (service) (increase(event_verdicts_total{verdict="error"}[10m]))'
                    ),
                    "{{service}}",
                )
            ],
            steps=ANY_IS_ORANGE,
            alerts=["EventsError"],
        ),
        Panel(
            "How long Kafka takes",
            "The last answer, the slowest process of each service.",
            [('max by (service) (dependency_seconds{dependency="kafka"})', "{{service}}")],
            unit="s",
            alerts=["DependencyAway"],
        ),
    ],
)
IN = Row(
    "From Kafka to every reader",
    [
        Panel(
            "Oldest record that is not applied",
            "By service and topic.",
            [("max by (service, topic) (consumer_lag_seconds)", "{{service}} of {{topic}}")],
            unit="s",
            steps=((60, "red"),),
            alerts=["ConsumerLate", "ConsumerOwnsNothing"],
        ),
        Panel(
            "Records that are not applied",
            "The sum over the replicas of a service.",
            [("service:consumer_lag_records:sum", "{{service}}")],
            steps=((1000, "orange"),),
            alerts=["ConsumerBehind"],
        ),
        Panel(
            "Age of knowledge",
            "How old is what a service knows of another one.",
            [("service:knowledge_age_seconds:max", "{{service}} of {{producer}}")],
            unit="s",
            steps=((120, "red"),),
            alerts=["KnowledgeOld"],
        ),
    ],
)
LANES = Row(
    "What stands still",
    [
        Panel(
            "Patients parked",
            "Their events wait in a lane, in order; others go on.",
            [("service:lanes_parked:max", "{{service}}")],
            steps=ANY_IS_ORANGE,
            alerts=["EventsParked"],
            width=6,
        ),
        Panel(
            "Letters",
            "Records that wait in lanes.",
            [("max by (service) (lanes_letters)", "{{service}}")],
            alerts=["EventsParked"],
            width=6,
        ),
        Panel(
            "Longest parked",
            "Since when the longest parked lane waits.",
            [("service:lanes_oldest_seconds:max", "{{service}}")],
            unit="s",
            steps=((3600, "red"),),
            alerts=["ParkedTooLong"],
            width=6,
        ),
        Panel(
            "Deferred",
            "Posted events that wait for something not heard yet.",
            [("service:events_deferred:max", "{{service}}")],
            alerts=["DeferredGrow"],
            width=6,
        ),
    ],
)
COLUMNS = Row(
    "The columns of reports",
    [
        Panel(
            "Behind Kafka",
            "How long ago Kafka took what was read last (0: nothing waits).",
            [("max by (topic) (columns_lag_seconds)", "{{topic}}")],
            unit="s",
            steps=((300, "orange"),),
            alerts=["ColumnsBehind"],
            console="outcomes",
        ),
        Panel(
            "Kafka away",
            "1 while the columns cannot be fed.",
            [("max(columns_kafka_away)", "away")],
            steps=ANY_IS_ORANGE,
            alerts=["ColumnsAway"],
            console="outcomes",
        ),
        Panel(
            "Rows",
            "Rows shown, by table.",
            [("max by (table) (columns_rows)", "{{table}}")],
            console="outcomes",
        ),
    ],
)
BOARD = Board(
    "kap-spine",
    "Event spine",
    "From the door to every reader: what waits, for how long, and why.",
    [OUT, IN, LANES, COLUMNS],
)
