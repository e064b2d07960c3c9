"""Replays dead-letter lanes: by itself where only an earlier event was missing, else on demand."""

from contextlib import suppress
from dataclasses import dataclass

from shared.kernel.errors import Conflict, Unavailable
from shared.messaging.consumer import step_of
from shared.runtime.logs import logger
from shared.storage.lanes import GAP, LANES, LETTERS, origin_of
from shared.storage.runner import Runner
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
        if not letters:
            self._open(lane)
        return applied

    def discard(self, lane: str) -> int:
        """Gives the lane's letters up, keeping their bytes: how many."""
        letters = self._session().where(LETTERS, {"lane": lane, "status": "parked"})
        self._session().patch(LETTERS, {each["_id"]: {"status": "discarded"} for each in letters})
        self._open(lane)
        return len(letters)

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

    def _open(self, lane: str) -> None:
        def release(session: Session) -> None:
            parked = session.find(LANES, [lane])
            left = session.where(LETTERS, {"lane": lane, "status": "parked"}, limit=1)
            if parked and parked[0]["parked"] and not left:
                version = parked[0]["version"] + 1
                session.replace(LANES, [parked[0] | {"parked": False, "version": version}])

        with suppress(Conflict):  # a letter has just come in, or somebody else was first
            self.runner.store.transact(release)

    def _session(self) -> Session:
        return self.runner.store.session()
