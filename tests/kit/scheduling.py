"""Builders for scheduling: a roster, a cleared patient, and steps through the real routes."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from services.scheduling.adapters.events import alarms, routes
from services.scheduling.application.documents import COURSES, DAYS, STANDINGS, WALLS
from services.scheduling.domain.course.booking import book_course, horizon, open_course
from services.scheduling.domain.course.commands import BookCourse, GrantClearance
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import Standing, course_id, grant, next_course
from services.scheduling.domain.occupancy.day import Claim, Day, days_between, minutes, take
from services.scheduling.domain.occupancy.day import overlaps as overlaps_on
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.resource import PEOPLE, Licence, Resource, Roster
from shared.codec.cloudevents import Envelope, KafkaRecord
from shared.contracts import intake, session_record, site
from shared.contracts.site import Certificate, ResourceKind, WeeklyHours
from shared.kernel.policy import Policy
from shared.messaging.clock import AlarmClock, Alarms
from shared.runtime.policy_file import load
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemorySession, MemoryStore
from shared.storage.reads import Reads
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Origin, Step, Verdict
from shared.storage.store import Document

CLINIC, PATIENT = "riverside", "9b2f2b52-6c39-4a7f-8c56-0d8f3a8b8a01"
NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday, six days before the clocks change in New York."""
NINE = minutes(datetime(2026, 3, 2, 14, 0, tzinfo=UTC))
"""In the morning of NOW's day in New York."""
KINDS: tuple[ResourceKind, ...] = ("room", "chair", "monitor", "prescriber", "nurse", "therapist")
POLICY: Policy = load(Path(__file__).parents[2] / "deploy" / "policy" / "network.json")
ROUTES, ALARMS = routes(POLICY), alarms(POLICY)
HOURS = {each: route for each, route in ALARMS.items() if each is not WALLS}
LICENSED = date(2025, 1, 1), date(2040, 12, 31)
CERTIFICATES = tuple(
    Certificate(code, LICENSED[1])
    for code in sorted({code for each in POLICY.certificates.values() for code in each})
)
_numbers = itertools.count(1)
T = TypeVar("T")


def hours(
    opens: str = "09:00", closes: str = "17:00", weekdays: Iterable[int] = range(5)
) -> tuple[WeeklyHours, ...]:
    return tuple(WeeklyHours(day, opens, closes) for day in weekdays)


def a_resource(kind: ResourceKind, name: str = "", **changes: Any) -> Resource:
    """People hold every certificate that the policy asks of anybody."""
    given: dict[str, Any] = {"zone": NEW_YORK, "hours": hours()} | changes
    if kind in PEOPLE:
        given.setdefault("certificates", CERTIFICATES)
    return Resource(name or f"{kind}-1", kind, **given)


def licences_of(*resources: Resource) -> tuple[Licence, ...]:
    """One for everything that each person is declared to be."""
    return tuple(
        Licence(each.licensee, kind, *LICENSED)  # type: ignore[arg-type]  # these kinds are roles
        for each in resources
        for kind in each.kinds
        if kind in PEOPLE
    )


def roster_of(*resources: Resource) -> Roster:
    """These and no others, everybody with a licence."""
    ascending = tuple(sorted(resources, key=lambda each: each.id))
    return Roster(ascending, licences=licences_of(*ascending))


def a_roster(*resources: Resource, without: Iterable[ResourceKind] = (), **changes: Any) -> Roster:
    """The given resources, and one of each other kind."""
    there = {*without, *(each.kind for each in resources)}
    others = (a_resource(kind, **changes) for kind in KINDS if kind not in there)
    return roster_of(*resources, *others)


def granting(**changes: Any) -> GrantClearance:
    given: dict[str, Any] = {
        "event_id": "clearance",
        "at": NOW,
        "patient_id": PATIENT,
        "clearance_id": "clearance-1",
        "indication": "treatment-resistant-depression",
        "protocol": "iv-6",
        "route": "iv",
        "first_dose_by": NOW + timedelta(days=30),
        "valid_until": NOW + timedelta(days=90),
    }
    return GrantClearance(**given | changes)


def booking(**changes: Any) -> BookCourse:
    given: dict[str, Any] = {
        "event_id": "request",
        "at": NOW,
        "patient_id": PATIENT,
        "earliest": NOW,
    }
    return BookCourse(**given | changes)


