"""What happens to a course after it is booked."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.scheduling.domain.course.commands import (
    CancelAppointment,
    CountDose,
    FulfilAppointment,
    HoldDosing,
)
from services.scheduling.domain.course.course import Appointment, Course, cancel, count_dose, fulfil
from services.scheduling.domain.course.holds import hold_dosing, resume_dosing, revoke
from services.scheduling.domain.course.standing import Standing, hold, lift
from services.scheduling.domain.course.told import events
from services.scheduling.domain.occupancy.day import Claim, Day, days_between, take
from shared.contracts import scheduling
from shared.kernel.errors import Rejected
from tests.kit.scheduling import NOW, PATIENT, a_booked_course

STANDING, COURSE = a_booked_course()
LAST = COURSE.protocol.doses


def of(course: Course, name: str) -> Appointment:
    found = course.appointment(name)
    assert found, f"{name} has no appointment"
    return found


def held(at: datetime = NOW) -> tuple[Standing, Course]:
    standing = hold(HoldDosing("hold", at, PATIENT, "safety-hold"), STANDING)
    return standing, hold_dosing(COURSE, standing, at)


def days(course: Course, *claims: Claim) -> dict[str, Day]:
    """Every day of the course, with nothing but this on them."""
    touched = {day for each in course.appointments for day in each.days}
    found = {day: Day(day) for day in touched}
    for each in claims:
        for day in days_between(each.start, each.end):
            found[day] = take(found[day], each)
    return found


def fulfilled(course: Course, name: str) -> Course:
    done = of(course, name)
    return fulfil(FulfilAppointment("done", NOW, PATIENT, course.id, done.id, done.end), course)


def test_a_safety_event_holds_every_dose_to_come_and_nothing_else() -> None:
    _, course = held()

    assert {each.session for each in course.appointments if each.status == "pending"} == {"dosing"}
    assert {each.status for each in course.appointments if each.session != "dosing"} == {"booked"}
    assert course.status == "on-hold"


def test_a_dose_that_has_begun_is_not_held() -> None:
    _, course = held(at=of(COURSE, "dosing-1").start)

    assert of(course, "dosing-1").status == "booked"
    assert of(course, "dosing-2").status == "pending"


def test_held_doses_stand_again_when_the_last_reason_is_lifted() -> None:
    standing, course = held()
    twice = replace(standing, reasons=(*standing.reasons, "consent-withdrawn"))

    waiting = resume_dosing(course, lift("safety-hold", twice), NOW, days(course))
    resumed = resume_dosing(waiting, lift("safety-hold", standing), NOW, days(course))

    assert waiting.held_by == ("consent-withdrawn",)
    assert of(waiting, "dosing-1").status == "pending"
    assert resumed.appointments == COURSE.appointments


def test_a_held_dose_whose_time_was_taken_is_called_off() -> None:
    standing, course = held()
    room = next(each for each in of(course, "dosing-2").claims if each.resource == "room-1")
    other = replace(room, appointment_id="other", share="")

    resumed = resume_dosing(course, lift("safety-hold", standing), NOW, days(course, other))

    assert resumed.appointment("dosing-2") is None
    assert [each.reason for each in resumed.appointments if each.reason] == ["time-taken"]


def test_a_held_dose_whose_time_has_passed_is_called_off() -> None:
    standing, course = held()
    late = of(course, "dosing-1").start

    resumed = resume_dosing(course, lift("safety-hold", standing), late, days(course))

    assert [each.reason for each in resumed.appointments if each.reason] == ["time-passed"]


def test_a_held_dose_that_the_clearance_no_longer_covers_is_called_off() -> None:
    standing, course = held()
    assert standing.clearance
    until = of(course, f"dosing-{LAST}").start - timedelta(minutes=1)
    shorter = replace(standing, clearance=replace(standing.clearance, valid_until=until))

    resumed = resume_dosing(course, lift("safety-hold", shorter), NOW, days(course))

    assert [each.reason for each in resumed.appointments if each.reason] == ["clearance-ended"]


def test_a_cancelled_session_can_be_booked_again() -> None:
    command = CancelAppointment("c", NOW, PATIENT, of(COURSE, "dosing-2").id, "patient-request")

    assert cancel(command, COURSE).appointment("dosing-2") is None


@pytest.mark.parametrize("name", ["preparation-1", "integration-1"])
def test_what_is_fulfilled_cannot_be_cancelled(name: str) -> None:
    done = fulfilled(COURSE, name)

    with pytest.raises(Rejected) as refusal:
        cancel(CancelAppointment("c", NOW, PATIENT, of(done, name).id, "other"), done)

    assert refusal.value.code == "not-cancellable"


def test_an_appointment_that_the_course_does_not_have_is_refused() -> None:
    with pytest.raises(Rejected) as refusal:
        cancel(CancelAppointment("c", NOW, PATIENT, "nothing", "other"), COURSE)

    assert refusal.value.code == "unknown-appointment"


def test_the_course_is_completed_with_its_last_integration() -> None:
    given = count_dose(CountDose("d", NOW, PATIENT, COURSE.id, 1, NOW), COURSE)

    done = fulfilled(given, f"integration-{LAST}")

    assert fulfilled(given, "integration-1").status == "active"
    assert done.status == "completed"
    assert events(given, done) == (scheduling.CourseCompleted(COURSE.id, 1),)


def test_a_dose_counted_twice_is_one_dose() -> None:
    command = CountDose("d", NOW, PATIENT, COURSE.id, 1, NOW)

    assert count_dose(command, count_dose(command, COURSE)).doses_given == (1,)


def test_what_happened_is_true_even_if_it_was_held() -> None:
    _, course = held()

    assert of(fulfilled(course, "dosing-1"), "dosing-1").status == "fulfilled"


def test_the_integration_window_counts_from_when_the_dose_really_ended() -> None:
    dose = of(COURSE, "dosing-1")
    late = dose.end + timedelta(minutes=40)

    done = fulfil(FulfilAppointment("f", NOW, PATIENT, COURSE.id, dose.id, late), COURSE)

    assert of(done, "dosing-1").end == late


def test_a_second_appointment_for_a_session_that_was_held_is_called_off() -> None:
    first = of(COURSE, "dosing-1")
    again = replace(first, id="again", start=first.start + timedelta(days=1))
    both = replace(COURSE, appointments=(*COURSE.appointments, again))

    done = fulfil(FulfilAppointment("f", NOW, PATIENT, COURSE.id, first.id, first.end), both)

    assert of(done, "dosing-1").id == first.id
    assert [each.reason for each in done.appointments if each.id == "again"] == ["session-done"]


def test_a_replaced_course_keeps_only_the_integration_of_doses_given() -> None:
    course = fulfilled(fulfilled(COURSE, "preparation-1"), "dosing-1")

    replaced = revoke(course, of(course, "dosing-1").end)

    assert replaced.status == "revoked"
    assert [each.name for each in replaced.appointments if each.stands] == ["integration-1"]
    assert replaced.busy_until == of(course, "integration-1").end


def test_every_change_is_told_once() -> None:
    _, course = held()
    doses = [each for each in course.appointments if each.session == "dosing"]

    told = events(COURSE, course)

    assert told == tuple(
        scheduling.AppointmentHeld(each.id, course.id, "safety-hold") for each in doses
    )
    assert events(course, course) == ()
    assert events(course, COURSE)[0] == scheduling.AppointmentRestored(doses[0].id, course.id)
