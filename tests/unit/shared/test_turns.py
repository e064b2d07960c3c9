"""Threads that lost to another writer try again one after the other, so that a storm ends."""

from collections.abc import Callable
from typing import TypeVar

from shared.contracts import site
from shared.kernel.errors import Conflict
from shared.storage.memory import MemorySession, MemoryStore
from shared.storage.runner import Runner
from tests.kit.toy import Clock, posted

T = TypeVar("T")


class BeatenStore(MemoryStore):
    """Another writer wins so many times; whether the runner's turn was taken is noted."""

    def __init__(self, beaten: int) -> None:
        super().__init__()
        self.beaten, self.turns = beaten, list[bool]()
        self.runner = Runner(
            "intake",
            self,
            Clock(),
            str,
            lambda _attempt: None,
            lambda _step, _bug: "error-1",
            turn_within_s=0.001,
        )

    def transact(self, work: Callable[[MemorySession], T]) -> T:
        self.turns.append(self.runner.turn.locked())
        if len(self.turns) <= self.beaten:
            raise Conflict("another writer won")
        return super().transact(work)

    def verdict(self) -> str:
        return self.runner.run([posted(site.ReferralReceived)])[0].verdict


def test_who_was_not_beaten_waits_for_nobody() -> None:
    store = BeatenStore(0)

    assert (store.verdict(), store.turns) == ("accepted", [False])


def test_who_lost_has_the_turn_until_it_is_decided() -> None:
    store = BeatenStore(3)

    assert (store.verdict(), store.turns) == ("accepted", [False, True, True, True])
    assert not store.runner.turn.locked()


def test_who_waits_too_long_goes_without() -> None:
    store = BeatenStore(3)
    store.runner.turn.acquire()

    assert store.verdict() == "accepted"
    assert store.runner.turn.locked(), "it is still the other one's"
