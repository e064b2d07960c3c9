"""What lost its time, or whose time breaks a rule, is proposed anew around what stands."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from services.scheduling.domain.course.course import Appointment
from shared.contracts import intake, session_record, site
from tests.kit.scheduling import (
    NOW,
    Clinic,
    a_resource,
    a_roster,
    cleared,
    completed,
    dosed,
    hours,
    overlaps,
)

OTHER = "0b2f2b52-6c39-4a7f-8c56-0d8f3a8b8a02"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CONSENT = intake.PatientConsented("v1", "iv", NOW + 365 * DAY, analysts_stream=True)


def of(clinic: Clinic, name: str) -> Appointment:
    found = clinic.course().appointment(name)
    assert found, f"{name} does not stand"
    return found


def lifted(raised: object, lifting: object) -> Callable[[Clinic], None]:
    def happen(clinic: Clinic) -> None:
        clinic.hear(raised)
        other_takes(clinic, "dosing-3")
        clinic.hear(lifting)

    return happen


def other_takes(clinic: Clinic, name: str) -> None:
    clinic.hear(cleared(), subject=OTHER)
    wanted = site.SlotWanted("preparation", 1, of(clinic, name).start)
    said = clinic.say(site.CourseBookingRequested(NOW, (wanted,)), subject=OTHER)
    assert said.verdict == "accepted"


def ends_sooner(clinic: Clinic) -> None:
    """The last dose would be after the end."""
    until = of(clinic, "dosing-6").start - HOUR
    clinic.hear(cleared(clearance_id="clearance-2", valid_until=until))


def missed(clinic: Clinic) -> None:
    clinic.hear(completed(clinic, "preparation-1"))
    clinic.now = of(clinic, "dosing-1").end
    assert clinic.say(site.AppointmentMissed(of(clinic, "dosing-1").id)).verdict == "accepted"


def moved(clinic: Clinic) -> None:
    """Dose 2 comes too close to dose 3."""
    later = of(clinic, "dosing-2").start + DAY
    said = clinic.say(site.AppointmentRescheduled(of(clinic, "dosing-2").id, later, "travels"))
    assert said.verdict == "accepted", said


def encounter_cancelled(clinic: Clinic) -> None:
    clinic.hear(completed(clinic, "preparation-1"))
    found = of(clinic, "dosing-1")
    clinic.now = found.start
    clinic.hear(
        session_record.EncounterCancelled(
            "encounter-1", found.id, clinic.course().id, "dosing", 1, "bp", found.start + HOUR
        )
    )


def personalised(clinic: Clinic) -> None:
    clinic.say(site.CoursePersonalised("dr-1", "slow", dose_gap_h=96))


def room_gone(clinic: Clinic) -> None:
    """A second room takes what the first cannot."""
    clinic.staffed(a_roster(a_resource("room", "room-2")))
    gone = site.ResourceDeclared("room", "America/New_York", hours(), active=False)
    assert clinic.say(gone, subject="room-1").verdict == "accepted"
    clinic.strike()


def group_cancelled(clinic: Clinic) -> None:
    """The first integration was in a group."""
    clinic.staffed(a_roster(a_resource("room", places=6)))
    alone = of(clinic, "integration-1")
    clinic.say(site.AppointmentCancelled(alone.id, "joins-group"))
    opened = site.GroupOpened(alone.start, 60, 4)
    assert clinic.say(opened, subject="group-1").verdict == "accepted"
    seat = site.SlotWanted("integration", 1, alone.start, group="group-1")
    said = clinic.say(site.CourseBookingRequested(NOW, (seat,)))
    assert said.verdict == "accepted", said
    assert clinic.say(site.GroupCancelled("therapist-ill"), subject="group-1").verdict == "accepted"
    clinic.strike()


TRIGGERS = {
    "hold-lifted": lifted(intake.SafetyHoldRaised(()), intake.SafetyHoldLifted("seen")),
    "consent": lifted(intake.ConsentRevoked("wish"), CONSENT),
    "clearance": lifted(
        intake.ClearanceWithdrawn("clearance-1", ()), cleared(clearance_id="clearance-2")
    ),
    "missed": missed,
    "rescheduled": moved,
    "encounter-cancelled": encounter_cancelled,
    "personalised": personalised,
    "resource-unavailable": room_gone,
    "group-cancelled": group_cancelled,
}


@pytest.mark.parametrize("trigger", TRIGGERS.values(), ids=TRIGGERS.keys())
def test_after_each_kind_of_event_the_course_is_whole_again(
    trigger: Callable[[Clinic], None],
) -> None:
    clinic = Clinic().booked()

    trigger(clinic)

    proposed = [each for each in clinic.course().appointments if each.status == "proposed"]
    assert proposed
    assert {each.cause for each in proposed} == {"replanned"}
    assert all(each.start >= clinic.now + 24 * HOUR for each in proposed)
    assert clinic.told().count("appointment-proposed") == len(proposed)
    assert_whole(clinic)


def assert_whole(clinic: Clinic) -> None:
    """Every session has one appointment, and they keep order, gap, window and everybody's time."""
    course = clinic.course()
    protocol = course.protocol
    names = [f"preparation-{n + 1}" for n in range(protocol.preparations)]
    for number in range(1, protocol.doses + 1):
        names += [f"dosing-{number}", f"integration-{number}"]
    found = [of(clinic, name) for name in names]
    assert all(a.end <= b.start for a, b in pairwise(found))
    doses = [each for each in found if each.session == "dosing"]
    gap = timedelta(hours=protocol.dose_gap_h)
    assert all(b.start - a.start >= gap for a, b in pairwise(doses))
    for dose in doses:
        wait = of(clinic, f"integration-{dose.number}").start - dose.end
        assert 24 * HOUR <= wait <= 72 * HOUR
    assert overlaps(clinic.days()) == []
    assert course.blocked == ()


