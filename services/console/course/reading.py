"""Asks every service for one patient, at once; what one cannot tell is left out, and said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from services.console.board.words import session_name, token
from services.console.course import intake, outcomes, scheduling, sessions
from services.console.course.moments import DayOf, Moment, by_day
from services.console.course.picture import Picture, picture_of
from services.console.reading import Answer, Reader, understood
from shared.contracts.topics import INTAKE, OUTCOMES, SCHEDULING, SESSION_RECORD

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Course:
    """`known` False: no service has this patient for this reader. `next`: what is planned first."""

    token: str
    known: bool
    facts: tuple[tuple[str, str, str], ...]
    coming: tuple[DayOf, ...]
    past: tuple[DayOf, ...]
    picture: Picture | None
    faults: tuple[str, ...]
    zone: str


def course_of(reader: Reader, patient_id: str, now: datetime) -> Course:
    answers = _answers(reader, quote(patient_id, safe=""))
    patient, _, _, appointments, _, trajectory, sites = answers
    screened = {str(each["at"]) for each in (patient.data or {"screenings": ()})["screenings"]}
    moments = [
        *(
            each
            for answer, view in zip(answers[:5], VIEWS[:5], strict=True)
            for each in view(answer)
        ),
        *_one(trajectory, lambda said: outcomes.of_trajectory(said, screened)),
    ]
    where = (*_items(appointments), *_items(sites))
    zone = ZoneInfo(next((each["zone"] for each in where), "UTC"))
    return Course(
        token=token(patient_id),
        known=bool(moments),
        facts=tuple(_facts(patient, appointments, trajectory, now)),
        coming=tuple(by_day([m for m in moments if m.at > now], zone, newest_first=False)),
        past=tuple(by_day([m for m in moments if m.at <= now], zone)),
        picture=picture_of(trajectory.data) if trajectory.data else None,
        faults=tuple(dict.fromkeys(_faults(answers[:6]))),
        zone=str(zone),
    )


def _answers(reader: Reader, name: str) -> list[Answer]:
    asked = (
        (INTAKE, f"/v1/patients/{name}"),
        (INTAKE, f"/v1/patients/{name}/clearance"),
        (SCHEDULING, f"/v1/courses?patient_id={name}"),
        (SCHEDULING, f"/v1/appointments?patient_id={name}&limit=200"),
        (SESSION_RECORD, f"/v1/encounters?patient_id={name}&limit=200"),
        (OUTCOMES, f"/v1/trajectories/{name}"),
        (SCHEDULING, "/v1/sites?limit=1"),
    )
    found = zip(reader.several(asked), VIEWS, strict=True)
    return [understood(answer, partial(_whole, view)) for answer, view in found]


def _whole(view: "View", answer: Answer) -> list[Moment]:
    return list(view(answer))


def _of_site(said: Said) -> Iterator[Moment]:
    """Nothing happens with a site: it tells the zone."""
    ZoneInfo(said["zone"])
    yield from ()


def _one(answer: Answer, moments: Callable[[Said], Iterator[Moment]]) -> Iterator[Moment]:
    if answer.data:
        yield from moments(answer.data)


def _many(answer: Answer, moments: Callable[[Said], Iterator[Moment]]) -> Iterator[Moment]:
    for each in _items(answer):
        yield from moments(each)


def _items(answer: Answer) -> Sequence[Said]:
    found: Sequence[Said] = answer.data["items"] if answer.data else ()
    return found


View = Callable[[Answer], Iterator[Moment]]
VIEWS: tuple[View, ...] = (
    lambda answer: _one(answer, intake.of_patient),
    lambda answer: _one(answer, intake.of_clearance),
    lambda answer: _many(answer, scheduling.of_course),
    lambda answer: _many(answer, scheduling.of_appointment),
    lambda answer: _many(answer, sessions.of_encounter),
    lambda answer: _one(answer, outcomes.of_trajectory),
    lambda answer: _many(answer, _of_site),
)
"""What each answer tells, in the order in which they are asked for."""


def _faults(answers: Sequence[Answer]) -> Iterator[str]:
    """That a service does not know the patient is no fault of it."""
    for each in answers:
        if each.fault and each.status != 404:
            yield each.fault
        if each.data and each.data.get("next"):
            yield f"{each.service} knows more than fits here: the latest may be left out."


def _facts(
    patient: Answer, appointments: Answer, trajectory: Answer, now: datetime
) -> Iterator[tuple[str, str, str]]:
    """(name, value, state) of what matters first."""
    if patient.data:
        status = str(patient.data["status"]).replace("-", " ")
        state = "bad" if patient.data["hold"] else "ok" if status == "cleared" else "info"
        yield "Status", status, state
    coming = [e for e in _items(appointments) if e["status"] == "booked"]
    coming = [each for each in coming if datetime.fromisoformat(each["start"]) > now]
    if coming:
        first = min(coming, key=lambda each: str(each["start"]))
        start = datetime.fromisoformat(first["start"]).astimezone(ZoneInfo(first["zone"]))
        name = session_name(first["session"], first["dose_number"])
        yield "Next", f"{name}, {start:%-d %b %H:%M}", "info"
    if trajectory.data:
        yield "Doses given", str(len(trajectory.data["doses"])), "info"
        yield from _standing(trajectory.data)


def _standing(trajectory: Said) -> Iterator[tuple[str, str, str]]:
    instrument = trajectory["instrument"]
    own = [e for e in trajectory["results"] if e["instrument"] == instrument and e["complete"]]
    if own:
        last = own[-1]
        words = "remission" if last["remission"] else "response" if last["response"] else ""
        value = f"{last['score']:g}{', ' + words if words else ''}"
        yield f"Last {instrument.upper()}", value, "ok" if words else "info"
