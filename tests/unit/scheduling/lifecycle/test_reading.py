"""What a step will read is read ahead: each collection once, and only the days that are touched."""

from collections.abc import Callable

import pytest

from services.scheduling.application.documents import DAYS
from services.scheduling.domain.appointments.calendar import days_of
from shared.contracts import site
from tests.kit.scheduling import NOW, Clinic, CountingStore, a_resource, a_roster
from tests.unit.scheduling.lifecycle.test_slots import (
    DAY,
    DOSE,
    HOUR,
    INTEGRATION,
    MONDAY_9,
    PREPARATION,
    asking,
    slot,
)

Asked = Callable[[Clinic], object]
ASKED: dict[str, Asked] = {
    "slots": lambda _: asking(slot("dosing-2", MONDAY_9 + 7 * DAY)),
    "forced": lambda _: site.CourseBookingForced(
        (slot("dosing-2", MONDAY_9 + 7 * DAY),), "dr-1", "urgent"
    ),
    "cancelled": lambda clinic: site.AppointmentCancelled(
        clinic.course().appointments[0].id, "mistake"
    ),
    "moved": lambda clinic: site.AppointmentRescheduled(
        clinic.course().appointments[2].id, INTEGRATION.start + HOUR, "mistake"
    ),
    "joined": lambda _: site.WaitingListJoined(NOW, NOW + DAY),
}


@pytest.fixture
def clinic() -> Clinic:
    clinic = Clinic().staffed(a_roster(a_resource("room", places=6))).cleared()
    clinic.say(asking(PREPARATION, DOSE, INTEGRATION))
    return clinic


@pytest.mark.parametrize("name", ASKED)
def test_each_collection_is_read_once(clinic: Clinic, name: str) -> None:
    said = ASKED[name](clinic)
    counted = CountingStore(clinic.store)

    assert Clinic(counted).say(said).verdict == "accepted"

    days = 2 if name == "cancelled" else 1  # which days it took is known with its course
    assert {count for store, count in counted.reads.items() if store != DAYS.name} == {1}
    assert counted.reads[DAYS.name] <= days


def test_a_group_is_opened_with_one_reading(clinic: Clinic) -> None:
    counted = CountingStore(clinic.store)
    opened = site.GroupOpened(MONDAY_9 + 8 * DAY, 90, 4)

    assert Clinic(counted).say(opened, subject="circle").verdict == "accepted"

    assert set(counted.reads.values()) == {1}


def test_a_session_touches_its_day_and_the_next_where_it_could_reach_it() -> None:
    assert days_of([MONDAY_9 - 9 * HOUR]) == ("2026-03-02",)
    assert days_of([MONDAY_9 + 6 * HOUR]) == ("2026-03-02", "2026-03-03")
    assert days_of([MONDAY_9 - 13 * HOUR]) == ("2026-03-01", "2026-03-02")
