"""Whatever is said of a calendar, in whatever order: its invariants hold (stateful, issue 5)."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.contracts import site
from tests.kit.calendar.machine import Bookings

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

    accepted = {kind for kind, verdict in Bookings.seen if verdict == "accepted"}
    assert {each.type for each in MUST_HAPPEN} <= accepted, "what never happened proves nothing"