def test_what_need_not_move_stands_as_it_was() -> None:
    clinic = Clinic().booked()
    before = {each.name: each.start for each in clinic.course().appointments}

    encounter_cancelled(clinic)

    booked = {e.name: e.start for e in clinic.course().appointments if e.status == "booked"}
    assert all(before[name] == start for name, start in booked.items())


def test_a_proposal_of_a_replan_waits_three_days_at_most_and_never_beyond_its_own_time() -> None:
    clinic = Clinic().booked()

    personalised(clinic)

    for each in clinic.course().appointments:
        if each.status == "proposed":
            assert each.expires_at == min(clinic.now + 72 * HOUR, each.start)


def test_a_cancellation_that_somebody_asked_for_is_not_replanned() -> None:
    clinic = Clinic().booked()

    clinic.say(site.AppointmentCancelled(of(clinic, "dosing-3").id, "patient-request"))
    clinic.hear(intake.SafetyHoldRaised(()))
    clinic.hear(intake.SafetyHoldLifted("seen"))

    assert clinic.course().appointment("dosing-3") is None
    assert clinic.told().count("appointment-proposed") == 0


def test_what_finds_no_place_is_said_with_what_stands_against_it() -> None:
    clinic = Clinic().booked()
    ends_sooner(clinic)

    told = clinic.told()
    assert told[-1] == "planning-blocked"
    assert clinic.course().blocked == ("doses-while-cleared",)
    assert of(clinic, "dosing-6").status == "booked"


def test_a_course_that_finds_its_place_later_is_no_longer_blocked() -> None:
    clinic = Clinic().booked()
    ends_sooner(clinic)

    clinic.cleared(clearance_id="clearance-3")

    assert clinic.course().blocked == ()


def test_each_displaced_course_replans_when_its_own_hour_strikes() -> None:
    clinic = Clinic().booked()
    clinic.staffed(a_roster(a_resource("room", "room-2")))
    gone = site.ResourceDeclared("room", "America/New_York", hours(), active=False)

    clinic.say(gone, subject="room-1")
    waiting = clinic.course().replan_at
    clinic.strike()

    assert (waiting, clinic.course().replan_at) == (clinic.now, None)
    assert_whole(clinic)


def test_on_hold_a_displaced_integration_is_placed_and_no_dose() -> None:
    clinic = Clinic().booked()
    for each in (completed(clinic, "preparation-1"), dosed(clinic, 1)):
        clinic.hear(each)
    clinic.hear(completed(clinic, "dosing-1"))
    clinic.now = clinic.course().dosed[0].at + 3 * HOUR
    clinic.hear(intake.SafetyHoldRaised(()))

    clinic.staffed(a_roster(a_resource("room", "room-2")))
    gone = site.ResourceDeclared("room", "America/New_York", hours(), active=False)
    clinic.say(gone, subject="room-1")
    clinic.strike()

    assert of(clinic, "integration-1").status == "proposed"
    doses = [each for each in clinic.course().appointments if each.session == "dosing"]
    assert {each.status for each in doses} == {"fulfilled", "pending"}


def test_a_held_dose_whose_room_is_gone_is_not_given_back_its_time() -> None:
    clinic = Clinic().booked()
    clinic.hear(intake.SafetyHoldRaised(()))
    clinic.staffed(a_roster(a_resource("room", "room-2")))
    gone = site.ResourceDeclared("room", "America/New_York", hours(), active=False)
    clinic.say(gone, subject="room-1")
    clinic.strike()

    clinic.hear(intake.SafetyHoldLifted("seen"))

    assert all(
        "room-1" not in each.resources for each in clinic.course().appointments if each.stands
    )
    assert_whole(clinic)


def test_a_hold_calls_off_the_doses_that_are_only_proposed_and_lifting_proposes_them_again() -> (
    None
):
    clinic = Clinic().booked()
    personalised(clinic)

    clinic.hear(intake.SafetyHoldRaised(()))
    doses = [e for e in clinic.course().appointments if e.session == "dosing" and e.stands]
    kept = {e.status for e in clinic.course().appointments if e.session == "integration"}
    clinic.hear(intake.SafetyHoldLifted("seen"))

    assert {each.status for each in doses} == {"pending"}
    assert "proposed" in kept
    assert_whole(clinic)
