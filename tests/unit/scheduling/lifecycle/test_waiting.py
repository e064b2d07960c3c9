"""Time that is freed is offered to who waits, one after the other, the longest waiting first."""

from datetime import datetime

import pytest

from services.scheduling.application.documents import WAITING
from services.scheduling.domain.clinic.waiting import Entry, Freed, in_turn
from services.scheduling.domain.course.course import Appointment
from shared.contracts import intake, site
from tests.kit.scheduling import NOW, PATIENT, Clinic, cleared, overlaps
from tests.unit.scheduling.lifecycle.test_slots import (
    DAY,
    DOSE,
    HOUR,
    MONDAY_9,
    OTHER,
    PREPARATION,
    asking,
    slot,
)

THIRD = "0b2f2b52-6c39-4a7f-8c56-0d8f3a8b8a03"
JOINED = site.WaitingListJoined(NOW, NOW + 20 * DAY)
LATER = MONDAY_9 + 7 * DAY
CANCELLED = "patient-request"


@pytest.fixture
def clinic() -> Clinic:
    """The patient has Monday at nine; the other is prepared a week later, and waits."""
    clinic = Clinic().staffed().cleared()
    clinic.say(asking(PREPARATION))
    waits(clinic, OTHER, LATER)
    return clinic


def waits(clinic: Clinic, patient: str, preparation: datetime | None = None) -> None:
    clinic.hear(cleared(), subject=patient)
    if preparation:
        asked = asking(slot("preparation-1", preparation))
        assert clinic.say(asked, subject=patient).verdict == "accepted"
    assert clinic.say(JOINED, subject=patient).verdict == "accepted"


def frees(clinic: Clinic, patient: str = PATIENT) -> None:
    """The patient calls Monday at nine off, and the clock strikes."""
    first = next(e for e in clinic.course(patient_id=patient).appointments if e.stands)
    said = site.AppointmentCancelled(first.id, CANCELLED)
    assert clinic.say(said, subject=patient).verdict == "accepted"
    clinic.strike(clinic.now)


def offers(clinic: Clinic, patient: str = OTHER) -> list[Appointment]:
    found = clinic.course(patient_id=patient).appointments
    return [each for each in found if each.cause == "offered" and each.status == "proposed"]


def standing(clinic: Clinic, patient: str = OTHER) -> list[tuple[str, datetime, str]]:
    found = clinic.course(patient_id=patient).appointments
    return [(each.name, each.start, each.status) for each in found if each.stands]


def test_what_is_cancelled_is_offered_to_who_waits_for_an_earlier_time(clinic: Clinic) -> None:
    frees(clinic)

    [offer] = offers(clinic)
    assert (offer.name, offer.start, offer.expires_at) == ("preparation-1", MONDAY_9, MONDAY_9)
    assert clinic.told()[-1] == "appointment-proposed"


def test_the_present_appointment_stays_until_the_offer_is_accepted(clinic: Clinic) -> None:
    frees(clinic)
    assert ("preparation-1", LATER, "booked") in standing(clinic)

    assert clinic.say(site.ProposalAccepted(), subject=OTHER).verdict == "accepted"

    assert standing(clinic) == [("preparation-1", MONDAY_9, "booked")]
    former = clinic.course(patient_id=OTHER).appointments[0]
    assert (former.status, former.reason) == ("cancelled", "moved-earlier")
    assert overlaps(clinic.days()) == []


def test_an_offer_that_ends_goes_to_the_next_and_never_back(clinic: Clinic) -> None:
    clinic.now = NOW + HOUR / 2
    waits(clinic, THIRD, LATER + HOUR)
    clinic.now = NOW
    frees(clinic)
    assert (len(offers(clinic)), len(offers(clinic, THIRD))) == (1, 0)

    clinic.say(site.ProposalDeclined("does-not-suit"), subject=OTHER)
    clinic.strike(NOW + HOUR)
    assert (len(offers(clinic)), len(offers(clinic, THIRD))) == (0, 1)

    clinic.say(site.ProposalDeclined("does-not-suit"), subject=THIRD)
    assert clinic.struck(NOW + HOUR) == 1
    assert (len(offers(clinic)), len(offers(clinic, THIRD))) == (0, 0)


