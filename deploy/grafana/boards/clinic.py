"""One clinic: is it heard, who is in the room, what waits for its people."""

from deploy.grafana.boards.panels import (
    ANY_IS_ORANGE,
    ANY_IS_RED,
    Board,
    Panel,
    Row,
    Variable,
    number,
)

OWN = '{clinic="$clinic"}'
ZERO = f"0 * clinic:last_event_timestamp_seconds:max{OWN}"


def _number(title: str, description: str, query: str, **more: object) -> Panel:
    return number(title, description, query, **({"console": "clinic"} | more))


LINK = Row(
    "Is it heard?",
    [
        _number("Open", "1 while a site is within its declared hours.", f"clinic:open:max{OWN}"),
        _number(
            "Since the last event",
            "How long ago a site of the clinic sent anything.",
            f"time() - clinic:last_event_timestamp_seconds:max{OWN}",
            unit="s",
            steps=((3600, "orange"),),
            alerts=["ClinicQuiet"],
            console="operations",
        ),
        _number(
            "Numbers missing",
            "Events that its sites have numbered and no service has.",
            f"clinic:missing_sequences:sum{OWN}",
            steps=ANY_IS_ORANGE,
            alerts=["SequenceGapsOpen"],
            console="operations",
        ),
        _number(
            "Sent away with 429",
            "Posts in the last hour that came on top of its quota.",
            f"sum by (clinic) (increase(events_throttled_total{OWN}[1h])) or {ZERO}",
            steps=((20, "orange"),),
            alerts=["ClinicThrottled"],
            console="operations",
        ),
        _number(
            "Break-glass",
            "Requests in the last day of people of the network for its records in an emergency.",
            f"sum by (clinic) (increase(break_glass_total{OWN}[1d])) or {ZERO}",
            steps=ANY_IS_ORANGE,
            alerts=["BreakGlassUsed"],
        ),
        _number(
            "Jumps in its numbering",
            "In the last hour; those that have closed since are counted too.",
            f"sum by (clinic) (increase(site_sequence_gaps_total{OWN}[1h])) or {ZERO}",
            alerts=["SequenceGapsOpen"],
            console="operations",
        ),
    ],
)
ROOM = Row(
    "Who is in the room?",
    [
        _number(
            "Dosing sessions",
            "Sessions that have begun and not ended.",
            f"clinic:dosing_sessions_open:max{OWN}",
            alerts=["DosingSessionSilent"],
        ),
        _number(
            "Vital signs overdue",
            "Open sessions that lack a reading which is due.",
            f"clinic:vitals_overdue:max{OWN}",
            steps=ANY_IS_RED,
            alerts=["VitalsOverdue", "SafetyNumbersMissing"],
        ),
        _number(
            "Holds",
            "Patients with a safety hold that nobody has lifted.",
            f"clinic:holds_active:max{OWN}",
            steps=ANY_IS_ORANGE,
        ),
        _number(
            "Integrations overdue",
            "Courses whose integration after a dose is overdue.",
            f"clinic:integrations_overdue:max{OWN}",
            steps=ANY_IS_ORANGE,
            alerts=["IntegrationsOverdueGrow"],
        ),
        _number(
            "Tasks",
            "Tasks about the written record that are not done.",
            f"clinic:tasks_open:max{OWN}",
        ),
        _number(
            "Doses in the last hour",
            "Doses that session-record told of.",
            f"clinic:doses:increase1h{OWN} or {ZERO}",
        ),
    ],
)
OVER_TIME = Row(
    "Over time",
    [
        Panel(
            "Sessions",
            "Dosing sessions that are open, and those of them without a reading that is due.",
            [
                (f"clinic:dosing_sessions_open:max{OWN}", "open"),
                (f"clinic:vitals_overdue:max{OWN}", "vital signs overdue"),
            ],
            alerts=["VitalsOverdue", "DosingSessionSilent"],
            console="clinic",
        ),
        Panel(
            "Adverse events on record",
            "Sessions with an adverse event, by CTCAE grade.",
            [(f"clinic:adverse_events:max{OWN}", "grade {{grade}}")],
            alerts=["SevereAdverseEvent", "GraveAdverseEvent"],
            console="clinic",
        ),
        Panel(
            "Capacity used today",
            "Booked minutes of the open minutes, by kind of resource.",
            [(f"clinic:capacity_used_ratio:max{OWN}", "{{kind}}")],
            unit="percentunit",
            steps=((0.9, "orange"),),
            console="clinic",
        ),
        Panel(
            "What was told of the clinic",
            "Events in the last hour, the ten most frequent types.",
            [(f"topk(10, sum by (type) (increase(events_told_total{OWN}[1h])))", "{{type}}")],
            width=12,
        ),
        Panel(
            "Bookings refused",
            "Reasons in the last hour that stood against bookings, the ten most frequent.",
            [
                (
                    f"topk(10, sum by (code) (increase(refusals_total{OWN}[1h])))"
                    f" or on () sum({ZERO})",
                    "{{code}}",
                )
            ],
            width=12,
        ),
    ],
)
BOARD = Board(
    "kap-clinic",
    "One clinic",
    "Is it heard, who is in the room, what waits for its people.",
    [LINK, ROOM, OVER_TIME],
    [Variable("clinic", "site_last_event_timestamp_seconds")],
)
