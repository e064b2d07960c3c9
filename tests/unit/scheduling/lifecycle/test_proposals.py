"""Time is kept for a patient who decides, until a fixed moment, and not longer."""

from datetime import datetime, timedelta

import pytest

from shared.contracts import intake, site
from shared.storage.steps import Verdict
from tests.kit.scheduling import NOW, Clinic, CountingStore, cleared, overlaps
from tests.unit.scheduling.lifecycle.test_slots import (
    DAY,
    DOSE,
    HOUR,
    INTEGRATION,
    MONDAY_9,
    OTHER,
    PREPARATION,
    asking,
    slot,
)

MINUTE = timedelta(minutes=1)
PROPOSED = asking(PREPARATION, DOSE, INTEGRATION, propose_min=60)
ACCEPTED = site.ProposalAccepted()
DECLINED = site.ProposalDeclined("does-not-suit")


@pytest.fixture
def clinic() -> Clinic:
    clinic = Clinic().staffed().cleared()
    assert clinic.say(PROPOSED).verdict == "accepted"
    return clinic


def statuses(clinic: Clinic) -> list[str]:
    return [each.status for each in clinic.course().appointments]


def at(clinic: Clinic, moment: datetime, data: object) -> Verdict:
    clinic.now = moment
    return clinic.say(data)


def test_proposed_time_is_kept_for_an_hour_and_told(clinic: Clinic) -> None:
    assert {
        (each.status, each.expires_at, each.cause) for each in clinic.course().appointments
    } == {("proposed", NOW + HOUR, "requested")}
    assert clinic.told(since=1) == ["appointment-proposed"] * 3
    clinic.hear(cleared(), subject=OTHER)
    assert clinic.say(asking(PREPARATION), subject=OTHER).code == "no-capacity"


def test_a_whole_course_can_be_proposed() -> None:
    clinic = Clinic().staffed().cleared()

    clinic.say(site.CourseBookingRequested(NOW, propose_min=30))

    assert statuses(clinic) == ["proposed"] * 13


def test_time_is_never_kept_longer_than_the_policy_allows_nor_beyond_its_start() -> None:
    clinic = Clinic().staffed().cleared()

    clinic.say(asking(PREPARATION, DOSE, slot("dosing-2", MONDAY_9 + 7 * DAY), propose_min=10080))

    assert [each.expires_at for each in clinic.course().appointments] == [
        MONDAY_9,
        NOW + DAY,
        NOW + DAY,
    ]


def test_what_is_accepted_in_time_is_booked_and_keeps_its_time(clinic: Clinic) -> None:
    days = clinic.days()

    verdict = at(clinic, NOW + HOUR - MINUTE, ACCEPTED)

    assert verdict.verdict == "accepted"
    assert statuses(clinic) == ["booked"] * 3
    assert clinic.told(since=4) == ["appointment-booked"] * 3
    assert clinic.days() == days
    clinic.struck(NOW + DAY)
    assert statuses(clinic) == ["booked"] * 3


def test_one_of_several_can_be_accepted(clinic: Clinic) -> None:
    first = clinic.course().appointments[0].id

    assert clinic.say(site.ProposalAccepted((first,))).verdict == "accepted"

    assert statuses(clinic) == ["booked", "proposed", "proposed"]


def test_accepting_reads_each_collection_once(clinic: Clinic) -> None:
    counted = CountingStore(clinic.store)

    assert Clinic(counted).say(ACCEPTED).verdict == "accepted"

    assert set(counted.reads.values()) == {1}


def test_at_the_very_moment_it_ends_it_is_not_kept_any_more(clinic: Clinic) -> None:
    verdict = at(clinic, NOW + HOUR, ACCEPTED)

    assert (verdict.verdict, verdict.code) == ("rejected", "proposal-expired")
    assert verdict.alternatives


def test_the_clock_gives_back_what_nobody_accepted(clinic: Clinic) -> None:
    assert clinic.struck(NOW + HOUR - MINUTE) == 0
    assert clinic.struck(NOW + HOUR) == 1

    assert {(each.status, each.reason) for each in clinic.course().appointments} == {
        ("cancelled", "proposal-expired")
    }
    assert clinic.told(since=4) == ["appointment-cancelled"] * 3
    assert [day.claims for day in clinic.days()] == [()] * 3


