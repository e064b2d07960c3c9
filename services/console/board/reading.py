"""Asks the services for a clinic's day, at once; each part of the board stands by itself."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.console.board import now as going_on
from services.console.board import todo
from services.console.board.day import Day, day_of
from services.console.board.now import Card
from services.console.board.todo import Waiting
from services.console.reading import Answer, Reader
from shared.contracts.topics import INTAKE, OUTCOMES, SCHEDULING, SERVICES, SESSION_RECORD

MONITORING = (SESSION_RECORD, "/v1/monitoring?limit=100")
ASKED_MAX = 12
"""Of so many doses to come it is asked whether they may be given."""
LOOKED_IN = timedelta(days=7)
"""So long a clinic is shown who of the network looked in."""


@dataclass(frozen=True, slots=True)
class Now:
    """`at` on the clinic's wall."""

    at: datetime
    zone: str
    cards: tuple[Card, ...]
    fault: str

    @property
    def dosed(self) -> int:
        return sum(each.dosed_min is not None for each in self.cards)

    @property
    def overdue(self) -> int:
        return sum(each.due_state == "bad" for each in self.cards)

    @property
    def alarms(self) -> int:
        return sum(len(each.alarms) for each in self.cards)

    @property
    def alarms_state(self) -> str:
        states = [state for each in self.cards for state, _ in each.alarms]
        return "bad" if "bad" in states else "warn" if states else "ok"


@dataclass(frozen=True, slots=True)
class Today:
    """`day` None: scheduling does not tell; `fault` says why. `unready`: doses that wait."""

    day: Day | None
    fault: str
    unready: Waiting


def sessions_now(reader: Reader, now: datetime) -> Now:
    sessions, calendar = reader.several((MONITORING, _calendar(now.date())))
    zone = _zone(calendar)
    items = sessions.data["items"] if sessions.data else []
    cards = tuple(going_on.cards(items, now, ZoneInfo(zone)))
    return Now(now.astimezone(ZoneInfo(zone)), zone, cards, sessions.fault)


def today(reader: Reader, now: datetime, clinic: str, asked: date | None = None) -> Today:
    """`asked`: another day than the one on the clinic's wall."""
    day = asked or now.date()
    calendar = reader.get(*_calendar(day))
    if asked is None and (local := now.astimezone(ZoneInfo(_zone(calendar))).date()) != day:
        day, calendar = local, reader.get(*_calendar(local))
    booked = (SCHEDULING, f"/v1/appointments?day={day}&limit=200")
    appointments, sessions = reader.several((booked, MONITORING))
    unready = _unready(reader, appointments, sessions, now)
    fault = calendar.fault or appointments.fault
    if fault:
        return Today(None, fault, unready)
    going = sessions.data["items"] if sessions.data else []
    shown = day_of(calendar.data["days"][0], appointments.data["items"], going, now, clinic)
    return Today(shown, "", unready)


def waiting(reader: Reader, now: datetime) -> list[Waiting]:
    since = f"{now - LOOKED_IN:%Y-%m-%dT%H}"
    holds, risks, late, tasks, *audits = reader.several(
        (
            (INTAKE, "/v1/holds"),
            (OUTCOMES, "/v1/alerts"),
            (SCHEDULING, "/v1/integrations/overdue"),
            (SESSION_RECORD, "/v1/tasks?limit=200"),
            *((service, f"/v1/audit/break-glass?after={since}") for service in SERVICES),
        )
    )
    found = [
        todo.holds(holds),
        todo.risks(risks),
        todo.integrations(late, now),
        todo.tasks(tasks, now),
        todo.broken_glass(audits),
    ]
    return [each for each in found if each]


def _unready(reader: Reader, appointments: Answer, sessions: Answer, now: datetime) -> Waiting:
    known = appointments.data["items"] if appointments.data else []
    going = {each["appointment_id"] for each in (sessions.data or {"items": ()})["items"]}
    coming = [
        each for each in known if _is_to_be_dosed(each, now) and each["appointment_id"] not in going
    ]
    coming.sort(key=lambda each: str(each["start"]))
    asked = [
        (
            SESSION_RECORD,
            f"/v1/patients/{each['patient_id']}/readiness?appointment_id={each['appointment_id']}",
        )
        for each in coming[:ASKED_MAX]
    ]
    return todo.unready(list(zip(coming, reader.several(asked), strict=False)), appointments)


def _is_to_be_dosed(appointment: dict[str, Any], now: datetime) -> bool:
    is_booked = appointment["session"] == "dosing" and appointment["status"] == "booked"
    return is_booked and datetime.fromisoformat(appointment["end"]) > now


def _calendar(day: date) -> tuple[str, str]:
    return SCHEDULING, f"/v1/calendar?day={day}"


def _zone(calendar: Answer) -> str:
    days = calendar.data["days"] if calendar.data else []
    return str(days[0]["zone"]) if days else "UTC"