def test_an_offer_that_nobody_answers_ends_after_the_policy_s_hours(clinic: Clinic) -> None:
    waits(clinic, THIRD, LATER + HOUR)
    frees(clinic)
    theirs = slot("preparation-1", MONDAY_9 + DAY)
    clinic.say(asking(theirs))
    frees(clinic)

    ends = {each.expires_at for each in [*offers(clinic), *offers(clinic, THIRD)]}

    assert ends == {MONDAY_9, NOW + 4 * HOUR}


def test_an_offer_that_the_clock_ends_goes_to_the_next(clinic: Clinic) -> None:
    clinic.say(asking(slot("dosing-1", MONDAY_9 + DAY)))
    waits(clinic, THIRD, LATER + HOUR)
    dose = clinic.course().appointment("dosing-1")
    assert dose
    clinic.say(site.AppointmentCancelled(dose.id, CANCELLED))

    asked = [(len(offers(clinic)), len(offers(clinic, THIRD)))]
    for hours in (0, 4, 8):
        clinic.strike(NOW + hours * HOUR)
        asked.append((len(offers(clinic)), len(offers(clinic, THIRD))))

    assert asked == [(0, 0), (1, 0), (0, 1), (0, 0)]


def test_an_offer_accepted_in_time_but_heard_late_still_takes_the_place(clinic: Clinic) -> None:
    clinic.say(asking(slot("dosing-1", MONDAY_9 + DAY)))
    dose = clinic.course().appointment("dosing-1")
    assert dose
    clinic.say(site.AppointmentCancelled(dose.id, CANCELLED))
    clinic.strike(NOW)
    [offer] = offers(clinic)
    clinic.strike(NOW + 5 * HOUR)
    assert offers(clinic) == []

    clinic.now = NOW + 3 * HOUR
    said = site.ProposalAccepted((offer.id,))
    assert clinic.say(said, subject=OTHER).verdict == "accepted"

    assert standing(clinic) == [("preparation-1", MONDAY_9 + DAY, "booked")]


def test_an_offer_is_refused_once_the_session_is_booked_otherwise(clinic: Clinic) -> None:
    frees(clinic)
    [offer] = offers(clinic)
    present = clinic.course(patient_id=OTHER).appointments[0]
    clinic.say(site.AppointmentCancelled(present.id, CANCELLED), subject=OTHER)
    clinic.say(asking(slot("preparation-1", MONDAY_9 + 2 * HOUR)), subject=OTHER)

    verdict = clinic.say(site.ProposalAccepted((offer.id,)), subject=OTHER)

    assert verdict.code == "proposal-expired"


def test_of_very_many_who_wait_the_first_fifty_are_looked_at() -> None:
    entries = [
        Entry(f"patient-{n:03}", "course", NOW, NOW + DAY, NOW + n * HOUR) for n in range(120)
    ]

    asked = in_turn(Freed("freed", NOW + HOUR, NOW, ("patient-000",)), reversed(entries))

    assert [each.patient_id for each in asked] == [f"patient-{n:03}" for n in range(1, 51)]


def test_who_gave_it_back_is_not_offered_it(clinic: Clinic) -> None:
    clinic.say(JOINED)

    frees(clinic)

    assert offers(clinic, PATIENT) == []
    assert len(offers(clinic)) == 1


def test_the_session_that_is_next_is_offered_even_if_it_was_never_booked() -> None:
    waiting = Clinic().staffed().cleared()
    waiting.say(asking(PREPARATION))
    waits(waiting, OTHER)

    frees(waiting)

    [offer] = offers(waiting)
    assert (offer.name, offer.replaces) == ("preparation-1", "")


def test_what_breaks_a_rule_is_not_offered() -> None:
    clinic = Clinic().staffed().cleared()
    clinic.say(asking(DOSE))
    clinic.hear(cleared(), subject=OTHER)
    clinic.say(asking(slot("preparation-1", LATER)), subject=OTHER)
    clinic.say(asking(slot("dosing-1", LATER + DAY)), subject=OTHER)
    clinic.say(site.WaitingListJoined(NOW, NOW + 3 * DAY), subject=OTHER)

    frees(clinic)

    [offer] = offers(clinic)
    assert offer.name == "preparation-1"


