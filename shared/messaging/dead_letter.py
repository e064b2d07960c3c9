"""Replays dead-letter lanes: by itself where only an earlier event was missing, else on demand."""

from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from shared.kernel.errors import Conflict, Unavailable
from shared.messaging.consumer import step_of
from shared.messaging.lanes.repair import Bench, Repair
from shared.runtime.logs import logger
from shared.storage.lanes import GAP, LANES, LETTERS, head_of, origin_of
from shared.storage.runner import ATTEMPTS, Runner
from shared.storage.steps import Routes
from shared.storage.store import Document, Session

PAGE = 200


@dataclass(frozen=True)
class DeadLetters:
    """One consumer group's lanes."""

    group: str
    runner: Runner
    routes: Routes

    def sweep(self) -> int:
        """Tries every lane whose head waits for a missing event: how many letters got out."""
        lanes = self._session().where(LANES, {"parked": True}, limit=PAGE)
        return sum(self.replay(lane["_id"]) for lane in lanes if lane["code"] == GAP)

    def replay(self, lane: str) -> int:
        """Applies what can be applied of the lane, and opens it if nothing is left in it."""
        letters = self._session().where(
            LETTERS, {"lane": lane, "status": "parked"}, order="order", limit=PAGE
        )
        applied, progress = 0, True
        while progress and letters:
            left = [letter for letter in letters if not self._apply(letter)]
            progress, applied = len(left) < len(letters), applied + len(letters) - len(left)
            letters = left
        self._settle(lane)
        return applied

    def repair(self, lane: str, letter: str, value: object, by: str, reason: str) -> Document:
        """Puts `value` into the first letter, for `reason`, then tries those behind it:
        `{verdict, applied}`. Raises Rejected, with nothing changed, if it would not get out."""
        bench = Bench(self.group, self.runner, self.routes)
        verdict = bench.repair(Repair(lane, letter, value, by, reason))
        return {"verdict": verdict.verdict, "applied": 1 + self.replay(lane)}

    def discard(self, lane: str) -> int:
        """Gives the lane's letters up, keeping their bytes: how many."""
        given_up = 0
        for attempt in range(ATTEMPTS):
            try:
                while page := self.runner.store.transact(partial(_discard, lane=lane)):
                    given_up += page
                break
            except Conflict:  # one of them has just been replayed or repaired: look again
                self.runner.pause(attempt)
        self._settle(lane)
        return given_up

    def _apply(self, letter: Document) -> bool:
        step = step_of(origin_of(letter), self.group, self.routes)
        try:
            return self.runner.redeliver(step, letter).verdict != "parked"
        except Conflict:
            return False  # somebody else wrote; the next sweep sees the outcome
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 - the letter stays where it is safe
            logger().error("letter fails again", letter=letter["_id"], exc_info=bug)
            return False

    def _settle(self, lane: str) -> None:
        """Opens the lane if nothing is left in it, else says of it what its first letter says."""

        def settle(session: Session) -> None:
            known, head = session.find(LANES, [lane]), head_of(session, lane)
            if not known or not known[0]["parked"]:
                return
            said = {name: head[name] for name in ("code", "reason")} if head else {"parked": False}
            if changed := {n: each for n, each in said.items() if known[0].get(n) != each}:
                version = known[0]["version"] + 1
                session.replace(LANES, [known[0] | changed | {"version": version}])

        with suppress(Conflict):  # a letter has just come in, or somebody else was first
            self.runner.store.transact(settle)

    def _session(self) -> Session:
        return self.runner.store.session()


def _discard(session: Session, lane: str) -> int:
    """One page of the lane's letters, each by its version: none is given up that got out."""
    page = session.where(LETTERS, {"lane": lane, "status": "parked"}, order="order", limit=PAGE)
    session.replace(
        LETTERS,
        [each | {"status": "discarded", "version": each["version"] + 1} for each in page],
    )
    return len(page)
