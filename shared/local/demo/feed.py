"""Feeds the demo in the order life has it, for all patients at once, and waits where life waits.

Only the public HTTP API is used, with the sites' own credentials.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import Any

from shared.client.connection import connect
from shared.client.errors import ClientError
from shared.contracts import site
from shared.local.demo import admission, assessments, sessions
from shared.local.demo.clinics import CLINICS, Clinic, certificate, credentials, resources
from shared.local.demo.door import Door, Progress, Summary, appointments, readiness
from shared.local.demo.people import TURN, WEEKS, Fate, Person, cohort
from shared.local.demo.story import Appointment, Happening
from shared.local.engines import Problem
from shared.runtime.clock import utc_now

SEED = 11
EVENTS_PER_COURSE = 110
LIFTED_AFTER, WITHDRAWN_AFTER = timedelta(hours=21), timedelta(days=1)
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
        self._until = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._people = [
            one for clinic in CLINICS for one in cohort(clinic, seed, self._until.date())
        ]
        self._dosed = [each for each in self._people if each.is_dosed]
        self._doses = 0
        self._door = Door(network, progress, EVENTS_PER_COURSE * len(self._dosed))

    def run(self) -> Summary:
        began = monotonic()
        for phase in (self._admit, self._book, self._treat, self._turn, self._resume, self._settle):
            phase()
        return Summary(
            events=self._door.verdicts.total(),
            seconds=round(monotonic() - began, 1),
            verdicts=dict(self._door.verdicts),
            patients=len(self._people),
            doses=self._doses,
            surprises=tuple(self._door.surprises),
        )

    def _admit(self) -> None:
        opening = self._until - timedelta(weeks=WEEKS + 2)
        for clinic in CLINICS:
            told = resources(clinic, opening) + credentials(clinic, opening)
            told.append(certificate(opening))
            self._door.post(clinic.name, told)
        self._post(self._people, lambda one: admission.admission(one, self._until))
        self._wait(self._course_is_open, self._dosed, "scheduling has not opened every course")

    def _book(self) -> None:
        self._post(self._dosed, lambda one: [admission.course_request(one)])
        courses = self._courses(self._dosed)
        last = {one: those[-1] for one, those in courses.items() if those}
        heard = partial(self._has_heard, last)
        self._wait(heard, list(last), "session-record has not heard of every appointment")

    def _treat(self) -> None:
        """Every session that took place, and the answers around them; for some up to a turn."""
        courses = {
            one: [each for each in those if one.fate != "recovers" or each.dose_number <= TURN]
            for one, those in self._courses(self._dosed).items()
        }
        self._tell(courses, courses)

    def _turn(self) -> None:
        """Consents end; holds that the answers have brought about are lifted for some."""
        courses = self._courses(self._dosed)
        ended = site.ConsentWithdrawn("patient-request")
        withdrawing = partial(_after_the_turn, courses, ended, WITHDRAWN_AFTER)
        self._post(self._with("withdraws"), withdrawing)
        held = [one for one in self._with("at-risk", "recovers") if _has_turned(courses[one])]
        lifted = site.HoldLifted("psychiatrist-1", "seen-face-to-face")
        lifting = partial(_after_the_turn, courses, lifted, LIFTED_AFTER)
        self._wait(partial(self._is_held, lifting), held, "a safety hold is not heard of")
        recovered = [one for one in held if one.fate == "recovers"]
        self._post(recovered, lifting)
        self._wait(self._is_active, recovered, "a safety hold is not lifted")

    def _resume(self) -> None:
        courses = self._courses(self._with("recovers"))
        rest = {
            one: [each for each in those if each.dose_number > TURN]
            for one, those in courses.items()
        }
        first = {one: those[0] for one, those in rest.items() if those}
        ready = partial(self._is_ready, first)
        self._wait(ready, list(first), "session-record has not heard that a hold was lifted")
        self._tell(rest, courses)

    def _settle(self) -> None:
        self._door.await_deferred()
        self._door.wait(self._has_every_dose, "outcomes has not heard of every dose")
        operations = connect(self._network, "operations")
        for service in self._network["services"]:
            for lane in operations.items(service, "lanes"):
                self._door.surprises.append(f"{service} parked {lane['lane']}: {lane['reason']}")

    def _tell(self, courses: Courses, whole: Courses) -> None:
        """These sessions, the answers around them, and what follows the `whole` courses."""
        self._post(
            courses,
            lambda one: [told for each in courses[one] for told in sessions.encounter(one, each)],
        )
        self._doses += sum(each.session == "dosing" for those in courses.values() for each in those)
        over = {one for one in courses if one.fate != "recovers" or courses is not whole}
        self._post(
            courses,
            lambda one: [
                *assessments.during(one, courses[one]),
                *(assessments.afterwards(one, whole[one], self._until) if one in over else ()),
            ],
        )

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

    def _course_is_open(self, one: Person) -> bool:
        return bool(self._course(one))

    def _is_held(self, lifting: Callable[[Person], list[Happening]], one: Person) -> bool:
        """Or has been, where this feed goes on with one that was cut short."""
        client = self._door.sites[one.clinic.name]
        lifts = [each.event_id for each in lifting(one)]
        was_held = any(client.find("intake", f"events/{each}") for each in lifts)
        return was_held or self._status(one) == "on-hold"

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


def _has_turned(course: Sequence[Appointment]) -> bool:
    return any(each.session == "integration" and each.dose_number == TURN for each in course)


def _after_the_turn(
    courses: Courses, data: object, later: timedelta, one: Person
) -> list[Happening]:
    """It happens so long after the integration of the dose at which things turn."""
    return [
        Happening(one.id, each.start + later, data)
        for each in courses[one]
        if each.session == "integration" and each.dose_number == TURN
    ]
