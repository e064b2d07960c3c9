"""Feeds the demo in the order life has it, for all patients at once, and waits where life waits.

Only the public HTTP API is used, with the sites' own credentials.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from shared.local.demo import admission, assessments
from shared.local.demo.clinics import CLINICS, Clinic, resources
from shared.local.demo.door import Door, Progress, Summary
from shared.local.demo.people import TURN, WEEKS, cohort
from shared.local.demo.story import Appointment
from shared.runtime.clock import utc_now

SEED = 11
EVENTS_PER_COURSE = 110
LIFTED_AFTER = timedelta(hours=20)
STANDS = ("booked", "fulfilled")
Courses = dict[str, list[Appointment]]


def feed(
    network: Mapping[str, Any],
    progress: Progress,
    now: datetime | None = None,
    seed: int = SEED,
) -> Summary:
    """Up to the midnight before `now`, so that a feed repeated on a day says the same again."""
    return _Feed(network, progress, now or utc_now(), seed).run()


class _Feed:
    def __init__(
        self, network: Mapping[str, Any], progress: Progress, now: datetime, seed: int
    ) -> None:
        self._until = now.replace(hour=0, minute=0, second=0, microsecond=0)
        today = self._until.date()
        self._people = {clinic: cohort(clinic, seed, today) for clinic in CLINICS}
        self._dosed = {
            clinic: [each for each in people if each.is_dosed]
            for clinic, people in self._people.items()
        }
        expected = EVENTS_PER_COURSE * sum(map(len, self._dosed.values()))
        self._door = Door(network, progress, expected)

    def run(self) -> Summary:
        began = monotonic()
        self._admit()
        self._book()
        doses = self._treat()
        self._turn()
        doses += self._resume()
        self._settle(doses)
        return Summary(
            events=self._door.verdicts.total(),
            seconds=round(monotonic() - began, 1),
            verdicts=dict(self._door.verdicts),
            patients=sum(map(len, self._people.values())),
            doses=doses,
            surprises=tuple(self._door.surprises),
        )

    def _admit(self) -> None:
        opening = self._until - timedelta(weeks=WEEKS + 2)
        for clinic, people in self._people.items():
            self._door.post(clinic.name, resources(clinic, opening))
            told = (each for one in people for each in admission.admission(one, self._until))
            self._door.post(clinic.name, told)
        for clinic, people in self._dosed.items():
            opened = partial(self._has_courses, clinic, {each.id for each in people})
            self._door.wait(opened, f"scheduling has not opened every course of {clinic.name}")

    def _has_courses(self, clinic: Clinic, wanted: set[str]) -> bool:
        courses = self._door.sites[clinic.name].items("scheduling", "courses")
        return wanted <= {each["patient_id"] for each in courses}

    def _book(self) -> None:
        for clinic, people in self._dosed.items():
            self._door.post(clinic.name, map(admission.course_request, people))
        for clinic in CLINICS:
            unheard = {each[-1].id: who for who, each in self._appointments(clinic).items()}
            heard = partial(self._has_heard, clinic, unheard)
            self._door.wait(heard, f"session-record has not heard of {clinic.name}'s appointments")

    def _appointments(self, clinic: Clinic) -> Courses:
        """By patient, in order of time."""
        found: Courses = defaultdict(list)
        for each in self._door.sites[clinic.name].items("scheduling", "appointments"):
            if each["status"] in STANDS:
                found[each["patient_id"]].append(_appointment(each))
        return {who: sorted(each, key=lambda one: one.start) for who, each in found.items()}

    def _has_heard(self, clinic: Clinic, unheard: dict[str, str]) -> bool:
        """Takes what session-record knows out of `unheard`, (patient by appointment)."""
        for appointment_id, patient_id in list(unheard.items()):
            if self._readiness(clinic, patient_id, appointment_id) is None:
                return False
            del unheard[appointment_id]
        return True

    def _readiness(self, clinic: Clinic, patient_id: str, appointment_id: str) -> Any:
        """session-record's answer, or None if it has not heard of the appointment."""
        path = f"patients/{patient_id}/readiness"
        return self._door.sites[clinic.name].find(
            "session-record", path, appointment_id=appointment_id
        )

    def _treat(self) -> int:
        """Every session that took place, and the answers around them; how many were doses."""
        doses = 0
        for clinic, people in self._dosed.items():
            courses = self._appointments(clinic)
            attended = {each: self._attended(each, courses) for each in people}
            before = {who: each for who, each in attended.items() if who.fate != "recovers"}
            turning = {
                who: [one for one in each if one.dose_number <= TURN]
                for who, each in attended.items()
                if who.fate == "recovers"
            }
            doses += self._post_sessions(clinic, before | turning)
            answered = [each for who in attended for each in _during(who, (before | turning)[who])]
            later = [
                each
                for who, those in before.items()
                for each in assessments.afterwards(who, those, self._until)
            ]
            self._door.post(clinic.name, answered + later)
        return doses
