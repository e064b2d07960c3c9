"""Sessions are booked at exactly the times asked for, all or none, or it is said why not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts import intake, site
from shared.storage.steps import Verdict
from tests.kit.scheduling import (
    BERLIN,
    NOW,
    Clinic,
    CountingStore,
    a_resource,
    a_roster,
    cleared,
    completed,
    overlaps,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OTHER = "0b2f2b52-6c39-4a7f-8c56-0d8f3a8b8a02"
MONDAY_9 = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
"""Nine o'clock in New York, two hours after NOW."""


def slot(name: str, start: datetime, *resources: str, group: str = "") -> site.SlotWanted:
    kind, number = name.rsplit("-", 1)
    return site.SlotWanted(kind, int(number), start, resources, group)  # type: ignore[arg-type]


def asking(*slots: site.SlotWanted, propose_min: int | None = None) -> site.CourseBookingRequested:
    return site.CourseBookingRequested(NOW, slots, propose_min)


PREPARATION = slot("preparation-1", MONDAY_9)
DOSE = slot("dosing-1", MONDAY_9 + DAY)
INTEGRATION = slot("integration-1", MONDAY_9 + 3 * DAY)


def codes(verdict: Verdict) -> list[str]:
    return [each.code for each in verdict.blockers]


def times(clinic: Clinic) -> dict[str, datetime]:
    return {each.name: each.start for each in clinic.course().appointments if each.stands}


@pytest.fixture
def clinic() -> Clinic:
    return Clinic().staffed().cleared()


def test_exactly_the_sessions_asked_for_are_booked_at_exactly_their_times(clinic: Clinic) -> None:
    verdict = clinic.say(asking(DOSE, PREPARATION, INTEGRATION))

    assert verdict.verdict == "accepted"
    assert times(clinic) == {
        "preparation-1": MONDAY_9,
        "dosing-1": MONDAY_9 + DAY,
        "integration-1": MONDAY_9 + 3 * DAY,
    }
    assert clinic.told(since=1) == ["appointment-booked"] * 3
    assert overlaps(clinic.days()) == []


def test_the_rest_of_the_course_is_booked_around_what_was_asked_for(clinic: Clinic) -> None:
    clinic.say(asking(PREPARATION, DOSE, INTEGRATION))

    assert clinic.say(site.CourseBookingRequested(NOW)).verdict == "accepted"

    assert len(times(clinic)) == 13
    assert times(clinic)["dosing-1"] == MONDAY_9 + DAY


def test_a_request_for_slots_reads_each_collection_once(clinic: Clinic) -> None:
    counted = CountingStore(clinic.store)

    assert Clinic(counted).say(asking(PREPARATION, DOSE, INTEGRATION)).verdict == "accepted"

    assert set(counted.reads.values()) == {1}


def test_who_is_named_is_taken(clinic: Clinic) -> None:
    clinic.staffed(a_roster(a_resource("room", "room-0"), a_resource("room", "room-2")))

    clinic.say(asking(slot("preparation-1", MONDAY_9, "room-2")))

    assert clinic.course().appointments[0].resources == ("room-2", "therapist-1")


@pytest.mark.parametrize(
    ("resources", "code"),
    [
        (["room-of-another-clinic"], "unknown-resource"),
        (["room-1", "room-of-another-clinic"], "unknown-resource"),
        (["monitor-1"], "resource-not-needed"),
        (["room-1", "room-2"], "resource-not-needed"),
    ],
)
def test_whoever_is_named_must_be_the_clinics_and_of_use(
    clinic: Clinic, resources: Iterable[str], code: str
) -> None:
    clinic.staffed(a_roster(a_resource("room", "room-1"), a_resource("room", "room-2")))

    verdict = clinic.say(asking(slot("preparation-1", MONDAY_9, *resources)))

    assert (verdict.verdict, verdict.code) == ("rejected", code)
    assert times(clinic) == {}


def test_if_one_of_them_cannot_be_then_none_is_booked(clinic: Clinic) -> None:
    sunday = slot("integration-1", MONDAY_9 - DAY + 7 * DAY)

    verdict = clinic.say(asking(PREPARATION, slot("dosing-1", MONDAY_9 + 4 * DAY), sunday))

    assert (verdict.verdict, verdict.code) == ("rejected", "no-capacity")
    assert times(clinic) == {}
    assert clinic.days() == []


