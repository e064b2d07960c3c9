"""Appointments are moved, missed, used up and forced: what holds then, and who is told."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.scheduling.domain.course.course import Appointment
from shared.contracts import intake, session_record, site
from shared.storage.steps import Verdict
from tests.kit.scheduling import (
    NOW,
    ROUTES,
    Clinic,
    a_resource,
    a_roster,
    cleared,
    completed,
    overlaps,
)
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


@pytest.fixture
def clinic() -> Clinic:
    clinic = Clinic().staffed().cleared()
    assert clinic.say(asking(PREPARATION, DOSE, INTEGRATION)).verdict == "accepted"
    return clinic


def of(clinic: Clinic, name: str) -> Appointment:
    found = clinic.course().appointment(name)
    assert found, f"{name} is not booked"
    return found


def moving(clinic: Clinic, name: str, start: datetime, *resources: str) -> Verdict:
    moved = site.AppointmentRescheduled(of(clinic, name).id, start, "patient-request", resources)
    return clinic.say(moved)


def claimed(clinic: Clinic, name: str) -> set[tuple[str, int]]:
    wanted = of(clinic, name).id
    days = clinic.days()
    return {(e.resource, e.start) for d in days for e in d.claims if e.appointment_id == wanted}


def test_the_same_appointment_is_at_another_time(clinic: Clinic) -> None:
    before = of(clinic, "integration-1")

    verdict = moving(clinic, "integration-1", INTEGRATION.start + HOUR)

    after = of(clinic, "integration-1")
    assert verdict.verdict == "accepted"
    assert (after.id, after.start) == (before.id, before.start + HOUR)
    assert after.end - after.start == before.end - before.start
    assert clinic.told(since=4) == ["appointment-moved"]
    assert claimed(clinic, "integration-1") == {
        ("room-1", int(after.start.timestamp()) // 60),
        ("therapist-1", int(after.start.timestamp()) // 60),
    }


def test_it_may_overlap_the_time_it_has_now(clinic: Clinic) -> None:
    assert moving(clinic, "dosing-1", DOSE.start + HOUR / 2).verdict == "accepted"


def test_a_move_keeps_every_rule_towards_what_comes_before(clinic: Clinic) -> None:
    verdict = moving(clinic, "integration-1", DOSE.start + 5 * DAY)

    assert (verdict.code, verdict.blockers[0].code) == ("rule-broken", "integration-in-window")
    assert of(clinic, "integration-1").start == INTEGRATION.start


def test_what_comes_after_and_breaks_a_rule_is_handed_to_replanning(clinic: Clinic) -> None:
    verdict = moving(clinic, "dosing-1", DOSE.start + 6 * DAY)

    assert verdict.verdict == "accepted"
    assert of(clinic, "dosing-1").start == DOSE.start + 6 * DAY
    integration = of(clinic, "integration-1")
    assert integration.status == "proposed"
    assert integration.start > of(clinic, "dosing-1").end


def test_what_others_have_is_not_to_be_had(clinic: Clinic) -> None:
    clinic.hear(cleared(), subject=OTHER)
    clinic.say(asking(slot("preparation-1", MONDAY_9 + HOUR)), subject=OTHER)

    verdict = moving(clinic, "preparation-1", MONDAY_9 + HOUR)

    assert verdict.code == "no-capacity"
    assert verdict.alternatives[0] == "preparation-1 2026-03-02T16:00:00Z"
    assert of(clinic, "preparation-1").start == MONDAY_9
    assert overlaps(clinic.days()) == []


def test_it_stays_with_who_was_there_unless_others_are_named(clinic: Clinic) -> None:
    clinic.staffed(a_roster(a_resource("therapist", "therapist-0"), a_resource("therapist")))

    moving(clinic, "preparation-1", MONDAY_9 + HOUR)
    same = of(clinic, "preparation-1").therapist
    moving(clinic, "preparation-1", MONDAY_9 + HOUR, "therapist-0")

    assert (same, of(clinic, "preparation-1").therapist) == ("therapist-1", "therapist-0")


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (MONDAY_9, "nothing-to-move"),
        (NOW - DAY, "rule-broken"),
        (MONDAY_9 + timedelta(minutes=3), "odd-start"),
        (MONDAY_9 + 12 * HOUR, "no-capacity"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(clinic: Clinic, start: datetime, code: str) -> None:
    before = clinic.course()

    assert moving(clinic, "preparation-1", start).code == code
    assert clinic.course() == before


def test_what_is_done_gone_or_on_hold_is_not_moved(clinic: Clinic) -> None:
    gone = of(clinic, "integration-1").id
    clinic.say(site.AppointmentCancelled(gone, "mistake"))
    clinic.hear(completed(clinic, "preparation-1"))
    clinic.hear(intake.SafetyHoldRaised(()))

    again = site.AppointmentRescheduled(gone, INTEGRATION.start, "mistake")
    assert clinic.say(again).code == "not-movable"
    assert moving(clinic, "preparation-1", MONDAY_9 + HOUR).code == "not-movable"
    assert moving(clinic, "dosing-1", DOSE.start + HOUR).code == "on-hold"


def test_who_did_not_come_is_told_and_the_session_is_open_again(clinic: Clinic) -> None:
    missed = site.AppointmentMissed(of(clinic, "preparation-1").id)

    early = clinic.say(missed)
    clinic.now = MONDAY_9
    verdict = clinic.say(missed)

    assert (early.code, verdict.verdict) == ("too-early", "accepted")
    first = clinic.course().appointments[0]
    assert (first.status, first.reason) == ("noshow", "no-show")
    assert clinic.told(since=4)[0] == "appointment-missed"
    assert first.id not in {each.appointment_id for day in clinic.days() for each in day.claims}
    assert clinic.say(missed).code == "not-booked"


def test_who_came_after_all_was_there(clinic: Clinic) -> None:
    """Somebody else has taken the time meanwhile."""
    done = completed(clinic, "preparation-1")
    clinic.now = MONDAY_9
    clinic.say(site.AppointmentMissed(done.appointment_id))
    clinic.hear(cleared(), subject=OTHER)
    clinic.say(asking(PREPARATION), subject=OTHER)

    assert clinic.hear(done).verdict == "accepted"

    assert of(clinic, "preparation-1").status == "fulfilled"


def used_up(clinic: Clinic, name: str) -> session_record.EncounterCancelled:
    each = of(clinic, name)
    return session_record.EncounterCancelled(
        "encounter", each.id, clinic.course().id, each.session, each.number, "unwell", each.start
    )


def test_an_encounter_that_ended_without_a_dose_opens_the_session_again(clinic: Clinic) -> None:
    dose = of(clinic, "dosing-1")
    clinic.now = dose.start

    clinic.hear(used_up(clinic, "dosing-1"))

    former = next(each for each in clinic.course().appointments if each.id == dose.id)
    assert (former.status, former.reason) == ("cancelled", "encounter-cancelled")
    assert "appointment-cancelled" in clinic.told(since=4)


def test_what_was_done_stays_done(clinic: Clinic) -> None:
    cancelled = used_up(clinic, "dosing-1")
    clinic.hear(completed(clinic, "dosing-1"))

    assert clinic.hear(cancelled).verdict == "accepted"

    assert of(clinic, "dosing-1").status == "fulfilled"


def forcing(*slots: site.SlotWanted) -> site.CourseBookingForced:
    return site.CourseBookingForced(slots, "dr-1", "urgent")


@pytest.fixture
def crowded(clinic: Clinic) -> Clinic:
    """The other patient is cleared, and what they want is taken."""
    clinic.hear(cleared(), subject=OTHER)
    return clinic


def test_capacity_yields_to_one_who_answers_for_it(crowded: Clinic) -> None:
    verdict = crowded.say(forcing(DOSE), subject=OTHER)

    [theirs] = crowded.course(patient_id=OTHER).appointments
    assert verdict.verdict == "accepted"
    assert (theirs.overbooked, theirs.overbooked_by) == ("urgent", "dr-1")
    assert any(each.forced for each in theirs.claims)
    told = crowded.records()[-1].value
    assert told is not None
    assert b'"overbooked":"urgent","overbooked_by":"dr-1"' in told
    assert of(crowded, "dosing-1").start == DOSE.start


def test_what_is_free_is_taken_before_anything_is_taken_twice(crowded: Clinic) -> None:
    second = a_resource("monitor", "monitor-2")
    crowded.staffed(a_roster(second, a_resource("monitor")))

    crowded.say(forcing(DOSE), subject=OTHER)

    [theirs] = crowded.course(patient_id=OTHER).appointments
    assert "monitor-2" in theirs.resources
    assert not next(each for each in theirs.claims if each.resource == "monitor-2").forced


def test_what_is_free_anyway_is_not_called_overbooked(crowded: Clinic) -> None:
    crowded.say(forcing(slot("dosing-1", DOSE.start + 7 * DAY)), subject=OTHER)

    [theirs] = crowded.course(patient_id=OTHER).appointments
    assert (theirs.overbooked, {each.forced for each in theirs.claims}) == ("", {False})


@pytest.mark.parametrize(
    ("slots", "code"),
    [
        ([slot("dosing-1", NOW - DAY)], "rule-broken"),
        ([slot("dosing-1", NOW + 40 * DAY)], "rule-broken"),
        ([DOSE, slot("dosing-2", DOSE.start + DAY)], "rule-broken"),
        ([slot("dosing-1", DOSE.start + 12 * HOUR)], "no-capacity"),
    ],
)
def test_rules_hours_and_credentials_never_yield(
    crowded: Clinic, slots: list[site.SlotWanted], code: str
) -> None:
    assert crowded.say(forcing(*slots), subject=OTHER).code == code


def test_a_hold_does_not_yield(crowded: Clinic) -> None:
    crowded.hear(intake.SafetyHoldRaised(()), subject=OTHER)

    assert crowded.say(forcing(DOSE), subject=OTHER).code == "on-hold"


def test_only_a_prescriber_or_the_medical_director_books_more_than_there_is() -> None:
    assert ROUTES[site.CourseBookingForced.type].roles == {"prescriber", "medical-director"}


def test_the_overbooked_can_be_cancelled_and_nobody_else_loses_time(crowded: Clinic) -> None:
    before = crowded.days()
    crowded.say(forcing(DOSE), subject=OTHER)
    [theirs] = crowded.course(patient_id=OTHER).appointments

    crowded.say(site.AppointmentCancelled(theirs.id, "mistake"), subject=OTHER)

    assert [replace(day) for day in crowded.days()] == before
