"""Asks the services for a clinic's day, at once; each part of the board stands by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from services.console.board import now as going_on
from services.console.board import todo
from services.console.board.day import Day, day_of
from services.console.board.now import Card
from services.console.board.todo import Waiting
from services.console.reading import Answer, Reader, understood
from shared.contracts.topics import INTAKE, OUTCOMES, SCHEDULING, SERVICES, SESSION_RECORD

Said = Mapping[str, Any]
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
    zone = _zone(understood(calendar, _zone))

    def shown(answer: Answer) -> tuple[Card, ...]:
        return tuple(going_on.cards(_items(answer), now, ZoneInfo(zone)))

    sessions = understood(sessions, shown)
    return Now(now.astimezone(ZoneInfo(zone)), zone, shown(sessions), sessions.fault)


def today(reader: Reader, now: datetime, clinic: str, asked: date | None = None) -> Today:
    """`asked`: another day than the one on the clinic's wall."""
    day = asked or now.date()
    calendar = understood(reader.get(*_calendar(day)), _zone)
    if asked is None and (local := now.astimezone(ZoneInfo(_zone(calendar))).date()) != day:
        day, calendar = local, understood(reader.get(*_calendar(local)), _zone)
    booked = (SCHEDULING, f"/v1/appointments?day={day}&limit=200")
    appointments, sessions = reader.several((booked, MONITORING))
    appointments = understood(appointments, partial(_to_be_dosed, now=now, going=()))
    going = _items(understood(sessions, _who_is_here))

    def table(told: Answer) -> Day:
        return day_of(told.data["days"][0], _items(appointments), going, now, clinic)

    unready = _unready(reader, appointments, going, now)
    if fault := calendar.fault or appointments.fault:
        return Today(None, fault, unready)
    calendar = understood(calendar, table)
    shown = None if calendar.fault else table(calendar)
    return Today(shown, calendar.fault, unready)


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
        todo.holds(understood(holds, todo.holds)),
        todo.risks(understood(risks, todo.risks)),
        todo.integrations(understood(late, lambda each: todo.integrations(each, now)), now),
        todo.tasks(understood(tasks, lambda each: todo.tasks(each, now)), now),
        todo.broken_glass(audits),
    ]
    return [each for each in found if each]


def _unready(reader: Reader, appointments: Answer, going: Sequence[Said], now: datetime) -> Waiting:
    coming = _to_be_dosed(appointments, now, going)[:ASKED_MAX]
    asked = [
        (
            SESSION_RECORD,
            f"/v1/patients/{each['patient_id']}/readiness?appointment_id={each['appointment_id']}",
        )
        for each in coming
    ]
    found = zip(coming, reader.several(asked), strict=True)
    return todo.unready(list(found), appointments)


def _to_be_dosed(appointments: Answer, now: datetime, going: Sequence[Said]) -> list[Said]:
    """Those of the day who are booked for a dose and are not in the room, in order of time."""
    here = {each["appointment_id"] for each in going}
    coming = [
        each
        for each in _items(appointments)
        if each["session"] == "dosing"
        and each["status"] == "booked"
        and each["appointment_id"] not in here
        and datetime.fromisoformat(each["end"]) > now
    ]
    return sorted(coming, key=lambda each: str(each["start"]))


def _who_is_here(sessions: Answer) -> list[tuple[str, str]]:
    return [(each["appointment_id"], each["dosed_at"]) for each in _items(sessions)]


def _items(answer: Answer) -> Sequence[Said]:
    found: Sequence[Said] = answer.data["items"] if answer.data else ()
    return found


def _calendar(day: date) -> tuple[str, str]:
    return SCHEDULING, f"/v1/calendar?day={day}"


def _zone(calendar: Answer) -> str:
    days = calendar.data["days"] if calendar.data else []
    return ZoneInfo(days[0]["zone"]).key if days else "UTC"