@pytest.mark.parametrize(
    "window", [(NOW + DAY, NOW + 20 * DAY), (NOW, MONDAY_9 - HOUR)], ids=["too-early", "too-late"]
)
def test_nothing_is_offered_outside_the_window(window: tuple[datetime, datetime]) -> None:
    clinic = Clinic().staffed().cleared()
    clinic.say(asking(PREPARATION))
    clinic.hear(cleared(), subject=OTHER)
    clinic.say(site.WaitingListJoined(*window), subject=OTHER)

    frees(clinic)

    assert offers(clinic) == []


def test_doses_that_a_hold_frees_are_offered_and_none_to_who_is_on_hold() -> None:
    clinic = Clinic().staffed().cleared()
    clinic.say(asking(PREPARATION, DOSE))
    clinic.hear(cleared(), subject=OTHER)
    clinic.say(asking(slot("preparation-1", MONDAY_9 + HOUR)), subject=OTHER)
    clinic.say(JOINED, subject=OTHER)

    clinic.hear(intake.SafetyHoldRaised(()))
    clinic.strike(NOW)

    [offer] = offers(clinic)
    assert (offer.name, offer.start) == ("dosing-1", DOSE.start)


def test_one_who_waits_has_one_offer_at_a_time(clinic: Clinic) -> None:
    clinic.hear(cleared(), subject=THIRD)
    clinic.say(asking(slot("preparation-1", MONDAY_9 + HOUR)), subject=THIRD)

    frees(clinic)
    frees(clinic, THIRD)

    assert len(offers(clinic)) == 1


def test_what_the_accepted_offer_leaves_is_offered_on(clinic: Clinic) -> None:
    waits(clinic, THIRD, LATER + DAY)
    frees(clinic)

    clinic.say(site.ProposalAccepted(), subject=OTHER)
    clinic.strike(NOW)

    assert [each.start for each in offers(clinic, THIRD)] == [LATER]


def test_who_took_an_offer_waits_behind_the_others(clinic: Clinic) -> None:
    frees(clinic)
    clinic.now = NOW + HOUR
    clinic.say(site.ProposalAccepted(), subject=OTHER)

    entry = clinic.reads.get(WAITING, OTHER)
    assert entry
    assert (entry.aggregate.joined_at, entry.aggregate.waiting) == (NOW + HOUR, True)


def test_a_patient_is_on_the_list_once_and_can_leave(clinic: Clinic) -> None:
    left = site.WaitingListLeft(CANCELLED)

    assert clinic.say(JOINED, subject=OTHER).code == "already-waiting"
    assert clinic.say(left, subject=OTHER).verdict == "accepted"
    assert clinic.say(left, subject=OTHER).code == "not-waiting"
    assert clinic.say(left).code == "not-waiting"
    frees(clinic)
    assert offers(clinic) == []
    assert clinic.say(JOINED, subject=OTHER).verdict == "accepted"


def test_a_window_that_is_over_or_upside_down_is_refused(clinic: Clinic) -> None:
    for window in ((NOW + DAY, NOW + DAY), (NOW - 2 * DAY, NOW - DAY), (NOW + DAY, NOW)):
        assert clinic.say(site.WaitingListJoined(*window)).code == "no-window"


def test_nobody_without_a_course_waits() -> None:
    assert Clinic().say(JOINED).code == "no-course"


def test_the_clock_takes_off_the_list_who_waited_in_vain(clinic: Clinic) -> None:
    clinic.struck(NOW + 20 * DAY)

    entry = clinic.reads.get(WAITING, OTHER)
    assert entry
    assert (entry.aggregate.waiting, entry.aggregate.reason) == (False, "window-over")


def test_a_cancellation_reads_no_other_course(clinic: Clinic) -> None:
    first = clinic.course().appointments[0]
    before = clinic.course(patient_id=OTHER)

    clinic.say(site.AppointmentCancelled(first.id, CANCELLED))

    assert clinic.course(patient_id=OTHER) == before
