"""Feeds the demo in the order life has it, for all patients at once, and waits where life waits.

Only the public HTTP API is used, with the sites' own credentials.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from shared.client.connection import connect
from shared.client.errors import ClientError
from shared.local.demo import admission, assessments, turns
from shared.local.demo.clinics import CLINICS, Clinic, opening
from shared.local.demo.desk.feeding import plan
from shared.local.demo.door import (
    Door,
    Progress,
    Summary,
    appointments,
    has_heard,
    readiness,
)
from shared.local.demo.people import TURN, WEEKS, Fate, Person, cohort
from shared.local.demo.room import sessions
from shared.local.demo.story import Appointment, Happening
from shared.local.engines import Problem
from shared.local.services import PACKAGES
from shared.runtime.clock import utc_now

SEED = 11
EVENTS_PER_COURSE = 170
RESUMING: Mapping[Fate, int] = {"recovers": TURN + 1, "unwatched": TURN}
"""From the sessions of which dose on the story waits for what happens at the turn."""
NOT_BEFORE_LIFTED = frozenset({"safety-hold", "appointment-held"})
Courses = Mapping[Person, Sequence[Appointment]]


def feed(
    network: Mapping[str, Any],
    progress: Progress,
    now: datetime | None = None,
    seed: int = SEED,
) -> Summary:
    """Up to the midnight before `now`, so that a feed repeated on a day says the same again.

    Raises Problem.
    """
    try:
        return _Feed(network, progress, now or utc_now(), seed).run()
    except ClientError as error:
        raise Problem(f"The demo was not fed: {error}") from error


class _Feed:
    def __init__(
        self, network: Mapping[str, Any], progress: Progress, now: datetime, seed: int
    ) -> None:
        self._network = network
        self._now = now
        self._until = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._people = [
            one for clinic in CLINICS for one in cohort(clinic, seed, self._until.date())
        ]
        self._dosed = [each for each in self._people if each.is_dosed]
        self._arrived: list[Person] = []
        self._doses = 0
        self._door = Door(network, progress, EVENTS_PER_COURSE * len(self._dosed))

    def run(self) -> Summary:
        began = monotonic()
        for phase in (self._open, self._admit, self._book, self._treat, self._turn, self._resume):
            phase()
        plan(self._door, self._people, self._now)
        self._settle()
        return Summary(
            events=self._door.verdicts.total(),
            seconds=round(monotonic() - began, 1),
            verdicts=dict(self._door.verdicts),
            patients=len(self._people),
            doses=self._doses,
            surprises=tuple(self._door.surprises),
        )

    def _open(self) -> None:
        """Nobody is booked before scheduling has heard of every licence and certificate."""
        since = self._until - timedelta(weeks=WEEKS + 2)
        for clinic in CLINICS:
            self._door.post(clinic.name, opening(clinic, since))
        self._door.wait(self._can_book, "scheduling has not heard of every licence")

    def _admit(self) -> None:
        self._post(self._people, lambda one: admission.admission(one, self._until))
        cleared = [each for each in self._people if each.is_cleared]
        self._wait(self._course_is_open, cleared, "scheduling has not opened every course")
        self._enrol({one: admission.enrolment(one) for one in self._dosed})

    def _book(self) -> None:
        self._request(self._dosed, lambda one: [admission.course_request(one)])

    def _treat(self) -> None:
        """Every session that took place, and the answers around them; for some up to a turn."""
        whole = self._courses(self._dosed)
        courses = {
            one: [each for each in those if each.dose_number < _resumes_from(one)]
            for one, those in whole.items()
        }
        self._tell(courses, whole, over=[one for one in whole if one.fate not in RESUMING])

    def _turn(self) -> None:
        """Consents end, holds are lifted, a reading is forgotten, patients move."""
        courses = self._courses(self._dosed)
        self._post(self._with("withdraws"), lambda one: turns.withdrawal(one, courses[one]))
        self._lift(courses)
        self._watch(courses)
        self._move(courses)

    def _lift(self, courses: Courses) -> None:
        """Holds that the answers have brought about are lifted for some."""
        held = [one for one in self._with("at-risk", "recovers") if turns.turned_at(courses[one])]
        self._wait(partial(self._is_held, courses), held, "a safety hold is not heard of")
        recovered = [one for one in held if one.fate == "recovers"]
        self._post(recovered, lambda one: turns.lifting(one, courses[one]))
        self._wait(self._is_active, recovered, "a safety hold is not lifted")

    def _watch(self, courses: Courses) -> None:
        """Nobody measures until the clock has said so; then the session goes on."""
        sessions_of = {
            one: sessions.halves(sessions.encounter(one, each, courses[one]), one)
            for one in self._with("unwatched")
            for each in courses[one]
            if sessions.is_unwatched(one, each)
        }
        self._post(sessions_of, lambda one: sessions_of[one][0])
        self._wait(self._is_missed, sessions_of, "the clock has not asked for a reading")
        self._post(sessions_of, lambda one: sessions_of[one][1])
        self._doses += len(sessions_of)

    def _move(self, courses: Courses) -> None:
        """Offered here, accepted there, cleared anew and booked there."""
        leaving = [one for one in self._with("moves") if turns.turned_at(courses[one])]
        self._post(leaving, lambda one: turns.offer(one, courses[one]))
        arriving = {turns.moved(one): one for one in leaving}
        told = {
            there: turns.arrival(there, one.clinic, courses[one]) for there, one in arriving.items()
        }
        self._post(arriving, lambda there: told[there])
        cleared = {there: turns.cleared_at(each) for there, each in told.items()}
        self._arrived = [there for there, when in cleared.items() if when < self._until]
        self._wait(self._course_is_open, self._arrived, "a patient who moved is not cleared anew")
        self._enrol({each: admission.enrolled(each, cleared[each]) for each in self._arrived})
        self._request(self._arrived, lambda there: [turns.booking(there, cleared[there])])

    def _enrol(self, told: Mapping[Person, Sequence[Happening]]) -> None:
        """Without it no esketamine is booked."""
        self._post(told, lambda one: told[one])
        heard = partial(self._is_enrolled, told)
        self._wait(heard, list(told), "scheduling has not heard of every enrolment")

    def _resume(self) -> None:
        whole = self._courses([*self._with(*RESUMING), *self._arrived])
        rest = {
            one: [each for each in those if not self._is_told(one, each)]
            for one, those in whole.items()
        }
        first = {one: those[0] for one, those in rest.items() if those and one.fate == "recovers"}
        ready = partial(self._is_ready, first)
        self._wait(ready, list(first), "session-record has not heard that a hold was lifted")
        self._tell(rest, whole, over=list(whole))

    def _settle(self) -> None:
        self._door.await_deferred()
        self._door.wait(self._has_every_dose, "outcomes has not heard of every dose")
        operations = connect(self._network, "operations")
        for service in PACKAGES:
            for lane in operations.items(service, "lanes"):
                self._door.surprises.append(f"{service} parked {lane['lane']}: {lane['reason']}")

    def _tell(self, courses: Courses, whole: Courses, over: Iterable[Person]) -> None:
        """These sessions of the `whole` courses, the answers around them, and what follows those
        that are `over`."""
        self._post(
            courses,
            lambda one: [
                told for each in courses[one] for told in sessions.encounter(one, each, whole[one])
            ],
        )
        self._doses += sum(each.session == "dosing" for those in courses.values() for each in those)
        done = frozenset(over)
        self._post(
            courses,
            lambda one: [
                *assessments.during(one, courses[one]),
                *(assessments.afterwards(one, whole[one], self._until) if one in done else ()),
            ],
        )

    def _request(
        self, people: Sequence[Person], ask: Callable[[Person], Iterable[Happening]]
    ) -> None:
        """Courses are asked for, and session-record has heard of what was booked."""
        self._post(people, ask)
        courses = self._courses(people)
        last = {one: those[-1] for one, those in courses.items() if those}
        heard = partial(self._has_heard, last)
        self._wait(heard, list(last), "session-record has not heard of every appointment")

    def _courses(self, people: Iterable[Person]) -> dict[Person, list[Appointment]]:
        """The appointments that took place, by patient."""
        booked = {each.name: appointments(self._door.sites[each.name]) for each in CLINICS}
        return {
            one: sessions.took_place(one, booked[one.clinic.name].get(one.id, ()), self._until)
            for one in people
        }

    def _with(self, *fates: Fate) -> list[Person]:
        return [each for each in self._dosed if each.fate in fates]

    def _post(
        self, people: Iterable[Person], tell: Callable[[Person], Iterable[Happening]]
    ) -> None:
        told: dict[Clinic, list[Happening]] = {clinic: [] for clinic in CLINICS}
        for one in people:
            told[one.clinic] += [each for each in tell(one) if each.time < self._until]
        for clinic, happenings in told.items():
            self._door.post(clinic.name, happenings)

    def _wait(
        self, is_so: Callable[[Person], bool], people: Iterable[Person], trouble: str
    ) -> None:
        """Until it is so of each: who has been seen is not asked about again."""
        unseen = list(people)

        def is_so_of_all() -> bool:
            while unseen and is_so(unseen[-1]):
                unseen.pop()
            return not unseen

        self._door.wait(is_so_of_all, trouble)

    def _can_book(self) -> bool:
        return all(
            not each["unbookable_because"]
            for client in self._door.sites.values()
            for each in client.items("scheduling", "resources")
        )

    def _is_enrolled(self, told: Mapping[Person, Sequence[Happening]], one: Person) -> bool:
        client = self._door.sites[one.clinic.name]
        return all(
            has_heard(client, "session-record", each.event_id, "scheduling") for each in told[one]
        )

    def _course_is_open(self, one: Person) -> bool:
        return bool(self._course(one))

    def _is_held(self, courses: Courses, one: Person) -> bool:
        """Or has been, where this feed goes on with one that was cut short."""
        client = self._door.sites[one.clinic.name]
        lifts = [each.event_id for each in turns.lifting(one, courses[one])]
        was_held = any(client.find("intake", f"events/{each}") for each in lifts)
        return was_held or self._status(one) == "on-hold"

    def _is_missed(self, one: Person) -> bool:
        """The clock has found a reading missing in the patient's session."""
        client = self._door.sites[one.clinic.name]
        found = client.items("session-record", "encounters", patient_id=one.id)
        return any(each["misses"] for each in found)

    def _is_told(self, one: Person, appointment: Appointment) -> bool:
        """Before the turn, or in it."""
        is_before = appointment.dose_number < _resumes_from(one)
        return is_before or sessions.is_unwatched(one, appointment)

    def _is_active(self, one: Person) -> bool:
        return self._status(one) in ("active", "completed")

    def _status(self, one: Person) -> str:
        course = self._course(one)
        return str(course["status"]) if course else ""

    def _course(self, one: Person) -> Any | None:
        site = self._door.sites[one.clinic.name]
        return next(site.items("scheduling", "courses", patient_id=one.id), None)

    def _has_heard(self, wanted: Mapping[Person, Appointment], one: Person) -> bool:
        return readiness(self._door.sites[one.clinic.name], one.id, wanted[one]) is not None

    def _is_ready(self, wanted: Mapping[Person, Appointment], one: Person) -> bool:
        answer = readiness(self._door.sites[one.clinic.name], one.id, wanted[one])
        return answer is not None and NOT_BEFORE_LIFTED.isdisjoint(
            each["code"] for each in answer["blockers"]
        )

    def _has_every_dose(self) -> bool:
        known = sum(
            int(each["doses"])
            for client in self._door.sites.values()
            for each in client.items("outcomes", "trajectories")
        )
        return known >= self._doses


def _resumes_from(one: Person) -> int:
    """The number of the dose from which the sessions are told after the turn."""
    return RESUMING.get(one.fate, sys.maxsize if one.fate != "moved" else 0)
