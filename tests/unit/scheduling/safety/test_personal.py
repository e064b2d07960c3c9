"""The prescriber fits a course to a patient; the patient says what suits."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from services.scheduling.domain.course.course import Appointment
from shared.contracts import site
from tests.kit.scheduling import NOW, Clinic, a_resource, a_roster, completed, dosed

REQUEST = site.CourseBookingRequested(NOW)
DAY = timedelta(days=1)


def adapted(**changes: Any) -> site.CoursePersonalised:
    return site.CoursePersonalised("dr-1", "slow-responder", **changes)


def standing_doses(clinic: Clinic) -> list[Appointment]:
    found = clinic.course().appointments
    return sorted(
        (each for each in found if each.session == "dosing" and each.stands),
        key=lambda each: each.start,
    )


def given(clinic: Clinic, *numbers: int) -> Clinic:
    for number in numbers:
        assert clinic.hear(dosed(clinic, number)).verdict == "accepted"
    return clinic


def test_the_course_s_own_copy_of_the_protocol_changes_and_others_are_told() -> None:
    clinic = Clinic().cleared()

    verdict = clinic.say(adapted(preparations=2, doses=8, dose_gap_h=96))

    own = clinic.course().protocol
    assert verdict.verdict == "accepted"
    assert (own.preparations, own.doses, own.dose_gap_h) == (2, 8, 96)
    assert clinic.told() == ["opened", "personalised"]


def test_a_renewed_clearance_keeps_what_was_fitted_to_the_patient() -> None:
    clinic = Clinic().cleared()
    clinic.say(adapted(doses=4))

    clinic.cleared(clearance_id="clearance-2")

    assert clinic.course().protocol.doses == 4


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"preparations": 0}, "too-few-preparations"),
        ({"dose_gap_h": 47}, "gap-too-short"),
        ({"doses": 1}, "too-few-doses"),
    ],
)
def test_never_less_than_the_policy_nor_than_what_was_given(
    changes: dict[str, int], code: str
) -> None:
    clinic = given(Clinic().booked(), 1, 2)

    verdict = clinic.say(adapted(**changes))

    assert (verdict.verdict, verdict.code) == ("rejected", code)
    assert clinic.course().protocol.doses == 6


@pytest.mark.parametrize("changes", [{"preparations": 1}, {"dose_gap_h": 48}, {"doses": 2}])
def test_as_little_as_the_policy_allows_is_allowed(changes: dict[str, int]) -> None:
    assert given(Clinic().booked(), 1, 2).say(adapted(**changes)).verdict == "accepted"


def test_appointments_beyond_the_new_count_are_called_off() -> None:
    clinic = Clinic().booked()

    clinic.say(adapted(doses=4))

    gone = {each.name: each.reason for each in clinic.course().appointments if each.is_gone}
    assert gone == dict.fromkeys(
        ("dosing-5", "integration-5", "dosing-6", "integration-6"), "personalised"
    )
    assert clinic.told(since=14) == ["appointment-cancelled"] * 4 + ["personalised"]


def test_a_course_cut_to_what_was_given_and_integrated_is_completed() -> None:
    clinic = given(Clinic().booked(), 1)
    for name in ("dosing-1", "integration-1"):
        clinic.hear(completed(clinic, name))

    clinic.say(adapted(doses=1))

    assert clinic.course().status == "completed"
    assert clinic.told()[-2:] == ["completed", "personalised"]


def test_doses_too_close_for_the_new_gap_are_proposed_later() -> None:
    clinic = Clinic().booked()

    clinic.say(adapted(dose_gap_h=120))

    doses = standing_doses(clinic)
    assert [each.number for each in doses] == [1, 2, 3, 4, 5, 6]
    assert all(b.start - a.start >= timedelta(hours=120) for a, b in pairwise(doses))
    assert {each.status for each in doses[1:]} == {"proposed"}
    assert doses[0].status == "booked"


def test_one_more_preparation_is_placed_before_the_first_dose() -> None:
    clinic = Clinic().booked()

    clinic.say(adapted(preparations=2))

    again = clinic.course().appointment("preparation-2")
    assert again
    assert again.status == "proposed"
    assert again.end <= standing_doses(clinic)[0].start


def test_more_doses_are_booked_when_the_site_asks() -> None:
    clinic = Clinic().booked()
    clinic.say(adapted(doses=7))

    assert clinic.say(REQUEST).verdict == "accepted"

    assert clinic.course().is_done("dosing-7") is False
    assert [each.number for each in standing_doses(clinic)] == [1, 2, 3, 4, 5, 6, 7]


def test_of_two_therapists_who_are_done_at_once_it_is_whom_the_patient_prefers() -> None:
    pair = a_resource("therapist", "therapist-1"), a_resource("therapist", "therapist-2")
    clinic = Clinic().staffed(a_roster(*pair)).cleared()
    stated = site.PreferencesStated((0, 1), "08:00", "18:00", "therapist-2", "Europe/Berlin")

    assert clinic.say(stated).verdict == "accepted"
    clinic.say(REQUEST)

    assert {each.therapist for each in clinic.course().appointments} == {"therapist-2"}
    assert clinic.standing().preferences.zone == "Europe/Berlin"


def test_what_nobody_has_a_course_for_waits() -> None:
    assert Clinic().say(adapted(doses=4)).verdict == "deferred"
