"""Nobody is booked twice: real processes and threads race over a real MongoDB (issue 5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.scheduling.application.documents import APPOINTMENTS, COLLECTIONS, COURSES
from services.scheduling.domain.course.course import Appointment, Course
from shared.contracts import intake, site
from shared.contracts.site import ResourceKind, WeeklyHours
from shared.local.engines import Engines
from shared.storage.mongo import MongoStore
from shared.storage.reads import Reads
from tests.kit.calendar.load import put
from tests.kit.calendar.overlap import sweep
from tests.kit.calendar.racing import (
    POLICY,
    PROTOCOL,
    Entry,
    Field,
    dealt,
    field_of,
    run_all,
)
from tests.kit.engines import fresh_database
from tests.kit.scheduling import KINDS, NOW, a_resource, cleared, roster_of

PROCESSES, CLIENTS = 4, 200
PLENTY = 5
DAY = timedelta(days=1)
ALWAYS = tuple(WeeklyHours(day, "00:00", "24:00") for day in range(7))
ONE_DOSE = (WeeklyHours(2, "13:00", "15:30"),)
"""Wednesdays: the first is two days after NOW, the second is too late for the first dose."""
REQUEST = site.CourseBookingRequested(NOW + DAY)


@pytest.fixture(scope="module")
def uri(engines: Engines) -> str:
    return fresh_database(engines)


@pytest.fixture(scope="module")
def store(uri: str) -> Iterator[MongoStore]:
    """One database for every race: each has a clinic of its own."""
    store = MongoStore(uri)
    store.prepare(COLLECTIONS)
    yield store
    store.close()


@pytest.fixture(scope="module")
def field(uri: str) -> Iterator[Field]:
    with field_of(uri, PROCESSES) as field:
        yield field


def a_clinic(store: MongoStore, clinic: str, patients: int, scarce: ResourceKind | None) -> None:
    """One of the scarce kind, there for one dose only; of all else there is plenty."""
    named = [
        a_resource(kind, f"{kind}-{number}", zone="Etc/UTC", hours=ALWAYS)
        for kind in KINDS
        if kind != scarce
        for number in range(PLENTY)
    ]
    if scarce:
        named.append(a_resource(scarce, f"{scarce}-1", zone="Etc/UTC", hours=ONE_DOSE))
    put(store, clinic, roster_of(*named), [])
    data = cleared(protocol=PROTOCOL, first_dose_by=NOW + 5 * DAY)
    names = patients_of(clinic, patients)
    opening = [Entry(clinic, f"cleared-{each}", each, data, heard=True) for each in names]
    assert all(each.verdict == "accepted" for each in run_all(store, opening))


def patients_of(clinic: str, count: int) -> list[str]:
    return [f"{clinic}-{number}" for number in range(count)]


def bookings(clinic: str, count: int) -> list[Entry]:
    return [Entry(clinic, f"book-{each}", each, REQUEST) for each in patients_of(clinic, count)]


def courses_of(store: MongoStore, clinic: str) -> list[Course]:
    return [each.aggregate for each in Reads(store, clinic).page(COURSES)]


def doses_of(store: MongoStore, clinic: str, status: str = "booked") -> list[Appointment]:
    return [
        each
        for course in courses_of(store, clinic)
        for each in course.appointments
        if (each.session, each.status) == ("dosing", status)
    ]


def test_of_two_hundred_who_race_for_the_last_monitor_exactly_one_gets_it(
    store: MongoStore, field: Field
) -> None:
    a_clinic(store, "monitor", CLIENTS, "monitor")

    outcome = field.race(*dealt(bookings("monitor", CLIENTS), PROCESSES))

    assert outcome.counted() == {"accepted": 1, "no-capacity": CLIENTS - 1}
    assert outcome.conflicts > 0, "nobody raced anybody"
    [dose] = doses_of(store, "monitor")
    assert dose.start == datetime(2026, 3, 4, 13, tzinfo=UTC)
    [winner] = outcome.accepted()
    assert winner == f"book-{patient_with(store, dose)}"
    assert sweep(store) == []


def test_a_nurse_who_watches_two_is_given_to_exactly_two(store: MongoStore, field: Field) -> None:
    a_clinic(store, "nurse", 50, "nurse")

    outcome = field.race(*dealt(bookings("nurse", 50), PROCESSES))

    assert POLICY["ratio.iv.nurse"] == 2
    assert outcome.counted() == {"accepted": 2, "no-capacity": 48}
    assert len(doses_of(store, "nurse")) == 2
    assert sweep(store) == []


def test_a_hold_that_races_a_booking_leaves_no_dose_standing(
    store: MongoStore, field: Field
) -> None:
    a_clinic(store, "held", 50, None)
    booked = bookings("held", 50)
    raised = intake.SafetyHoldRaised(())
    held = [replace(each, event_id=f"hold-{each.patient_id}", data=raised, heard=True)
            for each in booked]  # fmt: skip

    outcome = field.race(*dealt(booked, PROCESSES - 1), held)

    assert set(outcome.counted()) <= {"accepted", "on-hold"}
    assert outcome.conflicts > 0, "nobody raced anybody"
    assert doses_of(store, "held") == []
    held_by = {each.held_by for each in courses_of(store, "held")}
    assert held_by == {("safety-hold",)}
    pending = len(doses_of(store, "held", "pending"))
    assert len(outcome.accepted()) == len(held) + pending
    assert sweep(store) == []


def patient_with(store: MongoStore, dose: Appointment) -> str:
    line = Reads(store, "monitor").get(APPOINTMENTS, dose.id)
    assert line
    return line.aggregate.patient_id
