"""A group is one room and one therapist for several patients, as many as it has seats."""

from typing import Any

import pytest

from services.scheduling.application.appointments import views
from shared.contracts import session_record, site
from shared.storage.steps import Verdict
from tests.kit.scheduling import NOW, Clinic, a_resource, a_roster, cleared, overlaps
from tests.unit.scheduling.lifecycle.test_slots import (
    DAY,
    HOUR,
    INTEGRATION,
    MONDAY_9,
    asking,
    codes,
    slot,
)

MEETS = INTEGRATION.start
PATIENTS = [f"0b2f2b52-6c39-4a7f-8c56-0d8f3a8b8b{number:02}" for number in range(8)]


def opening(**changes: Any) -> site.GroupOpened:
    given: dict[str, Any] = {"start": MEETS, "length_min": 90, "seats": 3}
    return site.GroupOpened(**given | changes)


def opened(clinic: Clinic, **changes: Any) -> Verdict:
    return clinic.say(opening(**changes), subject="circle")


def takes_part(clinic: Clinic, patient: str) -> Verdict:
    return clinic.say(asking(slot("integration-1", MEETS, group="circle")), subject=patient)


@pytest.fixture
def clinic() -> Clinic:
    clinic = Clinic().staffed(a_roster(a_resource("room", places=6)))
    for each in PATIENTS:
        clinic.hear(cleared(), subject=each)
    return clinic


@pytest.fixture
def circle(clinic: Clinic) -> Clinic:
    assert opened(clinic).verdict == "accepted"
    return clinic


def test_as_many_take_part_as_there_are_seats(circle: Clinic) -> None:
    verdicts = [takes_part(circle, each) for each in PATIENTS[:4]]

    assert [each.verdict for each in verdicts] == ["accepted"] * 3 + ["rejected"]
    assert (verdicts[3].code, codes(verdicts[3])) == ("no-capacity", ["group-full"])
    [view] = views.groups(circle.reads, "", 10)
    assert (view.aggregate.seats, view.aggregate.taken) == (3, 3)
    assert overlaps(circle.days()) == []


def test_who_takes_part_has_an_appointment_of_the_groups_length(circle: Clinic) -> None:
    takes_part(circle, PATIENTS[0])

    [found] = circle.course(patient_id=PATIENTS[0]).appointments
    assert (found.end - found.start, found.group) == (1.5 * HOUR, "circle")
    assert found.resources == ("room-1", "therapist-1")
    value = circle.records()[-1].value
    assert value is not None
    assert b'"group":"circle"' in value


def test_nobody_else_gets_its_room_and_therapist_from_its_opening_on(circle: Clinic) -> None:
    alone = circle.say(asking(slot("integration-1", MEETS)), subject=PATIENTS[0])

    assert alone.code == "no-capacity"
    assert "room-1 is taken by circle until 2026-03-05 15:30 UTC" in {
        each.words for each in alone.blockers
    }


def test_a_seat_that_is_given_back_can_be_taken(circle: Clinic) -> None:
    for each in PATIENTS[:3]:
        takes_part(circle, each)
    [left] = circle.course(patient_id=PATIENTS[0]).appointments
    circle.say(site.AppointmentCancelled(left.id, "ill"), subject=PATIENTS[0])

    assert takes_part(circle, PATIENTS[3]).verdict == "accepted"


def test_one_more_than_there_are_seats_can_be_forced(circle: Clinic) -> None:
    for each in PATIENTS[:3]:
        takes_part(circle, each)
    forced = site.CourseBookingForced(
        (slot("integration-1", MEETS, group="circle"),), "dr-1", "urgent"
    )

    assert circle.say(forced, subject=PATIENTS[3]).verdict == "accepted"
    assert circle.course(patient_id=PATIENTS[3]).appointments[0].overbooked == "urgent"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (slot("dosing-1", MEETS, group="circle"), "not-for-groups"),
        (slot("integration-1", MEETS + HOUR, group="circle"), "not-the-group-s-time"),
        (slot("integration-1", MEETS, "nurse-1", group="circle"), "resource-not-needed"),
        (slot("integration-1", MEETS, group="square"), "unknown-group"),
    ],
)
def test_only_an_integration_at_its_very_time_takes_part(
    circle: Clinic, wanted: site.SlotWanted, code: str
) -> None:
    assert circle.say(asking(wanted), subject=PATIENTS[0]).code == code