def taken(start: int, end: int, appointment: str, *resources: str) -> tuple[Claim, ...]:
    """Each resource taken by itself, in minutes since the epoch."""
    return tuple(Claim(appointment, each, start, end) for each in resources)


def days_with(claims: Iterable[Claim]) -> list[Day]:
    """The days that `booking()` may use, with what is taken on them."""
    days = {day: Day(day) for day in horizon(booking())}
    for each in claims:
        for day in days_between(each.start, each.end):
            days[day] = take(days[day], each)
    return list(days.values())


def a_free_calendar(roster: Roster | None = None, *claims: Claim) -> Diary:
    """What `booking()` may use of a roster when only this is taken."""
    return Diary(roster or a_roster(), days_with(claims), POLICY)


def a_course(**changes: Any) -> tuple[Standing, Course]:
    """A cleared patient and the open course, nothing booked."""
    standing = next_course(grant(granting(**changes), Standing(PATIENT)), None)
    return standing, open_course(standing, NOW, POLICY)


def a_booked_course(**changes: Any) -> tuple[Standing, Course]:
    standing, course = a_course(**changes)
    return standing, book_course(booking(), course, standing, a_free_calendar(), POLICY)


class Clinic:
    """Scheduling over a memory store: say what happens, see what comes of it."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        self.now = NOW
        self._runner = Runner(
            "scheduling",
            self.store,
            lambda: NOW,
            lambda: sha256(f"token {next(_numbers)}".encode()).hexdigest()[:32],
            lambda _attempt: None,
            _bug,
        )

    def run(self, *steps: Step) -> list[Verdict]:
        return self._runner.run(steps)

    def say(self, data: Any, **envelope: Any) -> Verdict:
        """One posted event at the clinic's `now`."""
        return self.run(posted(data, **{"time": self.now} | envelope))[0]

    def hear(self, data: Any, **envelope: Any) -> Verdict:
        """One event from Kafka at the clinic's `now`."""
        return self.run(heard(data, **{"time": self.now} | envelope))[0]

    def staffed(self, roster: Roster | None = None) -> "Clinic":
        """Everything on the roster is declared, and every licence heard of."""
        roster = roster or a_roster()
        for licence in roster.licences:
            assert self.hear(credentialed(licence)).verdict == "accepted"
        for place in roster.sites:
            told = site.SiteDeclared(place.zone, place.hours, place.recurring, place.closures)
            assert self.say(told, subject=place.id).verdict == "accepted"
        for certificate in roster.certified:
            known = session_record.SiteCertificateKnown(certificate.valid_until)
            assert self.hear(known, subject=certificate.site).verdict == "accepted"
        for each in roster.resources:
            assert self.say(declared(each), subject=each.id).verdict == "accepted"
        return self

    def cleared(self, **changes: Any) -> "Clinic":
        assert self.hear(cleared(**changes)).verdict == "accepted"
        return self

    def booked(self) -> "Clinic":
        self.staffed().cleared()
        assert self.say(site.CourseBookingRequested(NOW)).verdict == "accepted"
        return self

    def strike(self, until: datetime | None = None) -> "Clinic":
        """What the clock strikes up to the clinic's `now`, which is then `until`."""
        self.struck(until or self.now, ALARMS)
        return self

    def struck(self, until: datetime, alarms: Alarms = HOURS) -> int:
        """How often the clock strikes up to then, but for the daily look at the zones."""
        self.now = until
        clock, strokes = AlarmClock("scheduling", self._runner, alarms, lambda: until), 0
        while latest := clock.sweep():
            strokes += latest
        return strokes

    @property
    def reads(self) -> Reads:
        return Reads(self.store, CLINIC)

    def course(self, number: int = 1, patient_id: str = PATIENT) -> Course:
        found = self.reads.get(COURSES, course_id(patient_id, number))
        assert found, "the course was not opened"
        return found.aggregate

    def standing(self) -> Standing:
        found = self.reads.get(STANDINGS, PATIENT)
        assert found, "nothing was heard of the patient"
        return found.aggregate

    def days(self) -> list[Day]:
        return [each.aggregate for each in self.reads.page(DAYS)]

    def records(self) -> list[KafkaRecord]:
        session = self.store.session()
        entries = session.where(JOURNAL, {"unsent": True}, order="order")
        return [record for entry in entries for record in records_of(entry)]

    def told(self, since: int = 0) -> list[str]:
        """The last words of the types of what was emitted, without the version."""
        types = [dict(each.headers)["ce_type"].decode() for each in self.records()]
        return [each.split(".")[-2] for each in types][since:]


