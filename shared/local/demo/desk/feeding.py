"""Tells the desk's part of the story: asks for the courses, reads what was booked, and turns it."""

from collections.abc import Sequence
from datetime import datetime

from shared.codec.schema import moment
from shared.local.demo.clinics import CLINICS, Clinic
from shared.local.demo.desk.planning import Planned, is_last, requests, twists
from shared.local.demo.door import Door
from shared.local.demo.people import AT_THE_DESK, Fate, Person
from shared.local.demo.story import Happening


def plan(door: Door, people: Sequence[Person], until: datetime) -> None:
    """`people`: everybody, cleared already. A clinic whose twists were told is left as it is."""
    for clinic in CLINICS:
        at_desk = {
            one.fate: one for one in people if one.clinic == clinic and one.fate in AT_THE_DESK
        }
        door.post(clinic.name, [each for one in at_desk.values() for each in requests(one, until)])
        told = twists(clinic, at_desk, _planned(door, clinic, at_desk), until)
        if not _were_told(door, clinic, told):
            door.post(clinic.name, told)


def _planned(door: Door, clinic: Clinic, at_desk: dict[Fate, Person]) -> dict[Fate, list[Planned]]:
    found: dict[Fate, list[Planned]] = {}
    for fate, one in at_desk.items():
        lines = door.sites[clinic.name].items("scheduling", "appointments", patient_id=one.id)
        own = [
            Planned(
                each["appointment_id"],
                each["session"],
                each["dose_number"],
                moment(each["start"]),
                moment(each["end"]),
                tuple(each["resources"]),
            )
            for each in lines
        ]
        found[fate] = sorted(own, key=lambda each: each.start)
    return found


def _were_told(door: Door, clinic: Clinic, told: Sequence[Happening]) -> bool:
    last = next(each for each in told if is_last(each))
    return door.sites[clinic.name].find("scheduling", f"events/{last.event_id}") is not None
