"""The life cycle of bookings as a machine that Hypothesis drives through the real routes.

Whatever it says, in whatever order, every invariant holds after every step.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.scheduling.domain.course.course import Appointment
from shared.contracts import intake, session_record, site
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import Closure, ResourceKind
from shared.storage.memory import MemoryStore
from shared.storage.steps import Step, Verdict
from shared.storage.store import Store
from tests.kit import scheduling as kit
from tests.kit.calendar.invariants import broken
from tests.kit.calendar.world import SHORT, World

PLACES = {"room-2": 4}
"""For groups."""
PATIENTS = tuple(f"patient-{number}" for number in range(1, 3))
RESOURCES: dict[str, ResourceKind] = {
    "room-1": "room",
    "room-2": "room",
    "chair-1": "chair",
    "monitor-1": "monitor",
    "prescriber-1": "prescriber",
    "nurse-1": "nurse",
    "therapist-1": "therapist",
    "therapist-2": "therapist",
}
WELL = ("accepted", "rejected")
who = st.sampled_from(PATIENTS)
which = st.integers(0, 30)
"""Chooses among as many appointments as there are."""
later = st.sampled_from([0, 1, 3, 10]).map(lambda days: timedelta(days=days))
pauses = st.sampled_from([1, 20, 26, 75, 200]).map(lambda hours: timedelta(hours=hours))
times = st.builds(
    lambda days, hours: timedelta(days=days, hours=hours), st.integers(0, 12), st.integers(0, 6)
)
slots = st.tuples(
    st.sampled_from(["preparation", "dosing", "integration"]), st.integers(1, 2), times
)
answers_to_all = st.sampled_from(
    [None, site.ProposalAccepted(), site.ProposalDeclined("patient-request")]
)
Slot = tuple[SessionKind, int, timedelta]
GROUPS = ("group-1", "group-2")
STANDING = ("proposed", "booked", "pending")
Stores = Callable[[], Sequence[Store]]


class Bookings(RuleBasedStateMachine):
    """Few resources and two patients, so that they meet."""

    seen: ClassVar[Counter[tuple[str, str]]] = Counter()
    """How often each word came to each verdict, over all runs: what never came proves nothing."""

    def __init__(self, stores: Stores = lambda: (MemoryStore(),)) -> None:
        super().__init__()
        self.world = World(stores())
        self.said: list[tuple[Step, Verdict]] = []
        self.clearances = 0

    @initialize()
    def opens(self) -> None:
        for name, kind in RESOURCES.items():
            for licence in kit.licences_of(kit.a_resource(kind, name)):
                assert self._hear(kit.credentialed(licence), name).verdict == "accepted"
            assert self._declare(name).verdict == "accepted"
        for patient in PATIENTS:
            self._clear(patient, "iv-2")
        self._say(site.CourseBookingRequested(self.world.now), PATIENTS[0])

    @rule(name=st.sampled_from(sorted(RESOURCES)), away=st.none() | st.integers(0, 9))
    def comes_and_goes(self, name: str, away: int | None) -> None:
        first = (self.world.now + timedelta(days=away or 0)).date()
        closure = Closure(first, first + timedelta(days=2), "leave")
        self._declare(name, absences=() if away is None else (closure,))

    @rule(patient=who, protocol=st.sampled_from([each.code for each in SHORT]))
    def is_cleared(self, patient: str, protocol: str) -> None:
        self._clear(patient, protocol)

    @rule(patient=who, after=later)
    def books(self, patient: str, after: timedelta) -> None:
        self._request(site.CourseBookingRequested(self.world.now + after), patient)

    @rule(patient=who, after=later, minutes=st.sampled_from([5, 1500]), said=answers_to_all)
    def is_proposed(self, patient: str, after: timedelta, minutes: int, said: Any) -> None:
        earliest = self.world.now + after
        self._request(site.CourseBookingRequested(earliest, (), minutes), patient)
        if said and self._of(patient, "proposed"):
            self._say(said, patient)

    @rule(patient=who, slot=slots, propose_min=st.sampled_from([None, 1500]))
    def books_at(self, patient: str, slot: Slot, propose_min: int | None) -> None:
        asked = (self._wanted(slot),)
        self._request(site.CourseBookingRequested(self.world.now, asked, propose_min), patient)

    @rule(patient=who, slot=slots)
    def is_forced(self, patient: str, slot: Slot) -> None:
        forced = site.CourseBookingForced((self._wanted(slot),), "prescriber-1", "urgent")
        self._request(forced, patient)

    @rule(patient=who, accepts=st.booleans(), number=which, all_of_them=st.booleans())
    def answers(self, patient: str, accepts: bool, number: int, all_of_them: bool) -> None:
        chosen = self._chosen(patient, number, "proposed")
        if chosen and accepts:
            self._say(site.ProposalAccepted(() if all_of_them else (chosen.id,)), patient)
        elif chosen:
            named = () if all_of_them else (chosen.id,)
            self._say(site.ProposalDeclined("patient-request", named), patient)

    @rule(patient=who, number=which, after=times)
    def is_moved(self, patient: str, number: int, after: timedelta) -> None:
        if chosen := self._chosen(patient, number, *STANDING):
            start = self._morning() + after
            self._say(site.AppointmentRescheduled(chosen.id, start, "patient-request"), patient)

    @rule(patient=who, number=which)
    def cancels(self, patient: str, number: int) -> None:
        if chosen := self._chosen(patient, number, *STANDING):
            self._say(site.AppointmentCancelled(chosen.id, "patient-request"), patient)

    @rule(patient=who, number=which)
    def misses(self, patient: str, number: int) -> None:
        if chosen := self._chosen(patient, number, "booked"):
            self._waits_until(chosen.start)
            self._say(site.AppointmentMissed(chosen.id), patient)

    @rule(patient=who, why=st.sampled_from(["held", "withdrawn", "revoked"]))
    def is_stopped(self, patient: str, why: str) -> None:
        course = self.world.course(patient)
        assert course
        said = {
            "held": intake.SafetyHoldRaised(()),
            "withdrawn": intake.ConsentRevoked("patient-request"),
            "revoked": intake.ClearanceWithdrawn(course.clearance_id, ()),
        }
        self._hear(said[why], patient)

    @rule(patient=who)
    def may_go_on(self, patient: str) -> None:
        """Whatever stopped it, in the order in which it came."""
        course = self.world.course(patient)
        assert course
        until = self.world.now + timedelta(days=365)
        signed = intake.PatientConsented("v1", course.route, until, analysts_stream=True)
        for reason in course.held_by:
            if reason == "safety-hold":
                self._hear(intake.SafetyHoldLifted("seen"), patient)
            elif reason == "consent-withdrawn":
                self._hear(signed, patient)
            else:
                self._clear(patient, course.protocol.code)

    @rule(patient=who)
    def attends(self, patient: str) -> None:
        """The next session takes place as planned, and the time until its end has passed."""
        if chosen := self._chosen(patient, 0, "booked"):
            self._waits_until(chosen.end)
            if chosen.id in {each.id for each in self._of(patient, "booked")}:
                self._attend(patient, chosen)

    @rule(group=st.sampled_from(GROUPS), after=times)
    def group_opens(self, group: str, after: timedelta) -> None:
        self._say(site.GroupOpened(self._morning() + after, 60, 2), group)

    @rule(group=st.sampled_from(GROUPS))
    def group_is_cancelled(self, group: str) -> None:
        self._say(site.GroupCancelled("therapist-ill"), group)

    @rule(patient=who, group=st.sampled_from(GROUPS), number=st.integers(1, 2))
    def joins_a_group(self, patient: str, group: str, number: int) -> None:
        start = self.world.group_start(group) or self._morning()
        wanted = site.SlotWanted("integration", number, start, group=group)
        self._request(site.CourseBookingRequested(self.world.now, (wanted,)), patient)

    @rule(patient=who, leaves=st.booleans())
    def would_rather_be_earlier(self, patient: str, leaves: bool) -> None:
        now = self.world.now
        joined = site.WaitingListJoined(now, now + timedelta(days=20))
        self._say(site.WaitingListLeft("patient-request") if leaves else joined, patient)

    @rule(patient=who, doses=st.integers(1, 3), gap_h=st.sampled_from([72, 120]))
    def is_personalised(self, patient: str, doses: int, gap_h: int) -> None:
        adapted = site.CoursePersonalised("prescriber-1", "response", None, doses, gap_h)
        self._request(adapted, patient)

    @rule(patient=who, weekdays=st.sampled_from([(), (0, 2), (4,)]))
    def prefers(self, patient: str, weekdays: tuple[int, ...]) -> None:
        self._say(site.PreferencesStated(weekdays), patient)

    @rule(patient=who, number=st.integers(1, 2))
    def is_given_out_of_turn(self, patient: str, number: int) -> None:
        self._request(site.SequenceOverridden(number, "prescriber-1", "clinical"), patient)

    @rule(by=pauses)
    def waits(self, by: timedelta) -> None:
        self.world.wait(by)

    @precondition(lambda self: self.said)
    @rule(number=which)
    def says_it_again(self, number: int) -> None:
        step, before = self.said[number % len(self.said)]
        again = self.world.take(step)
        assert (again.verdict, again.first) == ("duplicate", before.verdict)
        assert (again.code, again.created) == (before.code, before.created)

    @invariant()
    def every_invariant_holds(self) -> None:
        assert (found := broken(self.world)) == [], "\n".join(found)

    def teardown(self) -> None:
        assert self.world.differences() == []

    def _attend(self, patient: str, held: Appointment) -> None:
        encounter, course = f"encounter-{held.id[:20]}", self.world.course(patient)
        assert course
        if held.session == "dosing":
            dose = session_record.DoseAdministered(
                encounter, course.id, held.dose_number, course.route, 35.0, 0.5, held.start
            )
            assert self._hear(dose, patient).verdict == "accepted"
        done = session_record.EncounterCompleted(
            encounter, held.id, course.id, held.session, held.dose_number, held.end
        )
        assert self._hear(done, patient).verdict == "accepted"

    def _request(self, data: Any, patient: str) -> None:
        """Not for a course that is not there yet: that would wait for it."""
        course = self.world.course(patient)
        if course and not course.ended:
            self._say(data, patient)

    def _wanted(self, slot: Slot) -> site.SlotWanted:
        kind, number, after = slot
        return site.SlotWanted(kind, number, self._morning() + after)

    def _morning(self) -> datetime:
        return self.world.now.replace(hour=14, minute=0)

    def _waits_until(self, moment: datetime) -> None:
        self.world.wait(max(timedelta(), moment - self.world.now))

    def _chosen(self, patient: str, number: int, *statuses: str) -> Appointment | None:
        found = self._of(patient, *statuses)
        return found[number % len(found)] if found else None

    def _of(self, patient: str, *statuses: str) -> list[Appointment]:
        """Of the active course, ascending by start."""
        course = self.world.course(patient)
        found = [each for each in course.appointments if each.status in statuses] if course else []
        return sorted(found, key=lambda each: (each.start, each.id))

    def _clear(self, patient: str, protocol: str) -> None:
        self.clearances += 1
        now = self.world.now
        granted = kit.cleared(
            clearance_id=f"clearance-{self.clearances}",
            protocol=protocol,
            route=protocol.partition("-")[0],
            signed_at=now,
            first_dose_by=now + timedelta(days=30),
            valid_until=now + timedelta(days=90),
        )
        assert self._hear(granted, patient).verdict == "accepted"

    def _declare(self, name: str, **changes: Any) -> Verdict:
        places = PLACES.get(name, 1)
        declared = kit.a_resource(RESOURCES[name], name, places=places, **changes)
        return self._say(kit.declared(declared), name)

    def _say(self, data: Any, subject: str) -> Verdict:
        return self._taken(self.world.posted(data, subject))

    def _hear(self, data: Any, subject: str) -> Verdict:
        return self._taken(self.world.heard(data, subject))

    def _taken(self, step: Step) -> Verdict:
        verdict = self.world.take(step)
        assert verdict.verdict in WELL, verdict
        self.said.append((step, verdict))
        self.seen[step.event.type, verdict.code or verdict.verdict] += 1
        return verdict