def test_a_group_is_no_way_around_the_rules(circle: Clinic) -> None:
    circle.say(asking(slot("dosing-1", MONDAY_9 + DAY)), subject=PATIENTS[0])
    circle.say(opening(start=MONDAY_9 + 10 * DAY), subject="late")

    late = asking(slot("integration-1", MONDAY_9 + 10 * DAY, group="late"))

    assert circle.say(late, subject=PATIENTS[0]).code == "rule-broken"


def test_a_cancelled_group_cancels_every_seat_and_opens_the_sessions_again(circle: Clinic) -> None:
    for each in PATIENTS[:2]:
        takes_part(circle, each)

    assert circle.say(site.GroupCancelled("therapist-ill"), subject="circle").verdict == "accepted"

    for each in PATIENTS[:2]:
        [found] = circle.course(patient_id=each).appointments
        assert (found.status, found.reason) == ("cancelled", "therapist-ill")
    assert [day.claims for day in circle.days()] == [()]
    assert takes_part(circle, PATIENTS[2]).code == "group-cancelled"
    assert circle.say(site.GroupCancelled("again"), subject="circle").code == "group-cancelled"
    [view] = views.groups(circle.reads, "", 10)
    assert (view.aggregate.status, view.aggregate.taken) == ("cancelled", 0)


def test_who_had_a_seat_gets_another_proposal_from_replanning(circle: Clinic) -> None:
    circle.say(asking(slot("dosing-1", MONDAY_9 + DAY)), subject=PATIENTS[0])
    takes_part(circle, PATIENTS[0])

    circle.say(site.GroupCancelled("therapist-ill"), subject="circle")
    circle.strike(NOW)

    found = circle.course(patient_id=PATIENTS[0]).appointment("integration-1")
    assert found
    assert (found.status, found.group) == ("proposed", "")


def test_what_was_held_stays_when_the_group_is_cancelled_too_late(circle: Clinic) -> None:
    takes_part(circle, PATIENTS[0])
    circle.now = MEETS

    assert circle.say(site.GroupCancelled("late"), subject="circle").code == "in-the-past"


def test_a_group_cannot_be_cancelled_that_never_was(clinic: Clinic) -> None:
    assert clinic.say(site.GroupCancelled("mistake"), subject="square").code == "unknown-group"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": NOW - DAY}, "in-the-past"),
        ({"seats": 7}, "too-many-seats"),
        ({"start": MEETS + 12 * HOUR}, "no-capacity"),
        ({"start": MEETS + HOUR / 7}, "odd-start"),
        ({"resources": ("room-of-another-clinic",)}, "unknown-resource"),
        ({"resources": ("monitor-1",)}, "resource-not-needed"),
    ],
)
def test_a_group_that_cannot_be_is_not_opened(
    clinic: Clinic, changes: dict[str, Any], code: str
) -> None:
    assert opened(clinic, **changes).code == code
    assert clinic.days() == []


def test_a_group_needs_a_room_with_its_places() -> None:
    clinic = Clinic().staffed(a_roster(a_resource("room", "room-0"), a_resource("room", places=2)))

    assert opened(clinic, seats=3).code == "too-few-places"
    assert opened(clinic, seats=2, resources=("room-0",)).code == "too-few-places"
    assert opened(clinic, seats=2).verdict == "accepted"
    [view] = views.groups(clinic.reads, "", 10)
    assert view.aggregate.resources == ("room-1", "therapist-1")


def test_a_group_is_opened_once(circle: Clinic) -> None:
    assert opened(circle).code == "group-exists"


def test_the_course_goes_on_when_the_group_was_held(circle: Clinic) -> None:
    takes_part(circle, PATIENTS[0])
    [seat] = circle.course(patient_id=PATIENTS[0]).appointments
    done = session_record.EncounterCompleted(
        "encounter", seat.id, circle.course(patient_id=PATIENTS[0]).id, "integration", 1, seat.end
    )

    assert circle.hear(done, subject=PATIENTS[0]).verdict == "accepted"

    assert circle.course(patient_id=PATIENTS[0]).is_done("integration-1")