def declared(resource: Resource) -> site.ResourceDeclared:
    names = [field.name for field in fields(site.ResourceDeclared)]
    return site.ResourceDeclared(**{name: getattr(resource, name) for name in names})


def credentialed(licence: Licence) -> intake.PractitionerCredentialed:
    return intake.PractitionerCredentialed(
        licence.practitioner, licence.role, licence.valid_from, licence.valid_until, licence.licence
    )


def cleared(**changes: Any) -> intake.PatientCleared:
    given: dict[str, Any] = {
        "clearance_id": "clearance-1",
        "indication": "treatment-resistant-depression",
        "protocol": "iv-6",
        "route": "iv",
        "signed_at": NOW,
        "first_dose_by": NOW + timedelta(days=30),
        "valid_until": NOW + timedelta(days=90),
        "policy": intake.PolicyUsed("network", "2026-11"),
    }
    return intake.PatientCleared(**given | changes)


def completed(clinic: Clinic, name: str) -> session_record.EncounterCompleted:
    course = clinic.course()
    appointment = course.appointment(name)
    assert appointment, f"{name} is not booked"
    return session_record.EncounterCompleted(
        f"encounter-{name}",
        appointment.id,
        course.id,
        appointment.session,
        appointment.dose_number,
        appointment.end,
    )


def dosed(clinic: Clinic, number: int) -> session_record.DoseAdministered:
    """At the hour at which it is booked."""
    course = clinic.course()
    appointment = course.appointment(f"dosing-{number}")
    assert appointment, f"dose {number} is not booked"
    return session_record.DoseAdministered(
        f"encounter-dosing-{number}", course.id, number, course.route, 35.0, 0.5, appointment.start
    )


def posted(data: Any, **envelope: Any) -> Step:
    return _step(SITE, data, **{"source": f"/clinics/{CLINIC}/sites/main"} | envelope)


def heard(data: Any, **envelope: Any) -> Step:
    number = next(_numbers)
    origin = Origin("topic", 0, number, PATIENT.encode(), b"{}", ())
    return _step("scheduling", data, origin=origin, **{"source": "/upstream"} | envelope)


def _step(
    reader: str,
    data: Any,
    *,
    source: str,
    subject: str = PATIENT,
    id: str = "",
    time: datetime = NOW,
    clinic: str = CLINIC,
    origin: Origin | None = None,
) -> Step:
    event_id = id or f"event-{next(_numbers)}"
    envelope = Envelope(event_id, source, data.type, subject, time, clinic, None, "", "", "")
    digest = sha256(repr((envelope, data)).encode()).hexdigest()
    return Step(reader, envelope, digest, b"{}", ROUTES.get(data.type), data, origin=origin)


def _bug(_step: Step, bug: Exception) -> str:
    raise AssertionError("a bug of ours") from bug


def overlaps(days: Sequence[Day]) -> list[tuple[str, int, int]]:
    """(resource, start, start) of every two claims that are more than the resource can bear."""
    return [
        (later.resource, earlier.start, later.start)
        for day in days
        for earlier, later in overlaps_on(day)
    ]


class RacingStore(MemoryStore):
    """Another writer commits between the first reading of the days and the writing."""

    def __init__(self, store: MemoryStore, rival: Callable[[], object]) -> None:
        super().__init__()
        self.collections, self._store, self._rival = store.collections, store, [rival]

    def transact(self, work: Callable[[MemorySession], T]) -> T:
        rivals = self._rival

        class Raced(MemorySession):
            def find(self, collection: str, ids: Iterable[str]) -> list[Document]:
                found = super().find(collection, ids)
                if collection == DAYS.name and rivals:
                    rivals.pop()()
                return found

        session = Raced(self.collections)
        result = work(session)
        session.commit()
        return result


class CountingStore(MemoryStore):
    """Counts the queries per collection."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__()
        self.collections = store.collections
        self.reads: Counter[str] = Counter()

    def transact(self, work: Callable[[MemorySession], T]) -> T:
        reads = self.reads

        class Counted(MemorySession):
            def find(self, collection: str, ids: Iterable[str]) -> list[Document]:
                reads[collection] += 1
                return super().find(collection, ids)

        session = Counted(self.collections)
        result = work(session)
        session.commit()
        return result
