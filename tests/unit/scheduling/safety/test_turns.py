"""What time alone brings: an integration that is late, a dose whose turn it is not yet."""

from datetime import datetime, timedelta

import pytest

from services.scheduling.domain.course.course import Appointment
from shared.contracts import intake, site
from tests.kit.scheduling import NOW, Clinic, cleared, completed, dosed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OVERRIDE = site.SequenceOverridden(2, "dr-1", "patient-travels")
OTHER = "0b2f2b52-6c39-4a7f-8c56-0d8f3a8b8a02"


def of(clinic: Clinic, name: str) -> Appointment:
    found = clinic.course().appointment(name)
    assert found, f"{name} does not stand"
    return found


def given(clinic: Clinic, number: int) -> None:
    clinic.now = of(clinic, f"dosing-{number}").start
    assert clinic.hear(dosed(clinic, number)).verdict == "accepted"
    clinic.hear(completed(clinic, f"dosing-{number}"))


def one_given() -> Clinic:
    clinic = Clinic().booked()
    clinic.hear(completed(clinic, "preparation-1"))
    given(clinic, 1)
    return clinic


def release_of(clinic: Clinic, number: int) -> datetime:
    return of(clinic, f"dosing-{number}").start - 24 * HOUR


def test_a_dose_is_held_a_day_before_it_if_the_one_before_it_is_not_integrated() -> None:
    clinic = one_given()
    release = release_of(clinic, 2)

    clinic.strike(release - timedelta(seconds=1))
    before = of(clinic, "dosing-2").status
    clinic.strike(release)

    found = of(clinic, "dosing-2")
    assert (before, found.status, found.reason) == ("booked", "pending", "integration-missing")
    assert clinic.told()[-1] == "appointment-held"
    assert not any(each.appointment_id == found.id for day in clinic.days() for each in day.claims)


def test_a_dose_is_not_held_if_the_one_before_it_is_integrated() -> None:
    clinic = one_given()
    clinic.hear(completed(clinic, "integration-1"))

    clinic.strike(release_of(clinic, 2))

    assert of(clinic, "dosing-2").status == "booked"


def test_the_first_dose_waits_for_no_integration() -> None:
    clinic = Clinic().booked()

    clinic.strike(of(clinic, "dosing-1").start)

    assert of(clinic, "dosing-1").status == "booked"


def test_an_integration_that_comes_late_gives_the_dose_its_time_back() -> None:
    clinic = one_given()
    clinic.strike(release_of(clinic, 2))

    clinic.hear(completed(clinic, "integration-1"))

    assert of(clinic, "dosing-2").status == "booked"
    assert clinic.told()[-1] == "appointment-restored"


def test_a_clinician_who_answers_for_it_gives_the_dose_its_time_back() -> None:
    clinic = one_given()
    clinic.strike(release_of(clinic, 2))

    verdict = clinic.say(OVERRIDE)

    assert (verdict.verdict, of(clinic, "dosing-2").status) == ("accepted", "booked")


def test_a_dose_that_a_clinician_answers_for_beforehand_is_not_held() -> None:
    clinic = one_given()
    clinic.say(OVERRIDE)

    clinic.strike(release_of(clinic, 2))

    assert of(clinic, "dosing-2").status == "booked"


@pytest.mark.parametrize("number", [1, 7])
def test_only_a_dose_that_waits_for_an_integration_is_overridden(number: int) -> None:
    verdict = Clinic().booked().say(site.SequenceOverridden(number, "dr-1", "haste"))

    assert (verdict.verdict, verdict.code) == ("rejected", "unknown-dose")


def test_a_dose_whose_time_was_taken_meanwhile_is_proposed_at_another() -> None:
    clinic = one_given()
    clinic.strike(release_of(clinic, 2))
    clinic.hear(cleared(), subject=OTHER)
    taking = site.SlotWanted("preparation", 1, of(clinic, "dosing-2").start)
    booking = site.CourseBookingRequested(NOW, (taking,))
    assert clinic.say(booking, subject=OTHER).verdict == "accepted"

    clinic.hear(completed(clinic, "integration-1"))

    assert of(clinic, "dosing-2").status == "proposed"
    assert of(clinic, "dosing-2").cause == "replanned"


def test_a_dose_held_for_its_turn_goes_on_waiting_when_another_hold_is_lifted() -> None:
    clinic = one_given()
    clinic.strike(release_of(clinic, 2))
    clinic.hear(intake.SafetyHoldRaised(()))

    clinic.hear(intake.SafetyHoldLifted("seen"))

    assert of(clinic, "dosing-2").reason == "integration-missing"
    assert of(clinic, "dosing-3").status == "booked"


def test_an_integration_is_overdue_when_its_week_is_over_and_is_said_once() -> None:
    clinic = one_given()
    dosed_at = clinic.course().dosed[0].at

    clinic.strike(dosed_at + 7 * DAY - timedelta(seconds=1))
    before = clinic.told().count("integration-overdue")
    clinic.strike(dosed_at + 7 * DAY)
    clinic.strike(dosed_at + 30 * DAY)

    assert (before, clinic.told().count("integration-overdue")) == (0, 1)
    assert clinic.course().overdue == (1,)


def test_an_integration_in_time_is_never_overdue() -> None:
    clinic = one_given()
    clinic.hear(completed(clinic, "integration-1"))

    clinic.strike(clinic.course().dosed[0].at + 30 * DAY)

    assert clinic.told().count("integration-overdue") == 0


def test_what_a_replaced_course_has_given_is_still_to_be_integrated() -> None:
    clinic = one_given()
    clinic.cleared(clearance_id="clearance-2", protocol="im-4", route="im")

    clinic.strike(clinic.course(1).dosed[0].at + 7 * DAY)

    assert clinic.told().count("integration-overdue") == 1
