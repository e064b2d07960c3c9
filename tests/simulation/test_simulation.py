"""Many seeded worlds keep every invariant, and every planted bug is caught by a few of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from structlog.testing import capture_logs

from shared.contracts import site
from shared.contracts.intake import ClearanceWithdrawn, ConsentRevoked, SafetyHoldRaised
from shared.contracts.topics import SCHEDULING, SESSION_RECORD
from shared.kernel.errors import Unavailable
from shared.messaging.clock import CLOCK, AlarmClock
from shared.messaging.consumer import Consumer, beat_of
from shared.messaging.deferrals import Deferrals
from shared.messaging.relay import Relay
from shared.storage.journal import JOURNAL, records_of
from shared.storage.memory import MemorySession
from shared.storage.runner import Runner, _Batch
from shared.storage.steps import Origin, Routes
from shared.storage.store import Document
from tests.kit import toy
from tests.kit.toy import NOW
from tests.simulation.engines import SimulatedSession, SimulatedStore
from tests.simulation.faults import LOST_RACE, Crash, Faults, WorldClock
from tests.simulation.report import describe, simulate
from tests.simulation.service import Plan
from tests.simulation.world import World

WORLDS, ACTIONS = 84, 1200
WORLDS_TO_CATCH_A_BUG = 12


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The services' own logs, by the thousand, would hide the report."""
    with capture_logs():
        yield


def test_whatever_fails_no_event_is_lost_doubled_or_out_of_order_and_no_patient_harmed() -> None:
    tally = simulate(range(WORLDS), ACTIONS)

    report = describe(tally, ACTIONS)
    print(report)
    assert not tally.witnesses, report
    assert tally.vacuous() == []
    assert tally.actions >= 100_000


def test_a_seed_tells_the_same_story_twice() -> None:
    one, other = World(5), World(5)
    for world in (one, other):
        world.run(300)
        world.settle()

    assert one.broker.logs == other.broker.logs
    assert one.faults.bit == other.faults.bit


@pytest.mark.parametrize("seed", range(4))
def test_whatever_fails_every_hour_is_struck_once_for_every_patient(seed: int) -> None:
    dice, time = Random(seed), WorldClock(NOW)  # noqa: S311 - no secret
    faults = Faults(dice)
    store = SimulatedStore(faults)
    patients = [f"patient-{n}" for n in range(250)]
    faults.healed = True
    toy.runner(store).run([toy.posted(site.TreatmentHistoryTaken, each) for each in patients])
    clocks = [_alarm_clock(store, time) for _ in range(2)]
    store.rival = Once(lambda: dice.choice(clocks).sweep())
    faults.healed = False
    for _ in range(60):
        time.now += timedelta(minutes=1)
        with suppress(Crash, Unavailable):
            dice.choice(clocks).sweep()
    faults.healed = True
    while clocks[0].sweep():
        pass

    struck = [each for each in store.collections[JOURNAL].values() if each["reader"] == CLOCK]
    rounds = [each["state"] for each in store.collections[toy.ROUNDS.name].values()]
    assert [each["looked"] for each in rounds] == [toy.ROUNDS_IN_ALL] * len(patients)
    assert len(struck) == toy.ROUNDS_IN_ALL * len(patients)
    assert faults.bit[LOST_RACE]
    assert faults.bit["crash after a commit"] + faults.bit["store away after the commit"]


class Once:
    """A rival that has no rivals of its own."""

    def __init__(self, turn: Callable[[], object]) -> None:
        self._turn, self._busy = turn, False

    def __call__(self) -> None:
        if self._busy:
            return
        self._busy = True
        with suppress(Crash, Unavailable):  # its own end, not that of whom it races
            self._turn()
        self._busy = False


def _alarm_clock(store: SimulatedStore, time: WorldClock) -> AlarmClock:
    now = time.of("intake")
    return AlarmClock("intake", replace(toy.runner(store), clock=now), toy.ALARMS, now)


# ---- planted bugs ----------------------------------------------------------------------------


class MarksFirst(Relay):
    """Marks a page as sent before it is."""

    def turn(self) -> int:
        session = self.store.session()
        page = session.where(JOURNAL, {"unsent": True}, order="order")
        sent = {"unsent": None, "sent_at": self.clock()}
        session.patch(JOURNAL, {each["_id"]: sent for each in page})
        self.publisher.publish([record for each in page for record in records_of(each)])
        return len(page)


class NewestFirst(Relay):
    """Sends what waits by another order than that of the aggregates."""

    def turn(self) -> int:
        session = self.store.session()
        page = session.where(JOURNAL, {"unsent": True}, order="order")[::-1]
        self.publisher.publish([record for each in page for record in records_of(each)])
        sent = {"unsent": None, "sent_at": self.clock()}
        session.patch(JOURNAL, {each["_id"]: sent for each in page})
        return len(page)