def test_what_is_taken_is_named_with_the_appointment_and_its_end_and_no_patient(
    clinic: Clinic,
) -> None:
    clinic.hear(cleared(), subject=OTHER)
    clinic.say(asking(PREPARATION), subject=OTHER)
    [theirs] = clinic.course(patient_id=OTHER).appointments

    verdict = clinic.say(asking(PREPARATION))

    assert verdict.code == "no-capacity"
    assert codes(verdict) == ["no-room", "taken", "no-therapist", "taken"]
    words = f"room-1 is taken by {theirs.id} until 2026-03-02 15:00 UTC"
    assert verdict.blockers[1].words == words
    assert OTHER not in repr(verdict)


def test_a_refusal_gives_the_next_three_times(clinic: Clinic) -> None:
    clinic.hear(cleared(), subject=OTHER)
    clinic.say(asking(PREPARATION), subject=OTHER)

    verdict = clinic.say(asking(PREPARATION))

    assert verdict.alternatives == (
        "preparation-1 2026-03-02T15:00:00Z",
        "preparation-1 2026-03-02T15:30:00Z",
        "preparation-1 2026-03-02T16:00:00Z",
    )


def test_an_alternative_can_be_booked(clinic: Clinic) -> None:
    clinic.say(asking(PREPARATION, DOSE))
    refused = clinic.say(asking(slot("dosing-2", MONDAY_9 + 2 * DAY)))
    [name, start] = refused.alternatives[0].split()

    verdict = clinic.say(asking(slot(name, datetime.fromisoformat(start))))

    assert (refused.code, verdict.verdict) == ("rule-broken", "accepted")


@pytest.mark.parametrize(
    ("slots", "broken"),
    [
        ([slot("preparation-1", MONDAY_9 - 3 * HOUR)], "asked-for"),
        ([slot("preparation-1", MONDAY_9 - 300 * DAY)], "asked-for"),
        ([slot("dosing-1", NOW + HOUR / 2)], "in-order"),
        ([slot("dosing-1", MONDAY_9 + 35 * DAY)], "first-dose-in-time"),
        ([PREPARATION, slot("dosing-1", MONDAY_9 + 15 * DAY)], "preparation-is-fresh"),
        ([slot("dosing-2", MONDAY_9 + 100 * DAY)], "doses-while-cleared"),
        ([DOSE, slot("dosing-2", MONDAY_9 + 3 * DAY)], "dose-gap"),
        ([DOSE, slot("integration-1", MONDAY_9 + DAY + 3 * HOUR)], "integration-in-window"),
        ([DOSE, slot("integration-1", MONDAY_9 + 10 * DAY)], "integration-in-window"),
        ([slot("preparation-1", MONDAY_9 + 2 * DAY), DOSE], "in-order"),
        ([DOSE, slot("dosing-3", MONDAY_9 + 4 * DAY)], "dose-gap"),
    ],
)
def test_every_rule_holds_between_all_the_sessions_of_the_course(
    clinic: Clinic, slots: list[site.SlotWanted], broken: str
) -> None:
    verdict = clinic.say(asking(*slots))

    assert (verdict.verdict, verdict.code) == ("rejected", "rule-broken")
    assert broken in codes(verdict)
    assert all(each.source for each in verdict.blockers)
    assert times(clinic) == {}


def test_a_rule_holds_against_what_stands_already(clinic: Clinic) -> None:
    clinic.say(asking(PREPARATION, DOSE, INTEGRATION))

    verdict = clinic.say(asking(slot("dosing-2", MONDAY_9 + 2 * DAY)))

    assert (verdict.code, codes(verdict)) == ("rule-broken", ["dose-gap", "in-order"])


def test_a_session_yet_to_be_booked_keeps_room_between_those_that_are(clinic: Clinic) -> None:
    clinic.say(asking(PREPARATION, slot("dosing-2", MONDAY_9 + 7 * DAY)))

    verdict = clinic.say(asking(slot("dosing-1", MONDAY_9 + 7 * DAY - 71 * HOUR)))

    assert verdict.code == "rule-broken"


