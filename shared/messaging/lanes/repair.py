"""Repairs the first letter of a lane: another value in its place, if that can be applied.

A repair that would leave the letter parked, or have it refused, changes nothing and says why.
"""

from dataclasses import dataclass, replace
from functools import partial

from shared.codec import schema, strict_json
from shared.kernel.errors import Conflict, Malformed, Rejected, Unavailable
from shared.messaging.consumer import step_of
from shared.storage.lanes import head_of, origin_of
from shared.storage.runner import ATTEMPTS, Runner
from shared.storage.steps import Routes, Step, Verdict
from shared.storage.store import Document

WELL = ("accepted", "deferred", "duplicate", "ignored")
NOT_FIRST = "this letter is not the first of the lane: look at the lane again, and repair its first"


@dataclass(frozen=True, slots=True)
class Repair:
    """`letter`: which one was looked at. `value`: the whole value as JSON. `by`, `reason`: who
    repairs it, and why."""

    lane: str
    letter: str
    value: object
    by: str
    reason: str


@dataclass(frozen=True)
class Bench:
    """Where one consumer group's letters are repaired."""

    group: str
    runner: Runner
    routes: Routes

    def repair(self, asked: Repair) -> Verdict:
        """Raises Rejected (with nothing changed) or Unavailable."""
        for attempt in range(ATTEMPTS):
            head = head_of(self.runner.store.session(), asked.lane)
            if head is None or head["_id"] != asked.letter:
                raise Rejected("not-the-first", NOT_FIRST)
            try:
                return self._tried(head, asked)
            except Conflict:  # somebody else wrote, perhaps this letter: look again
                self.runner.pause(attempt)
        raise Unavailable("too many writers at once")

    def _tried(self, head: Document, asked: Repair) -> Verdict:
        step = self._step(head, asked.value)
        changed = head | {
            "value": step.content,
            "original": head["value"],
            "repaired_by": asked.by,
            "repaired_at": self.runner.clock(),
            "repair_reason": asked.reason,
        }
        try:
            return self.runner.redeliver(step, changed, partial(_must_be_well, head))
        except (Rejected, Conflict, Unavailable):
            raise
        except Exception as bug:
            error_id = self.runner.on_bug(step, bug)
            reason = f"a bug of ours, logged as {error_id}, stops it; nothing was changed"
            raise Rejected("bug", reason) from bug

    def _step(self, head: Document, value: object) -> Step:
        """Its digest is that of the original: the record as it was may come once more."""
        original, content = origin_of(head), strict_json.dumps(value)
        if content == original.value:
            raise Rejected("not-changed", "this is what the letter says already: try `replay`")
        step = step_of(replace(original, value=content), self.group, self.routes)
        if step.fault:
            raise Rejected("malformed", f"{step.fault}; nothing was changed")
        if step.route:
            try:  # what is typed by hand must not lose a field by a slip
                schema.load(step.route.data, value, closed=True)
            except Malformed as fault:
                raise Rejected("malformed", f"{fault}; nothing was changed") from fault
        return replace(step, sha256=step_of(original, self.group, self.routes).sha256)


def _must_be_well(head: Document, verdict: Verdict) -> None:
    if verdict.verdict in WELL and (verdict.first or "accepted") in WELL:
        return
    was = head["code"]
    what = f"it was parked as {was}, and with this value it would be {verdict.verdict}"
    why = f"{verdict.reason or verdict.code}; nothing was changed"
    raise Rejected(verdict.code or verdict.verdict, f"{what}: {why}")
