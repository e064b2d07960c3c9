"""The network at a glance: does anybody have to do something, and where."""

from deploy.grafana.boards.panels import (
    ANY_IS_ORANGE,
    ANY_IS_RED,
    Board,
    Panel,
    Row,
    number,
    of_clinics,
)

NOW = Row(
    "Does anybody have to do something?",
    [
        number(
            "Alerts",
            "How many alerts fire. Each has a page in deploy/runbooks.",
            'count(ALERTS{alertstate="firing"}) or vector(0)',
            steps=ANY_IS_ORANGE,
            alerts=["NothingScraped"],
        ),
        number(
            "Processes away",
            "Processes that do not answer Prometheus.",
            "count(up == 0) or 0 * count(up)",
            steps=ANY_IS_RED,
            alerts=["ProcessAway"],
        ),
        number(
            "Dependencies away",
            "How often a service cannot reach MongoDB or Kafka.",
            "count(service:dependency_up:min == 0) or 0 * count(service:dependency_up:min)",
            steps=ANY_IS_RED,
            alerts=["DependencyAway"],
        ),
        number(
            "Patients parked",
            "Patients whose events wait in a dead-letter lane of any service.",
            "sum(service:lanes_parked:max)",
            steps=ANY_IS_ORANGE,
            alerts=["EventsParked"],
        ),
        number(
            "Vital signs overdue",
            "Open sessions that lack a reading which is due.",
            "sum(clinic:vitals_overdue:max)",
            steps=ANY_IS_RED,
            alerts=["VitalsOverdue"],
            console="clinic",
        ),
        number(
            "Dosing sessions",
            "Dosing sessions that have begun and not ended.",
            "sum(clinic:dosing_sessions_open:max)",
            alerts=["DosingSessionSilent"],
            console="clinic",
        ),
    ],
)
OBJECTIVES = Row(
    "Objectives (30 days)",
    [
        Panel(
            "Posts answered with 5xx",
            "Objective: at most 0.5 %. An hour above 7.2 % pages, so do six above 3 %.",
            [("service:posts_failed:ratio_rate1h", "{{service}}")],
            unit="percentunit",
            steps=((0.005, "orange"), (0.072, "red")),
            alerts=["PostsFail"],
        ),
        Panel(
            "Safety events later than 5 s",
            "Objective: at most 1 % from the door to Kafka. What is still on its way is not in it.",
            [("service:safety_late:ratio_rate1h", "{{service}}")],
            unit="percentunit",
            steps=((0.01, "orange"), (0.144, "red")),
            alerts=["SafetyEventsLate"],
        ),
        Panel(
            "Other events later than 60 s",
            "Objective: at most 1 % from the door to Kafka.",
            [("service:routine_late:ratio_rate1h", "{{service}}")],
            unit="percentunit",
            steps=((0.01, "orange"), (0.144, "red")),
            alerts=["RoutineEventsLate"],
        ),
    ],
)
WORK = Row(
    "Work",
    [
        Panel(
            "Posted events by verdict",
            "Events a second that sites posted, by what was decided.",
            [("sum by (verdict) (service:verdicts:rate5m)", "{{verdict}}")],
            unit="ops",
            alerts=["EventsError"],
        ),
        Panel(
            "Requests",
            "Requests a second by service, health and metrics included.",
            [("service:requests:rate5m", "{{service}}")],
            unit="reqps",
        ),
        Panel(
            "Doses in the last hour",
            "Doses that session-record told of, by clinic.",
            [(of_clinics("clinic:doses:increase1h"), "{{clinic}}")],
            console="clinic",
        ),
    ],
)
CLINICS = Row(
    "Clinics",
    [
        Panel(
            "Since the last event",
            "How long ago a site of the clinic sent anything. An hour while open is an alert.",
            [("time() - clinic:last_event_timestamp_seconds:max", "{{clinic}}")],
            unit="s",
            kind="bargauge",
            steps=((3600, "orange"),),
            alerts=["ClinicQuiet"],
            width=6,
        ),
        Panel(
            "Open",
            "1 while a site of the clinic is within its declared hours.",
            [("clinic:open:max", "{{clinic}}")],
            kind="bargauge",
            console="clinic",
            width=6,
        ),
        Panel(
            "Numbers that are missing",
            "Events that the clinic's sites have numbered and no service has.",
            [("clinic:missing_sequences:sum", "{{clinic}}")],
            kind="bargauge",
            steps=ANY_IS_ORANGE,
            alerts=["SequenceGapsOpen"],
            width=6,
        ),
        Panel(
            "Sent away with 429",
            "Posts in the last hour that came on top of the clinic's quota.",
            [
                (
                    of_clinics("sum by (clinic) (increase(events_throttled_total[1h]))"),
                    "{{clinic}}",
                )
            ],
            kind="bargauge",
            steps=((20, "orange"),),
            alerts=["ClinicThrottled"],
            width=6,
        ),
    ],
)
BOARD = Board(
    "kap-network",
    "Network",
    "Does anybody have to do something, and where.",
    [NOW, OBJECTIVES, WORK, CLINICS],
)
