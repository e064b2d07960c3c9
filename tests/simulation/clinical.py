"""What no fault may do to a patient, asked of a world at rest, once everything was heard.

Copies that services keep of each other's decisions must agree then, too.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import combinations
from typing import Any

import orjson

from shared.codec.schema import moment
from shared.contracts import intake, outcomes, scheduling, session_record
from shared.contracts.topics import COURSE, ENCOUNTER, PATIENT, STREAM
from shared.storage.steps import Origin
from tests.simulation.delivery import header, log_of
from tests.simulation.world import CLINICS, World

OF_HELD_DOSES = ("time-passed", "clearance-ended", "time-taken")
STATUS = {"booked": "booked", "pending": "held", "cancelled": "cancelled", "noshow": "missed"}
"""scheduling's word for an appointment that was not held, and session-record's."""
STOPS = {
    intake.ClearanceWithdrawn.type: "clearance-revoked",
    intake.ConsentRevoked.type: "consent-withdrawn",
    intake.SafetyHoldRaised.type: "safety-hold",
}
LIFTS = {
    intake.PatientCleared.type: "clearance-revoked",
    intake.PatientConsented.type: "consent-withdrawn",
    intake.SafetyHoldLifted.type: "safety-hold",
}
_DATE = re.compile(rb"\d{4}-\d\d-\d\d")


def told(world: World, topic: str, kind: type[Any]) -> list[tuple[Origin, dict[str, Any]]]:
    """Every event of this type on the topic, once."""
    found = {
        header(each, "id"): (each, orjson.loads(each.value or b""))
        for each in log_of(world, topic)
        if header(each, "type") == kind.type
    }
    return list(found.values())


def doses_are_cleared(world: World) -> Iterator[str]:
    granted = [
        (header(each, "subject"), moment(said["signed_at"]), moment(said["valid_until"]))
        for each, said in told(world, PATIENT.name, intake.PatientCleared)
    ]
    for each, said in told(world, ENCOUNTER.name, session_record.DoseAdministered):
        patient, given_at = header(each, "subject"), moment(said["administered_at"])
        if not any(who == patient and since <= given_at <= to for who, since, to in granted):
            yield f"{patient} was given a dose at {given_at} without a clearance"


def stopped_patients_have_no_dose_booked(world: World) -> Iterator[str]:
    for patient, stops in stops_in_force(world).items():
        for each in world.appointments(patient):
            is_booked = (each["session"], each["status"]) == ("dosing", "booked")
            late = [why for why, since in stops.items() if each["start"] > since]
            if is_booked and late and each["course_id"] in _open_courses(world):
                yield f"{patient} has a dose booked for {each['start']} in spite of {late}"


def stops_in_force(world: World) -> dict[str, dict[str, datetime]]:
    """By patient: what stops dosing now and since when, as intake said it in its order."""
    stops: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    cleared: dict[str, str] = {}
    for each in {header(one, "id"): one for one in log_of(world, PATIENT.name)}.values():
        kind, patient = header(each, "type"), header(each, "subject")
        clearance = orjson.loads(each.value or b"").get("clearance_id", "")
        if kind == intake.PatientCleared.type:
            cleared[patient] = clearance
        if kind in LIFTS:
            stops[patient].pop(LIFTS[kind], None)
        elif kind in STOPS and clearance in ("", cleared.get(patient)):
            stops[patient].setdefault(STOPS[kind], moment(header(each, "time")))
    return stops


def _open_courses(world: World) -> set[str]:
    return {each["id"] for each in world.nodes["scheduling"].states("courses") if not each["ended"]}


def care_goes_on(world: World) -> Iterator[str]:
    """Preparation and integration are never held or cancelled by a safety event (SCH-8)."""
    sessions = {
        said["appointment_id"]: said["session"]
        for kind in (scheduling.AppointmentBooked, scheduling.AppointmentProposed)
        for _, said in told(world, COURSE.name, kind)
    }
    changes = (
        *told(world, COURSE.name, scheduling.AppointmentHeld),
        *told(world, COURSE.name, scheduling.AppointmentCalledOff),
    )
    for each, said in changes:
        session, reason = sessions[said["appointment_id"]], said["reason"]
        if session != "dosing" and reason in (*STOPS.values(), *OF_HELD_DOSES):
            yield f"{header(each, 'subject')}: {session} stopped for {reason}"


def nothing_is_booked_twice(world: World) -> Iterator[str]:
    booked = world.nodes["scheduling"].states("appointments", status="booked")
    for one, other in combinations(sorted(booked, key=lambda each: each["start"]), 2):
        overlap = one["start"] < other["end"] and other["start"] < one["end"]
        shared = set(one["resources"]) & set(other["resources"])
        if overlap and shared:
            yield f"{one['appointment_id']} and {other['appointment_id']} both have {shared}"


def the_stream_names_nobody(world: World) -> Iterator[str]:
    words = [each.encode() for each in (*world.lives, *CLINICS)]
    for each in log_of(world, STREAM.name):
        everything = b"\n".join(
            (each.key or b"", each.value or b"", *(value for _, value in each.headers))
        )
        found = [word for word in words if word in everything] + _DATE.findall(everything)
        if found:
            yield f"{each.id} has {found}"


def a_withdrawn_token_is_silent(world: World) -> Iterator[str]:
    """First occurrences count: what a relay sends again, analysts know by its id."""
    withdrawn: set[str] = set()
    seen: set[str] = set()
    for each in log_of(world, STREAM.name):
        if header(each, "id") in seen:
            continue
        seen.add(header(each, "id"))
        token = orjson.loads(each.value or b"")["subject_token"]
        if token in withdrawn:
            yield f"{each.id} speaks of {token}"
        if header(each, "type") == outcomes.SubjectWithdrawn.type:
            withdrawn.add(token)


def every_dose_is_counted(world: World) -> Iterator[str]:
    given = {
        (header(each, "subject"), said["encounter_id"])
        for each, said in told(world, ENCOUNTER.name, session_record.DoseAdministered)
    }
    known = {
        (each["patient_id"], dose["encounter_id"])
        for each in world.nodes["outcomes"].states("trajectories")
        for dose in each["doses"]
    }
    recorded = {
        (each["patient_id"], each["encounter_id"])
        for each in world.nodes["session-record"].states("encounters")
        if each["dose"]
    }
    yield from (f"{dose} was recorded and not told" for dose in recorded ^ given)
    yield from (f"{dose} was told and not counted" for dose in known ^ given)


def copies_agree(world: World) -> Iterator[str]:
    copies = {
        each["appointment_id"]: each["status"]
        for each in world.nodes["session-record"].states("appointments")
    }
    booked = {
        said["appointment_id"] for _, said in told(world, COURSE.name, scheduling.AppointmentBooked)
    }
    for each in world.nodes["scheduling"].states("appointments"):
        copy = copies.get(each["appointment_id"])
        if each["appointment_id"] in booked and copy != STATUS.get(each["status"], copy):
            yield f"appointment {each['appointment_id']} is {each['status']}, copied as {copy}"
    holds = {each["id"]: bool(each["hold"]) for each in world.nodes["intake"].states("patients")}
    for each in world.nodes["scheduling"].states("standings"):
        if holds[each["patient_id"]] != ("safety-hold" in each["reasons"]):
            yield f"scheduling and intake differ about the hold of {each['patient_id']}"
    for each in world.nodes["session-record"].states("standings"):
        is_held = any(not hold["lifted_at"] for hold in each["holds"])
        if holds[each["patient_id"]] != is_held:
            yield f"session-record and intake differ about the hold of {each['patient_id']}"


INVARIANTS: dict[str, Callable[[World], Iterator[str]]] = {
    "no dose without a clearance granted before it": doses_are_cleared,
    "no dose is booked after a stop that stands": stopped_patients_have_no_dose_booked,
    "no safety event stops preparation or integration": care_goes_on,
    "no resource is booked twice": nothing_is_booked_twice,
    "the analysts' stream names no patient, clinic or date": the_stream_names_nobody,
    "a withdrawn subject is never spoken of again": a_withdrawn_token_is_silent,
    "every dose given is counted once by all who hear of it": every_dose_is_counted,
    "copies agree with what they are copied from": copies_agree,
}
