"""Tells the desk's part of the story: asks for the courses, reads what was booked, and turns it."""

from collections.abc import Sequence
from datetime import datetime

from shared.codec.schema import moment
from shared.local.demo.clinics import CLINICS, Clinic
from shared.local.demo.desk.planning import Planned, requests, twists
from shared.local.demo.door import Door
from shared.local.demo.people import AT_THE_DESK, Fate, Person


def plan(door: Door, people: Sequence[Person], now: datetime) -> None:
    """`people`: everybody, cleared already. A clinic whose twists were told is left as it is."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    for clinic in CLINICS:
        if _is_told(door, clinic):
            continue
        at_desk = {
            one.fate: one for one in people if one.clinic == clinic and one.fate in AT_THE_DESK
        }
        door.post(clinic.name, [each for one in at_desk.values() for each in requests(one, hour)])
        planned = _planned(door, clinic, at_desk)
        door.post(clinic.name, twists(clinic, at_desk, planned, hour))


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


def _is_told(door: Door, clinic: Clinic) -> bool:
    """The feed of a therapist is opened last."""
    feeds = door.sites[clinic.name].items("scheduling", "feeds", owner="resource")
    return next(feeds, None) is not None