@pytest.mark.parametrize(
    ("slots", "code"),
    [
        ([PREPARATION, slot("preparation-1", MONDAY_9 + HOUR)], "asked-twice"),
        ([slot("dosing-7", MONDAY_9 + DAY)], "unknown-session"),
        ([slot("preparation-2", MONDAY_9 + DAY)], "unknown-session"),
        ([slot("preparation-1", MONDAY_9 + timedelta(minutes=7))], "odd-start"),
        ([slot("preparation-1", MONDAY_9 - timedelta(seconds=1))], "odd-start"),
        ([slot("integration-1", MONDAY_9 + 3 * DAY, group="nobodys")], "unknown-group"),
    ],
)
def test_what_makes_no_sense_is_refused(
    clinic: Clinic, slots: list[site.SlotWanted], code: str
) -> None:
    verdict = clinic.say(asking(*slots))

    assert (verdict.verdict, verdict.code) == ("rejected", code)
    assert times(clinic) == {}


def test_a_session_that_has_its_appointment_is_not_booked_again(clinic: Clinic) -> None:
    clinic.say(asking(PREPARATION))

    verdict = clinic.say(asking(slot("preparation-1", MONDAY_9 + HOUR)))

    assert verdict.code == "not-open"


def test_a_time_for_a_dose_beyond_the_induction_needs_a_benefit_or_the_prescriber_s_word() -> None:
    clinic = Clinic().staffed().cleared(protocol="esketamine-12", route="esketamine")

    verdict = clinic.say(asking(slot("dosing-9", MONDAY_9 + 7 * DAY)))

    assert verdict.code == "maintenance-undecided"


def test_on_hold_no_dose_is_booked_and_everything_else_is(clinic: Clinic) -> None:
    clinic.hear(intake.SafetyHoldRaised(()))

    assert clinic.say(asking(PREPARATION, DOSE)).code == "on-hold"
    assert clinic.say(asking(PREPARATION)).verdict == "accepted"


def test_two_hundred_slots_are_answered(clinic: Clinic) -> None:
    many = [slot(f"dosing-{1 + n % 60}", MONDAY_9 + n * DAY) for n in range(200)]

    assert clinic.say(asking(*many)).code == "unknown-session"


def test_two_sites_do_not_meet_in_one_request(clinic: Clinic) -> None:
    afar = a_resource("room", "room-2", zone=BERLIN)
    clinic.staffed(a_roster(afar, a_resource("room", "room-1")))

    clinic.say(asking(slot("preparation-1", MONDAY_9, "room-2")))

    assert clinic.course().appointments[0].zone == BERLIN


def test_two_sites_are_not_mixed_in_one_session(clinic: Clinic) -> None:
    here = a_resource("room", "room-1", site="main")
    there = a_resource("therapist", "therapist-1", site="annex")
    clinic.staffed(a_roster(here, there))

    verdict = clinic.say(asking(slot("preparation-1", MONDAY_9, "room-1", "therapist-1")))

    assert (verdict.code, codes(verdict)) == ("no-capacity", ["no-common-time"])


def test_a_whole_course_is_booked_with_its_own_buffers_apart() -> None:
    buffered = a_resource("room", buffer_before_min=15, buffer_after_min=30)
    clinic = Clinic().staffed(a_roster(buffered)).cleared(protocol="im-4", route="im")

    assert clinic.say(site.CourseBookingRequested(NOW)).verdict == "accepted"

    first, second = clinic.course().appointments[:2]
    assert second.start - first.end >= 45 * HOUR / 60
    assert overlaps(clinic.days()) == []


def test_own_buffers_are_kept_apart_also_across_a_session_that_was_held_out_of_turn() -> None:
    buffered = a_resource("room", buffer_after_min=15)
    clinic = Clinic().staffed(a_roster(buffered)).cleared(protocol="im-4", route="im")
    clinic.say(site.CourseBookingRequested(NOW))
    clinic.hear(completed(clinic, "preparation-2"))
    for each in clinic.course().appointments:
        if each.stands:
            clinic.say(site.AppointmentCancelled(each.id, "mistake"))
    clinic.now = NOW + DAY

    assert clinic.say(site.CourseBookingRequested(NOW)).verdict == "accepted"
    assert overlaps(clinic.days()) == []


def test_sessions_of_one_request_do_not_take_each_others_buffers(clinic: Clinic) -> None:
    clinic.staffed(a_roster(a_resource("room", buffer_after_min=30)))
    clinic.cleared(clearance_id="clearance-2", protocol="im-4", route="im")
    first, second = PREPARATION, slot("preparation-2", MONDAY_9 + HOUR)

    verdict = clinic.say(asking(first, second))

    assert (verdict.code, codes(verdict)) == ("no-capacity", ["no-room", "taken"])
    later = slot("preparation-2", MONDAY_9 + 1.5 * HOUR)
    assert clinic.say(asking(first, later)).verdict == "accepted"
