"""What time alone brings: an integration that is late, a dose whose turn it is not yet."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.scheduling.application.safety.oversight import tallies
from services.scheduling.domain.course.course import Appointment
from services.scheduling.domain.safety.oversight import held_out_of_turn, release_due
from services.scheduling.domain.safety.tally import Tally
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


@pytest.mark.parametrize(("late_by", "left"), [(timedelta(), ()), (timedelta(seconds=1), (1,))])
def test_late_news_of_an_integration_takes_back_that_it_was_overdue_if_it_was_in_time(
    late_by: timedelta, left: tuple[int, ...]
) -> None:
    clinic = one_given()
    due = clinic.course().dosed[0].at + 7 * DAY
    clinic.strike(due)

    clinic.hear(replace(completed(clinic, "integration-1"), finished_at=due + late_by))

    assert clinic.course().overdue == left
    assert clinic.told().count("integration-in-time") == 1 - len(left)
    assert [each.aggregate.overdue for each in tallies(clinic.reads, "", 10)] == [len(left)]


def test_what_a_replaced_course_has_given_is_still_to_be_integrated() -> None:
    clinic = one_given()
    clinic.cleared(clearance_id="clearance-2", protocol="im-4", route="im")

    clinic.strike(clinic.course(1).dosed[0].at + 7 * DAY)

    assert clinic.told().count("integration-overdue") == 1


@pytest.mark.parametrize(
    ("known", "status"),
    [(None, "pending"), (-HOUR, "pending"), (timedelta(), "pending"), (HOUR, "booked")],
)
def test_a_dose_that_is_past_by_all_that_is_known_is_not_held(
    known: timedelta | None, status: str
) -> None:
    """History may be told late: the integration of the dose before it is then still to come."""
    clinic = one_given()
    dose = of(clinic, "dosing-2")

    held = held_out_of_turn(
        clinic.course(), dose.start - 24 * HOUR, None if known is None else dose.start + known
    )

    found = held.appointment("dosing-2")
    assert found
    assert found.status == status
    assert release_due(held) != dose.start - 24 * HOUR


def test_what_was_not_in_order_is_counted_per_clinic_and_month() -> None:
    clinic = one_given()
    clinic.strike(release_of(clinic, 2))
    clinic.say(OVERRIDE)
    clinic.strike(clinic.course().dosed[0].at + 7 * DAY)

    counted = [each.aggregate for each in tallies(clinic.reads, "", 10)]

    # The third dose was held, too: the second was never integrated.
    assert counted == [Tally("2026-03", overdue=1, held=2, overridden=1)]
