"""The sessions that go on now, each as a card: how it goes, and when somebody must measure next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from services.console.board.words import alarm_words, minutes_between, session_name, token

NAMES = {
    "systolic": ("Blood pressure", "mmHg"),
    "heart-rate": ("Heart rate", "/min"),
    "oxygen-saturation": ("Oxygen", "%"),
}
SOON = timedelta(minutes=2)
NEVER = "9999"
GRAVITY = {"bad": 0, "warn": 1, "info": 2, "ok": 3, "unknown": 4}


@dataclass(frozen=True, slots=True)
class Vital:
    name: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Card:
    """One open session. `due`: when the next vital signs are, in words; `due_state` its state."""

    encounter_id: str
    patient_id: str
    patient: str
    session: str
    arrived: str
    dosed_min: int | None
    vitals: tuple[Vital, ...]
    vitals_age_min: int | None
    due: str
    due_at: str
    due_state: str
    alarms: tuple[tuple[str, str], ...]
    state: str


def cards(items: Iterable[Mapping[str, Any]], now: datetime, zone: tzinfo) -> list[Card]:
    """The one that needs somebody first is first."""
    in_time = sorted(items, key=lambda each: (each["next_due_at"] or NEVER, each["encounter_id"]))
    found = [_card(each, now, zone) for each in in_time]
    return sorted(found, key=lambda each: GRAVITY[each.state])


def _card(said: Mapping[str, Any], now: datetime, zone: tzinfo) -> Card:
    due_state, due = _due(said, now)
    alarms = (*map(alarm_words, said["alarms"]), *map(_missed, said["misses"]))
    due_at = said["next_due_at"]
    states = [due_state, *(state for state, _ in alarms)]
    return Card(
        encounter_id=said["encounter_id"],
        patient_id=said["patient_id"],
        patient=token(said["patient_id"]),
        session=session_name(said["session"], said["dose_number"], said["route"]),
        arrived=f"{datetime.fromisoformat(said['arrived_at']).astimezone(zone):%H:%M}",
        dosed_min=minutes_between(said["dosed_at"], now),
        vitals=_vitals(said["last"]),
        vitals_age_min=_age(said["last"], now),
        due=due,
        due_at=f"{datetime.fromisoformat(due_at).astimezone(zone):%H:%M}" if due_at else "",
        due_state=due_state,
        alarms=alarms,
        state=min(states, key=GRAVITY.__getitem__),
    )


def _due(said: Mapping[str, Any], now: datetime) -> tuple[str, str]:
    if not said["next_due_at"]:
        words = "No more are due" if said["dosed_at"] else "Not before the dose"
        return "unknown", words
    left = datetime.fromisoformat(said["next_due_at"]) - now
    late = -int(left.total_seconds() // 60)
    if said["overdue"]:
        return "bad", f"Overdue by {late} min"
    if left <= SOON:
        return "warn", "Due now"
    return "ok", f"In {max(1, int(left.total_seconds() // 60))} min"


def _missed(said: Mapping[str, Any]) -> tuple[str, str]:
    state = "bad" if said["severity"] == "alert" else "warn"
    return state, f"Nobody measured at minute {said['point_min']}"


def _vitals(last: Sequence[Mapping[str, Any]]) -> tuple[Vital, ...]:
    known = {each["measure"]: each["value"] for each in last}
    shown = {name: f"{known[name]:g}" for name in NAMES if name in known}
    if "systolic" in known and "diastolic" in known:
        shown["systolic"] = f"{known['systolic']:g}/{known['diastolic']:g}"
    return tuple(Vital(NAMES[name][0], value, NAMES[name][1]) for name, value in shown.items())


def _age(last: Sequence[Mapping[str, Any]], now: datetime) -> int | None:
    """Of the oldest of the values that are shown."""
    return minutes_between(min((each["at"] for each in last), default=None), now)
