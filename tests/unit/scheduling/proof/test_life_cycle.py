"""Whatever is said of a calendar, in whatever order: its invariants hold (stateful, issue 5)."""

from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.contracts import site
from tests.kit.calendar.machine import PATIENTS, Bookings

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MANY = settings(
    max_examples=35,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # to shrink takes minutes: take Phase.shrink in to see less of it
    suppress_health_check=list(HealthCheck),
)
MUST_HAPPEN = (
    site.CourseBookingRequested,
    site.AppointmentRescheduled,
    site.AppointmentCancelled,
    site.AppointmentMissed,
    site.ProposalAccepted,
    site.ProposalDeclined,
    site.GroupOpened,
    site.WaitingListJoined,
    site.CoursePersonalised,
)


def test_every_invariant_holds_after_every_step_of_a_calendars_life() -> None:
    Bookings.seen.clear()

    run_state_machine_as_test(Bookings, settings=MANY)

    assert Bookings.seen[site.CourseBookingRequested.type, "accepted"] > MANY.max_examples


def test_the_machine_can_do_all_that_it_is_for() -> None:
    """What could never be accepted would prove nothing, however often it was drawn."""
    Bookings.seen.clear()
    machine = Bookings()
    machine.opens()
    first, second = PATIENTS

    machine.is_proposed(second, 3 * DAY, 1500, site.ProposalDeclined("other"))
    machine.is_proposed(second, 3 * DAY, 1500, site.ProposalAccepted())
    machine.cancels(first, 4)
    machine.would_rather_be_earlier(first, leaves=False)
    for hours in range(7):
        machine.is_moved(second, 4, 9 * DAY + hours * HOUR)
        machine.group_opens("group-1", 10 * DAY + hours * HOUR)
        machine.every_invariant_holds()
    machine.is_personalised(second, 2, 120)
    machine.misses(first, 0)
    machine.is_stopped(first, "held")
    machine.may_go_on(first)
    machine.attends(second)
    machine.every_invariant_holds()

    accepted = {kind for kind, verdict in Bookings.seen if verdict == "accepted"}
    assert {each.type for each in MUST_HAPPEN} <= accepted, Bookings.seen