def test_an_acceptance_in_time_that_arrives_late_books_the_same_time_again(clinic: Clinic) -> None:
    clinic.strike(NOW + 2 * HOUR)

    verdict = at(clinic, NOW + HOUR - MINUTE, ACCEPTED)

    assert verdict.verdict == "accepted"
    standing = [each for each in clinic.course().appointments if each.stands]
    assert [(each.status, each.start) for each in standing] == [
        ("booked", each.start) for each in (PREPARATION, DOSE, INTEGRATION)
    ]


def test_one_that_arrives_late_is_refused_with_alternatives_if_the_time_is_taken(
    clinic: Clinic,
) -> None:
    clinic.strike(NOW + 2 * HOUR)
    clinic.hear(cleared(), subject=OTHER)
    clinic.say(asking(DOSE), subject=OTHER)

    verdict = at(clinic, NOW + HOUR - MINUTE, ACCEPTED)

    assert (verdict.verdict, verdict.code) == ("rejected", "no-capacity")
    assert verdict.alternatives[0].startswith("dosing-1 ")
    assert "booked" not in statuses(clinic)
    assert overlaps(clinic.days()) == []


def test_an_acceptance_that_was_too_late_is_refused_after_the_clock_too(clinic: Clinic) -> None:
    clinic.strike(NOW + 2 * HOUR)
    first = clinic.course().appointments[0].id

    verdict = at(clinic, NOW + 2 * HOUR, site.ProposalAccepted((first,)))

    assert verdict.code == "proposal-expired"
    assert verdict.alternatives[0].startswith("preparation-1 ")
    assert at(clinic, NOW + 2 * HOUR, ACCEPTED).code == "not-proposed"


def test_accepting_twice_is_refused_the_second_time_and_changes_nothing(clinic: Clinic) -> None:
    first = clinic.course().appointments[0].id
    clinic.say(ACCEPTED)
    before = clinic.course()

    assert clinic.say(ACCEPTED).code == "not-proposed"
    assert clinic.say(site.ProposalAccepted((first, first))).code == "not-proposed"
    assert clinic.course() == before


def test_on_hold_no_dose_is_accepted(clinic: Clinic) -> None:
    doses = tuple(each.id for each in clinic.course().appointments if each.session == "dosing")
    clinic.hear(intake.SafetyHoldRaised(()))

    assert clinic.say(site.ProposalAccepted(doses)).verdict == "rejected"
    assert clinic.say(ACCEPTED).verdict == "accepted"
    assert statuses(clinic) == ["booked", "cancelled", "booked"]


def test_what_a_shorter_clearance_does_not_cover_any_more_is_not_accepted(clinic: Clinic) -> None:
    clinic.cleared(clearance_id="clearance-2", first_dose_by=NOW + HOUR)

    verdict = clinic.say(ACCEPTED)

    assert (verdict.code, verdict.blockers[0].code) == ("rule-broken", "first-dose-in-time")


def test_what_is_declined_is_free_for_others(clinic: Clinic) -> None:
    assert clinic.say(DECLINED).verdict == "accepted"

    assert {each.reason for each in clinic.course().appointments} == {"does-not-suit"}
    clinic.hear(cleared(), subject=OTHER)
    assert clinic.say(asking(PREPARATION), subject=OTHER).verdict == "accepted"
    assert clinic.say(DECLINED).code == "not-proposed"


def test_what_is_declined_can_be_asked_for_again(clinic: Clinic) -> None:
    clinic.say(DECLINED)

    assert clinic.say(asking(PREPARATION)).verdict == "accepted"


@pytest.mark.parametrize("answer", [ACCEPTED, DECLINED, site.ProposalAccepted(("nothing",))])
def test_where_nothing_is_proposed_nothing_is_answered(answer: object) -> None:
    clinic = Clinic().staffed().cleared()

    assert clinic.say(answer).verdict == "rejected"


def test_a_proposal_can_be_cancelled(clinic: Clinic) -> None:
    first = clinic.course().appointments[0].id

    assert clinic.say(site.AppointmentCancelled(first, "mistake")).verdict == "accepted"

    assert statuses(clinic) == ["cancelled", "proposed", "proposed"]
