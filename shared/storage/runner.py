"""Runs steps: a batch is one transaction, and one bad event never fails its neighbours.

Posted and consumed events take the same way; only a consumed one can be parked in a lane.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from shared.kernel.clock import Clock
from shared.kernel.errors import Conflict, Malformed, NotYet, Rejected, Unavailable
from shared.kernel.identifiers import derive
from shared.runtime import tracing
from shared.runtime.logs import bound_contextvars
from shared.storage import journal
from shared.storage.journal import JOURNAL
from shared.storage.lanes import BEHIND, GAP, LETTERS, Parking
from shared.storage.steps import SITE, Step, Verdict, journal_id, trace, traced
from shared.storage.store import Document, Session, Store
from shared.storage.unit_of_work import Work

ATTEMPTS = 8
ATTEMPTS_AT_A_BUG = 3
REFUSAL_WAITS = timedelta(minutes=10)
"""How long a deferred event can hold back a refusal: far longer than Kafka lags on a good day."""

SEND_AGAIN = "it needs what was not heard of yet, and is not kept: send it again after that"


@dataclass(frozen=True)
class Runner:
    """`token` gives random tokens, `pause` waits that many seconds before attempt n+1.

    `on_bug` is told of every exception that is not one of ours, before anything is answered.
    `turn`: threads that lost to a writer try again one after the other, or in a storm they would
    lose to each other until they give up. Whoever waits too long for it goes without.
    """

    service: str
    store: Store
    clock: Clock
    token: Callable[[], str]
    pause: Callable[[int], None]
    on_bug: Callable[[Step, Exception], str]
    turn: Lock = field(default_factory=Lock, compare=False)
    turn_within_s: float = 2.0

    def run(self, steps: Sequence[Step]) -> list[Verdict]:
        """A verdict per step, in order. Raises Unavailable: then nothing was decided here."""
        if not steps:
            return []
        began = tracing.begun()
        verdicts = self._run(steps)
        answers = [traced(*each) for each in zip(steps, verdicts, strict=True)]
        for step, verdict in zip(steps, answers, strict=True):
            trace(step, verdict, began)
        return answers

    def _run(self, steps: Sequence[Step]) -> list[Verdict]:
        for hopeful in _tries(steps):
            try:
                return self.store.transact(partial(self._batch, steps=steps, hopeful=hopeful))
            except Unavailable:
                raise
            except Exception:  # noqa: BLE001, S112 - whatever it was, a closer look will tell
                continue
        has_turn = self.turn.acquire(timeout=self.turn_within_s)
        try:
            return [self._alone(step) for step in steps]
        finally:
            if has_turn:
                self.turn.release()

    def resume(self, step: Step, document: Document) -> Verdict:
        """Decides a deferred step again; what comes of it replaces the deferral."""
        began = tracing.begun()
        verdict = self.store.transact(partial(self._resumed, step=step, document=document))
        if verdict.verdict != "deferred":
            trace(step, verdict, began, again=True)
        return verdict

    def refuse(self, document: Document, code: str, reason: str) -> None:
        """Ends a deferral that waited too long. Raises Conflict if it was decided meanwhile."""
        said = {"verdict": "rejected", "code": code, "reason": reason}
        kept = {name: value for name, value in document.items() if name != "content"}
        changed = {"version": document["version"] + 1, **_sealed_anew(document)}
        self.store.session().replace(JOURNAL, [kept | said | changed])

    def redeliver(
        self, step: Step, letter: Document, must: Callable[[Verdict], None] = lambda _: None
    ) -> Verdict:
        """Applies a parked record, if it can be now, and takes it out of its lane.

        `must` raises at a verdict with which nothing may be changed.
        """
        began = tracing.begun()
        work = partial(self._redelivered, step=step, letter=letter, must=must)
        verdict = self.store.transact(work)
        if verdict.verdict != "parked":
            trace(step, verdict, began)
        return verdict

    def _alone(self, step: Step) -> Verdict:
        bugs = 0
        for attempt in range(ATTEMPTS):
            try:
                return self.store.transact(partial(self._batch, steps=[step]))[0]
            except Conflict:
                self.pause(attempt)
            except Unavailable:
                raise
            except Exception as bug:  # noqa: BLE001 - a bug of ours must not stop the others
                bugs += 1
                if bugs == ATTEMPTS_AT_A_BUG:
                    return self._broken(step, bug)
        raise Unavailable("too many writers at once")

    def _broken(self, step: Step, bug: Exception) -> Verdict:
        with bound_contextvars(traceid=step.traceid):
            error_id = self.on_bug(step, bug)
        if step.origin is None:
            assert step.envelope, "a posted step without an envelope is answered, never run"
            return Verdict("error", step.envelope.id, step.envelope.source, code=error_id)
        reason = f"{type(bug).__name__}, logged as {error_id}"
        fault = Malformed("", reason)
        parked = replace(step, fault=fault)
        return self.store.transact(partial(self._batch, steps=[parked]))[0]

    def _batch(
        self, session: Session, steps: Sequence[Step], hopeful: bool = False
    ) -> list[Verdict]:
        return _Batch(self, session, steps, hopeful).verdicts()

    def _resumed(self, session: Session, step: Step, document: Document) -> Verdict:
        batch = _Batch(self, session, [step])
        verdict, fresh = batch.resumed(step)
        if verdict.verdict == "deferred":  # since the same day, but perhaps for something else now
            fresh = document | {name: fresh[name] for name in ("waits_in", "waits_for", "reason")}
        else:
            fresh |= _sealed_anew(document)
        if fresh != document:
            session.replace(JOURNAL, [fresh | {"version": document["version"] + 1}])
            batch.work.write()
        return verdict

    def _redelivered(
        self, session: Session, step: Step, letter: Document, must: Callable[[Verdict], None]
    ) -> Verdict:
        batch = _Batch(self, session, [step])
        verdict = batch.redelivered(step)
        must(verdict)
        if verdict.verdict != "parked":
            changed = {"status": verdict.verdict, "version": letter["version"] + 1}
            session.replace(LETTERS, [letter | changed])
        elif letter["code"] != verdict.code:  # it was behind another, or waits for something else
            said = {"code": verdict.code, "reason": verdict.reason}
            session.patch(LETTERS, {letter["_id"]: said})
        return verdict


class _Batch:
    """The steps of one transaction, in order.

    `hopeful`: nothing of it is looked up in the journal. Whatever came before is found out by the
    insert, which raises Conflict.
    """

    def __init__(
        self, runner: Runner, session: Session, steps: Sequence[Step], hopeful: bool = False
    ) -> None:
        self._session, self._steps, self._hopeful = session, steps, hopeful
        self._now: datetime = runner.clock()
        self.work = Work(runner.service, session, self._now, runner.token)
        self._fresh: dict[str, Document] = {}

    def verdicts(self) -> list[Verdict]:
        consumed = [step for step in self._steps if step.origin]
        self._parking = (
            Parking(self._session, consumed[0].reader, consumed, self._now) if consumed else None
        )
        self._load()
        answers = [self._answer(step) for step in self._steps]
        if self._hopeful and len(self._fresh) != len(self._steps):
            raise Conflict("a step that is not inserted may have come before")
        self._session.insert(JOURNAL, list(self._fresh.values()))
        self.work.write()
        if self._parking:
            self._parking.write()
        return answers

    def resumed(self, step: Step) -> tuple[Verdict, Document]:
        """Decides a deferred step again, unless an earlier event of its source still waits."""
        self._load()
        return self._behind(step) or self.decide(step)

    def redelivered(self, step: Step) -> Verdict:
        """As `verdicts`, for one parked step whose lane no longer stands in its way."""
        self._load()
        if step.envelope and (before := self._before(step)):
            return journal.repeated(step, before)
        if stands := self._stands_before(step):
            return stands
        verdict, document = self._behind(step) or self.decide(step)
        self._session.insert(JOURNAL, [document])
        self.work.write()
        return verdict

    def decide(self, step: Step) -> tuple[Verdict, Document]:
        """Runs the route. What it staged is kept if it is accepted and dropped if refused."""
        assert step.envelope, "only a step with an envelope is decided"
        event = step.event
        self.work.begin(event)
        receipt = derive(step.id, "receipt")
        if step.route is None:
            verdict = Verdict("ignored", event.id, event.source, receipt=receipt)
            return verdict, journal.entry(step, verdict, self._now, 0)
        if step.if_version is not None and (stale := self._stale(step, receipt)):
            return stale
        try:
            with bound_contextvars(traceid=step.traceid):
                step.route.handle(step.route.translate(event), self.work)
        except (Rejected, NotYet, Malformed) as refusal:
            return self._refuse(step, refusal, receipt)
        staged = self.work.keep()
        verdict = Verdict(
            "accepted", event.id, event.source, receipt=receipt, created=staged.created
        )
        document = journal.entry(step, verdict, self._now, staged.order)
        return verdict, journal.with_records(document, staged)

    def _refuse(
        self, step: Step, refusal: journal.Refusal, receipt: str
    ) -> tuple[Verdict, Document]:
        self.work.drop()
        if step.route and step.route.sealed:
            return self._refuse_sealed(step, refusal, receipt)
        if isinstance(refusal, Rejected) and (earlier := self._still_waiting(step)):
            refusal = NotYet(JOURNAL, earlier)
        verdict = replace(journal.refused(step, refusal), receipt=receipt)
        document = journal.entry(step, verdict, self._now, self._order())
        if isinstance(refusal, NotYet):
            document |= {"waits_in": refusal.collection, "waits_for": refusal.document_id}
        return verdict, document

    def _refuse_sealed(
        self, step: Step, refusal: journal.Refusal, receipt: str
    ) -> tuple[Verdict, Document]:
        """What names somebody is kept by its sender while it must wait, not in the journal."""
        verdict = replace(journal.refused(step, refusal), receipt=receipt)
        if isinstance(refusal, NotYet):
            verdict = replace(verdict, verdict="conflict", reason=SEND_AGAIN)
        return verdict, journal.entry(step, verdict, self._now, self._order())

    def _still_waiting(self, step: Step) -> str | None:
        """An earlier posted event of the patient that was deferred not long ago: a refusal might
        rest on what it is about to say, so it waits too. (What is accepted need not wait.)"""
        if step.reader != SITE:
            return None
        event, own = step.event, self._known.get(step.id)
        fields = {"verdict": "deferred", "clinic": event.clinic, "subject": event.subject}
        stored = self._session.where(JOURNAL, fields, order="order")
        since = self._now - REFUSAL_WAITS
        recent = [each for each in stored if each["recorded_at"] > since]
        earlier = [each for each in recent if own is None or each["order"] < own["order"]]
        fresh = [each for each in self._fresh.values() if fields.items() <= each.items()]
        return next((str(each["_id"]) for each in earlier + fresh), None)

    def _order(self) -> int:
        """The place among steps that have no aggregate to be ordered by."""
        return int(self._now.timestamp() * 1_000_000) + len(self._fresh)

    def _behind(self, step: Step) -> tuple[Verdict, Document] | None:
        """A deferral, if the event before this one of its source is deferred itself."""
        key = self._predecessors.get(step.id, "")
        before = self._fresh.get(key) or self._known.get(key)
        if before is None or before["verdict"] != "deferred":
            return None
        waits = NotYet(before["waits_in"], before["waits_for"])
        return self._refuse(step, waits, derive(step.id, "receipt"))

    def _stale(self, step: Step, receipt: str) -> tuple[Verdict, Document] | None:
        assert step.route
        assert step.envelope
        needs = step.route.loads(step.event)
        if not needs or self.work.version(needs[0]) == step.if_version:
            return None
        reason = "it has changed since you read it; read it again"
        verdict = Verdict(
            "conflict", step.event.id, step.event.source, receipt, code="stale", reason=reason
        )
        return verdict, journal.entry(step, verdict, self._now, 0)

    def _load(self) -> None:
        """Reads at once what the steps will ask for: one find per collection."""
        readable = [step for step in self._steps if step.envelope]
        self._predecessors = {step.id: _predecessor(step) for step in readable if _follows(step)}
        own, before = {step.id for step in readable}, set(self._predecessors.values())
        wanted = before - own if self._hopeful else before | own
        self._known = {each["_id"]: each for each in self._session.find(JOURNAL, wanted)}
        self.work.prefetch(
            (step.envelope.clinic, need)
            for step in readable
            if step.route and step.envelope and not step.fault
            for need in step.route.loads(step.event)
        )

    def _answer(self, step: Step) -> Verdict:
        if step.envelope and (before := self._before(step)):
            return self._repeated(step, before)
        if step.origin and (parked := self._park(step)):
            return parked
        if step.fault:
            return journal.refused(step, step.fault)
        verdict, document = self._behind(step) or self.decide(step)
        if step.origin is None and verdict.verdict in ("invalid", "conflict"):
            return verdict  # not decided: the sender mends it and sends the same id again
        self._fresh[step.id] = document
        return verdict

    def _repeated(self, step: Step, before: Document) -> Verdict:
        verdict = journal.repeated(step, before)
        if verdict.verdict != "conflict" or not step.origin or not self._parking:
            return verdict
        self._parking.park(step.origin, verdict.code, verdict.reason)  # somebody forged or forked
        return replace(verdict, verdict="parked")

    def _before(self, step: Step) -> Document | None:
        return self._fresh.get(step.id) or self._known.get(step.id)

    def _park(self, step: Step) -> Verdict | None:
        """The verdict `parked`, if the step may not be applied now."""
        assert step.origin is not None
        assert self._parking is not None
        verdict = self._stands_before(step)
        if not step.fault and self._parking.blocks(step.origin):
            reason = "an earlier event of this patient is parked"
            verdict = Verdict("parked", step.event.id, code=BEHIND, reason=reason)
        if verdict:
            self._parking.park(step.origin, verdict.code, verdict.reason)
        return verdict

    def _stands_before(self, step: Step) -> Verdict | None:
        """The verdict `parked` for what a step alone can be parked for."""
        about = step.envelope
        if step.fault:
            code, reason = "malformed", str(step.fault)
        elif about and (missing := self._missing_predecessor(step)):
            code, reason = GAP, f"event {missing} of {about.source} has not been heard"
        else:
            return None
        return Verdict("parked", about.id if about else "", code=code, reason=reason)

    def _missing_predecessor(self, step: Step) -> int:
        """The sequence number before this one if nobody applied it, else 0."""
        before = self._predecessors.get(step.id)
        if before is None or before in self._fresh or before in self._known:
            return 0
        assert step.envelope, "only a step with an envelope has a predecessor"
        return (step.envelope.sequence or 1) - 1


def _tries(steps: Sequence[Step]) -> list[bool]:
    """How all the steps are tried as one, before each alone: hopeful, then with a look back."""
    hope = [] if any(step.fault for step in steps) else [True]
    return hope + ([False] if len(steps) > 1 else [])


def _sealed_anew(document: Document) -> Document:
    """A decision after a deferral has its own place in the audit chain; what the deferral's place
    was sealed with can still be told."""
    return {"unsealed": True, "deferred_at": document["recorded_at"]}


def _predecessor(step: Step) -> str:
    assert step.envelope, "only a step with an envelope has a predecessor"
    event_id = derive(step.envelope.source, str((step.envelope.sequence or 1) - 1))
    return journal_id(event_id, step.envelope.source, step.reader)


def _follows(step: Step) -> bool:
    """Whether the event before this one of its source must be applied first."""
    return step.reader != SITE and step.envelope is not None and (step.envelope.sequence or 1) > 1