class ByTheClock(Relay):
    """Sends in the order of the wall clock."""

    def turn(self) -> int:
        session = self.store.session()
        page = session.where(JOURNAL, {"unsent": True}, order="recorded_at")
        self.publisher.publish([record for each in page for record in records_of(each)])
        sent = {"unsent": None, "sent_at": self.clock()}
        session.patch(JOURNAL, {each["_id"]: sent for each in page})
        return len(page)


class CommitsFirst(Consumer):
    """Passes over records before they are in the store."""

    def turn(self) -> int:
        records = self.subscription.poll(0)
        if records:
            self.subscription.commit(records)
            self._apply(records)
        return len(records)


class BelievesAtOnce(Consumer):
    """Takes a heartbeat for true before what stands before it is in the store."""

    def _apply(self, records: Sequence[Origin]) -> bool:
        self._note([beat for each in records if (beat := beat_of(each))])
        return super()._apply(records)


class BeatsBlindly(Relay):
    """Says that all is sent without having looked."""

    def beat(self) -> int:
        self._complete_until = self.clock()
        return super().beat()


class PassesOverPoison(Consumer):
    """Takes what it can read and leaves the rest."""

    def _apply(self, records: Sequence[Origin]) -> bool:
        return super()._apply([each for each in records if each.value and each.value[:2] != b"{b"])


class NoInbox(Runner):
    """Never asks whether an event came before."""

    def _batch(self, session: Any, steps: Any, hopeful: bool = False) -> Any:  # noqa: ARG002
        return _Forgetful(self, session, steps).verdicts()


class _Forgetful(_Batch):
    def _before(self, step: Any) -> None:  # noqa: ARG002
        return None


class NoUniqueIndex(SimulatedSession):
    """Takes a second journal document of the same id for an update."""

    def insert(self, collection: str, documents: Sequence[Document]) -> None:
        if collection != JOURNAL:
            super().insert(collection, documents)
            return
        for each in documents:
            self._put(collection, each)


class OverwritingStore(SimulatedStore):
    sessions = NoUniqueIndex


class LastWriterWins(SimulatedSession):
    """Replaces whatever is there."""

    def replace(self, collection: str, documents: Sequence[Document]) -> None:
        for each in documents:
            self._put(collection, each)
        self._commit_if_alone()


class LostUpdates(SimulatedStore):
    sessions = LastWriterWins

    def check_unchanged(self, session: Any, seen: Any) -> None:
        """Nobody is told that somebody else was first."""


class TornTransactions(SimulatedStore):
    """Now and then keeps the state of a transaction without its journal."""

    def transact(self, work: Any) -> Any:
        if self.faults.bites("store away before the commit"):
            session = MemorySession(self.collections)
            work(session)
            session._written.pop(JOURNAL, None)
            session.commit()
        return super().transact(work)


class NeverTakenUp(Deferrals):
    def sweep(self) -> int:
        return 0


def deaf(service: str, *unheard: type[Any]) -> Callable[[str, Routes], Routes]:
    """A network in which one service does not act on these events."""
    lost = {each.type for each in unheard}

    def routes(name: str, known: Routes) -> Routes:
        return {kind: route for kind, route in known.items() if name != service or kind not in lost}

    return routes


NO_STOPS = deaf(SCHEDULING, SafetyHoldRaised, ClearanceWithdrawn, ConsentRevoked)
NO_HOLDS = deaf(SESSION_RECORD, SafetyHoldRaised)
BUGS: dict[str, tuple[Plan, str]] = {
    "marked before published": (Plan(relay=MarksFirst), "I3 I4 I6"),
    "newest first": (Plan(relay=NewestFirst), "I5"),
    "ordered by wall clock": (Plan(relay=ByTheClock), "I5"),
    "offsets committed before applying": (Plan(consumer=CommitsFirst), "I9"),
    "heartbeats believed at once": (Plan(consumer=BelievesAtOnce), "what is known"),
    "heartbeats without a look": (Plan(relay=BeatsBlindly), "what is known"),
    "poison passed over": (Plan(consumer=PassesOverPoison), "I9"),
    "no inbox": (Plan(runner=NoInbox, store=OverwritingStore), "I1 I2"),
    "last writer wins": (Plan(store=LostUpdates), "I5"),
    "torn transactions": (Plan(store=TornTransactions), "I5"),
    "deferred and forgotten": (Plan(deferrals=NeverTakenUp), "I16"),
    "scheduling deaf to stops": (Plan(routes=NO_STOPS), "no dose is booked"),
    "session-record deaf to holds": (Plan(routes=NO_HOLDS), "copies agree"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught(bug: str) -> None:
    plan, expected = BUGS[bug]

    tally = simulate(
        range(WORLDS_TO_CATCH_A_BUG),
        ACTIONS,
        plan,
        enough=lambda so_far: any(
            name.startswith(expected) for found in so_far.witnesses.values() for name in found
        ),
    )

    caught = {name for found in tally.witnesses.values() for name in found}
    assert any(name.startswith(expected) for name in caught), f"only caught by {caught}"
