"""What scheduling knows of a patient: courses, and appointments as they stand."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.console.board.words import session_name, spoken
from services.console.course.moments import Moment, at
from shared.contracts.topics import SCHEDULING

Said = Mapping[str, Any]
STATES = {
    "proposed": ("unknown", "offered"),
    "booked": ("info", "planned"),
    "pending": ("warn", "held"),
    "fulfilled": ("ok", "held its time"),
    "cancelled": ("unknown", "cancelled"),
    "noshow": ("bad", "missed"),
}


def of_course(said: Said) -> Iterator[Moment]:
    words = f"{said['protocol']}, {said['doses']} doses; it is {spoken(said['status'])}."
    if said["held_by"]:
        words = f"{words} Its dosing waits: {', '.join(map(spoken, said['held_by']))}."
    state = "warn" if said["held_by"] else "info"
    yield Moment(at(said["opened_at"]), SCHEDULING, "Course opened", words, state)


def of_appointment(said: Said) -> Iterator[Moment]:
    """One that was held is told by its session; what changed of the others is told here."""
    if said["status"] == "fulfilled":
        return
    state, words = STATES[said["status"]]
    name = session_name(said["session"], said["dose_number"])
    because = f"{words}: {spoken(said['reason'])}" if said["reason"] else words
    moved = ", moved before" if said["revision"] and said["status"] == "booked" else ""
    yield Moment(at(said["start"]), SCHEDULING, f"{name} appointment", f"{because}{moved}", state)
