"""All sessions of a course are booked where the rules allow, or none, with the reasons."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from services.scheduling.domain.course.booking import book_course, open_course
from services.scheduling.domain.course.commands import CancelAppointment, FulfilAppointment
from services.scheduling.domain.course.course import Appointment, Course, cancel, fulfil
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import Claim, minutes
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.resource import Roster
from shared.contracts.site import ResourceKind
from shared.kernel.errors import Rejected
from tests.kit.scheduling import (
    NOW,
    PATIENT,
    POLICY,
    a_booked_course,
    a_course,
    a_free_calendar,
    a_resource,
    a_roster,
    booking,
    hours,
    taken,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def booked(
    roster: Roster | None = None, *claims: Claim, earliest: datetime = NOW, **clearance: object
) -> Course:
    standing, course = a_course(**clearance)
    free = a_free_calendar(roster, *claims)
    return book_course(booking(earliest=earliest), course, standing, free, POLICY)


def refused(
    course: Course, standing: Standing, free: Diary | None = None, at: datetime = NOW
) -> Rejected:
    with pytest.raises(Rejected) as refusal:
        book_course(
            booking(at=at, earliest=at), course, standing, free or a_free_calendar(), POLICY
        )
    return refusal.value


def codes(refusal: Rejected) -> list[str]:
    return [each.code for each in refusal.blockers]


def of(course: Course, name: str) -> Appointment:
    found = course.appointment(name)
    assert found, f"{name} has no appointment"
    return found


def without(course: Course, *names: str) -> Course:
    for name in names:
        command = CancelAppointment("c", NOW, PATIENT, of(course, name).id, "patient-request")
        course = cancel(command, course)
    return course


def done(course: Course, *names: str) -> Course:
    for name in names:
        each = of(course, name)
        course = fulfil(FulfilAppointment("f", NOW, PATIENT, course.id, each.id, each.end), course)
    return course


def a_load(start: datetime, end: datetime, *resources: str) -> tuple[Claim, ...]:
    return taken(minutes(start), minutes(end), "other", *resources)


def test_every_session_of_the_protocol_is_booked_in_order() -> None:
    course = booked()

    names = [each.name for each in course.appointments]
    assert names[:3] == ["preparation-1", "dosing-1", "integration-1"]
    assert names[-1] == "integration-6"
    assert len({each.id for each in course.appointments}) == len(names) == 13
    assert [each.start for each in course.appointments] == sorted(
        each.start for each in course.appointments
    )


def test_a_dosing_session_has_everybody_and_everything_for_its_whole_length() -> None:
    dose = of(booked(), "dosing-1")

    assert dose.resources == (
        "room-1",
        "chair-1",
        "monitor-1",
        "prescriber-1",
        "nurse-1",
        "therapist-1",
    )
    assert dose.end - dose.start == timedelta(minutes=150)


def test_a_protocol_that_the_policy_does_not_have_is_refused() -> None:
    standing, _ = a_course()
    assert standing.clearance
    for change in ({"protocol": "iv-99"}, {"route": "im"}):
        cleared = replace(standing.clearance, **change)  # type: ignore[arg-type]
        unknown = replace(standing, clearance=cleared)

        with pytest.raises(Rejected) as refusal:
            open_course(unknown, NOW, POLICY)

        assert refusal.value.code == "unknown-protocol"


def test_doses_keep_the_larger_of_the_protocol_s_gap_and_the_network_s() -> None:
    standing, course = a_course()
    stricter = replace(POLICY, values={**POLICY.values, "dose.min_gap_h": 100})

    stretched = book_course(booking(), course, standing, a_free_calendar(), stricter)

    for policy_course, gap in ((booked(), 72), (stretched, 100)):
        doses = [each.start for each in policy_course.appointments if each.session == "dosing"]
        assert min(b - a for a, b in pairwise(doses)) >= gap * HOUR
    assert stretched.booked_under
    assert stretched.booked_under.values["dose.min_gap_h"] == 100


def test_doses_keep_their_gap_from_the_last_dose_of_an_earlier_course() -> None:
    standing, course = a_course()
    after = replace(standing, last_dose_at=NOW - HOUR)

    first = of(book_course(booking(), course, after, a_free_calendar(), POLICY), "dosing-1")

    assert first.start >= NOW - HOUR + 72 * HOUR


def test_a_course_waits_for_what_still_stands_of_the_one_before() -> None:
    standing, course = a_course()
    busy = replace(standing, busy_until=NOW + 2 * DAY)

    first = book_course(booking(), course, busy, a_free_calendar(), POLICY).appointments[0]

    assert first.start >= NOW + 2 * DAY


def test_nothing_is_booked_before_the_event_that_asks_for_it() -> None:
    assert booked(earliest=NOW - 30 * DAY) == booked(earliest=NOW)


def test_nothing_is_booked_on_hold_and_every_reason_is_named() -> None:
    standing, course = a_course()
    held = replace(standing, reasons=("safety-hold", "consent-withdrawn"))

    refusal = refused(course, held)

    assert refusal.code == "on-hold"
    assert codes(refusal) == ["safety-hold", "consent-withdrawn"]


def test_integration_can_be_booked_on_hold() -> None:
    standing, course = a_booked_course()
    held = replace(standing, reasons=("safety-hold",))
    open_again = without(course, "integration-6")

    again = book_course(booking(event_id="2"), open_again, held, a_free_calendar(), POLICY)

    assert of(again, "integration-6").start == of(course, "integration-6").start


def test_a_course_with_all_its_appointments_has_nothing_to_book() -> None:
    standing, course = a_booked_course()

    assert refused(course, standing).code == "nothing-to-book"


@pytest.mark.parametrize("kind", ["monitor", "prescriber", "nurse"])
def test_the_kind_of_resource_that_is_missing_is_named(kind: ResourceKind) -> None:
    standing, course = a_course()

    refusal = refused(course, standing, a_free_calendar(a_roster(without=[kind])))

    assert refusal.code == "no-capacity"
    assert refusal.reason.startswith("dosing-1 finds no place")
    assert codes(refusal) == [f"no-{kind}", "first-dose-in-time"]


def test_resources_that_are_never_free_together_are_named_as_such() -> None:
    nights = a_resource("nurse", hours=hours("18:00", "22:00"))
    standing, course = a_course()

    refusal = refused(course, standing, a_free_calendar(a_roster(nights)))

    assert codes(refusal) == ["no-common-time", "first-dose-in-time"]


def test_a_window_that_a_rule_closes_is_explained_by_the_rule() -> None:
    standing, course = a_course(first_dose_by=NOW + HOUR)

    refusal = refused(course, standing)

    assert codes(refusal) == ["first-dose-in-time"]


def test_the_clearance_ends_the_course_that_does_not_fit_into_it() -> None:
    standing, course = a_course(valid_until=NOW + 10 * DAY)

    refusal = refused(course, standing)

    assert refusal.reason.startswith("dosing-4 cannot start before")
    assert codes(refusal) == ["doses-while-cleared"]


def test_a_dose_moves_on_until_its_integration_finds_a_place() -> None:
    only_mondays = a_resource("therapist", hours=hours(weekdays=[0]))
    everyone = [a_resource("therapist", "therapist-2", hours=hours(weekdays=[4])), only_mondays]

    dose, integration = booked(a_roster(*everyone), protocol="iv-6").appointments[1:3]

    assert (dose.start.weekday(), integration.start.weekday()) == (4, 0)


def test_the_integration_that_finds_no_place_is_named_not_the_dose_it_moves() -> None:
    standing, course = a_course()
    fridays = a_resource("therapist", hours=hours(weekdays=[4]))

    refusal = refused(course, standing, a_free_calendar(a_roster(fridays)))

    assert refusal.reason.startswith("integration-1")
    assert codes(refusal) == ["no-therapist", "integration-in-window"]


def test_one_therapist_accompanies_the_whole_course_where_one_can() -> None:
    first = a_resource("therapist", "therapist-1")
    second = a_resource("therapist", "therapist-2")
    holiday = a_load(NOW + 9 * DAY, NOW + 16 * DAY, first.id)

    course = booked(a_roster(first, second), *holiday)

    assert {each.therapist for each in course.appointments} == {"therapist-2"}


def test_therapists_take_turns_where_no_one_can_alone() -> None:
    mondays = a_resource("therapist", "therapist-1", hours=hours(weekdays=[0]))
    tuesdays = a_resource("therapist", "therapist-2", hours=hours(weekdays=[1]))

    course = booked(a_roster(mondays, tuesdays), protocol="im-4", route="im")

    assert {each.therapist for each in course.appointments} == {"therapist-1", "therapist-2"}


def test_a_therapist_who_began_goes_on() -> None:
    both = [a_resource("therapist", "therapist-1"), a_resource("therapist", "therapist-2")]
    standing, course = a_booked_course()
    seconds = replace(
        course, appointments=tuple(replace(a, therapist="therapist-2") for a in course.appointments)
    )
    open_again = without(seconds, "dosing-6", "integration-6")

    free = a_free_calendar(a_roster(*both))
    again = book_course(booking(event_id="2"), open_again, standing, free, POLICY)

    assert [each.therapist for each in again.appointments[-2:]] == ["therapist-2"] * 2


def test_a_session_cancelled_in_the_middle_is_booked_between_the_others() -> None:
    standing, course = a_booked_course()
    open_again = without(course, "dosing-3")

    again = book_course(booking(event_id="2"), open_again, standing, a_free_calendar(), POLICY)

    assert of(again, "dosing-3").start == of(course, "dosing-3").start
    assert of(again, "dosing-3").id != of(course, "dosing-3").id


def test_what_stands_in_the_way_is_named() -> None:
    standing, course = a_booked_course()
    open_again = without(course, "dosing-1")

    refusal = refused(open_again, standing, at=of(course, "integration-1").start - 2 * HOUR)

    assert refusal.code == "no-capacity"
    assert codes(refusal)[0] == "stands"
    assert refusal.reason.startswith("integration-1")


def test_a_missed_integration_of_a_given_dose_is_booked_as_soon_as_possible() -> None:
    standing, course = a_booked_course()
    given = done(course, "preparation-1", "dosing-1")
    open_again = without(given, *(each.name for each in given.appointments if each.stands))
    late = NOW + 10 * DAY

    again = book_course(
        booking(event_id="2", at=late, earliest=late),
        open_again,
        standing,
        a_free_calendar(),
        POLICY,
    )

    assert of(again, "integration-1").start - late < DAY


def test_a_preparation_too_long_ago_is_held_once_more() -> None:
    standing, course = a_booked_course()
    prepared = done(course, "preparation-1")
    open_again = without(prepared, *(each.name for each in prepared.appointments if each.stands))
    late = NOW + 20 * DAY

    again = book_course(
        booking(event_id="2", at=late, earliest=late),
        open_again,
        standing,
        a_free_calendar(),
        POLICY,
    )

    assert of(again, "dosing-1").start - of(again, "preparation-1").start <= 14 * DAY


def test_no_preparation_is_booked_after_the_first_dose() -> None:
    standing, course = a_booked_course()
    given = done(without(course, "preparation-1", "integration-6"), "dosing-1")

    again = book_course(booking(event_id="2"), given, standing, a_free_calendar(), POLICY)

    assert again.appointment("preparation-1") is None
    assert again.appointment("integration-6")
