"""What session-record knows of a patient: sessions, doses, vital signs, alarms, adverse events."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.console.board.words import alarm_words, session_name
from services.console.course.moments import Moment, at
from shared.contracts.topics import SESSION_RECORD

Said = Mapping[str, Any]
GRAVE = 3
"""From this CTCAE grade on an adverse event is severe."""


def of_encounter(said: Said) -> Iterator[Moment]:
    name = session_name(said["session"], said["dose_number"])
    is_talk = said["session"] != "dosing" and said["status"] == "finished"
    arrived = name if is_talk else f"{name}: arrived"
    yield Moment(at(said["arrived_at"]), SESSION_RECORD, arrived, _who(said), _begun(is_talk))
    yield from _dose(said)
    for each in said["alarms"]:
        state, words = alarm_words(each)
        yield Moment(at(each["at"]), SESSION_RECORD, "Alarm", words, state)
    for each in said["misses"]:
        late = "measured late" if each["late"] else "resolved" if each["resolved_at"] else "open"
        words = f"minute {each['point_min']} after the dose, {late}"
        yield Moment(at(each["raised_at"]), SESSION_RECORD, "Nobody measured", words, "warn")
    for each in said["adverse_events"]:
        yield _adverse(each)
    if said["status"] == "cancelled":
        when = said["finished_at"] or said["arrived_at"]
        yield Moment(at(when), SESSION_RECORD, f"{name}: broken off", said["cancelled_for"], "warn")
    elif said["finished_at"] and not is_talk:
        words, event_id = _vitals(said)
        when = at(said["finished_at"])
        yield Moment(when, SESSION_RECORD, f"{name}: ended", words, "ok", event_id)


def _begun(is_over: bool) -> str:
    return "ok" if is_over else "info"


def _who(said: Said) -> str:
    present = ", ".join(each["practitioner"] for each in said["staff"])
    lasted = ""
    if said["finished_at"]:
        minutes = (at(said["finished_at"]) - at(said["arrived_at"])).total_seconds() // 60
        lasted = f"{minutes:g} min"
    return ", ".join(filter(None, (lasted, f"with {present}" if present else "")))


def _dose(said: Said) -> Iterator[Moment]:
    if dose := said["dose"]:
        per_kg = f" ({dose['dose_mg_per_kg']:g} mg/kg)" if dose["dose_mg_per_kg"] else ""
        words = f"{dose['dose_mg']:g} mg{per_kg}, {dose['route']}"
        what = f"Dose {said['dose_number']}"
        yield Moment(at(dose["at"]), SESSION_RECORD, what, words, "info", mark="dose")


def _adverse(said: Said) -> Moment:
    serious = ", serious" if said["serious"] else ""
    over = ", amended since" if said["amended_by"] else ""
    words = f"{said['term']}, grade {said['grade']}{serious}; {said['outcome']}{over}"
    state = "bad" if said["serious"] or said["grade"] >= GRAVE else "warn"
    when = at(said["at"])
    return Moment(when, SESSION_RECORD, "Adverse event", words, state, said["event_id"])


def _vitals(said: Said) -> tuple[str, str]:
    """The extremes of all that was measured in the session, and the event of the highest."""
    read = said["readings"]
    if not read:
        return "", ""
    top = max(read, key=lambda each: (each["systolic"], each["diastolic"]))
    pulses = [each["heart_rate"] for each in read]
    oxygen = min(each["oxygen_saturation"] for each in read)
    words = (
        f"{len(read)} readings: blood pressure up to {top['systolic']}/{top['diastolic']} mmHg, "
        f"heart rate {min(pulses)} to {max(pulses)}, oxygen not below {oxygen} %"
    )
    return words, str(next(iter(top["events"]), ""))
