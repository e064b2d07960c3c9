"""Clinical safety across clinics: what may harm a patient if nobody looks."""

from typing import Any

from deploy.grafana.boards.panels import (
    ANY_IS_ORANGE,
    ANY_IS_RED,
    Board,
    Panel,
    Row,
    of_clinics,
)

BY = "{{clinic}}"


def _told(name: str) -> str:
    told = f'events_told_total{{type="session-record.encounter.{name}.v1"}}'
    return of_clinics(f"sum by (clinic) (increase({told}[1h]))")


def _refused(name: str) -> str:
    of = f'reader="site", verdict="rejected", type="session-record.{name}.v1"'
    return f"sum(increase(event_verdicts_total{{{of}}}[1h])) or vector(0)"


def _panel(title: str, description: str, query: str, **more: Any) -> Panel:
    return Panel(title, description, [(query, BY)], **({"console": "clinic"} | more))


ROOM = Row(
    "In the room",
    [
        _panel(
            "Dosing sessions",
            "Sessions that have begun and not ended.",
            "clinic:dosing_sessions_open:max",
            alerts=["DosingSessionSilent"],
        ),
        _panel(
            "Vital signs overdue",
            "Open sessions that lack a reading which is due.",
            "clinic:vitals_overdue:max",
            steps=ANY_IS_RED,
            alerts=["VitalsOverdue", "SafetyNumbersMissing"],
        ),
        _panel(
            "Silence during a session",
            "Since session-record last heard of a clinic that has a dosing session open; 0: none.",
            "(time() - max by (clinic)"
            ' (site_last_event_timestamp_seconds{service="session-record"}))'
            " * on (clinic) (clinic:dosing_sessions_open:max > bool 0)",
            unit="s",
            steps=((1200, "red"),),
            alerts=["DosingSessionSilent"],
        ),
        _panel("Doses in the last hour", "By clinic.", of_clinics("clinic:doses:increase1h")),
        _panel(
            "Vital-sign alarms in the last hour",
            "Readings beyond the limits of the policy.",
            _told("vitals-alarm-raised"),
        ),
        _panel(
            "Overrides in the last hour",
            "Gates that somebody passed by answering for it.",
            _told("override-used"),
            steps=ANY_IS_ORANGE,
        ),
        _panel(
            "Doses refused",
            "In the last hour, of all clinics: which and why is in the log.",
            _refused("medication.administered"),
            steps=((3, "orange"),),
            alerts=["DosesRefused"],
        ),
        _panel(
            "Discharges refused",
            "In the last hour, of all clinics: which and why is in the log.",
            _refused("patient.discharged"),
            steps=((3, "orange"),),
            alerts=["DischargesRefused"],
        ),
        _panel(
            "Readings that nobody took",
            "In the last hour, said by the clock.",
            _told("monitoring-missed"),
            steps=ANY_IS_ORANGE,
            alerts=["VitalsOverdue"],
        ),
    ],
)
HARM = Row(
    "Harm and holds",
    [
        Panel(
            "Adverse events on record",
            "Sessions with an adverse event of grade 3 and more, by clinic.",
            [('clinic:adverse_events:max{grade=~"3|4|5"}', "{{clinic}} grade {{grade}}")],
            alerts=["SevereAdverseEvent", "GraveAdverseEvent"],
            console="clinic",
        ),
        _panel(
            "Holds",
            "Patients with a safety hold that nobody has lifted.",
            "clinic:holds_active:max",
        ),
        _panel(
            "Integrations overdue",
            "Courses whose integration after a dose is overdue.",
            "clinic:integrations_overdue:max",
            alerts=["IntegrationsOverdueGrow"],
        ),
    ],
)
TRUST = Row(
    "Can we rely on it?",
    [
        Panel(
            "Safety events on Kafka within 5 s",
            "Share of the last hour's, by service. Objective: 99 %.",
            [("1 - service:safety_late:ratio_rate1h", "{{service}}")],
            unit="percentunit",
            alerts=["SafetyEventsLate"],
        ),
        Panel(
            "99 % of the safety events are on Kafka within",
            "By service.",
            [('service:end_to_end_seconds:p99_5m{lane="safety"}', "{{service}}")],
            unit="s",
            steps=((5, "red"),),
            alerts=["SafetyEventsLate"],
        ),
        _panel(
            "Break-glass in the last day",
            "Requests of people of the network for a clinic's records in an emergency.",
            of_clinics("sum by (clinic) (increase(break_glass_total[1d]))"),
            steps=ANY_IS_ORANGE,
            alerts=["BreakGlassUsed"],
        ),
    ],
)
BOARD = Board(
    "kap-safety",
    "Clinical safety",
    "What may harm a patient if nobody looks.",
    [ROOM, HARM, TRUST],
)
