"""What a step is: one event, the route that decides it, and the verdict that comes of it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, Literal, Protocol, TypeVar

from shared.codec.cloudevents import Envelope
from shared.contracts.envelope import Event
from shared.kernel import trace_context
from shared.kernel.errors import Malformed, Reason
from shared.kernel.policy import Policy
from shared.runtime import tracing
from shared.runtime.tracing import Span
from shared.storage.unit_of_work import Need, UnitOfWork

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)
SITE = "site"
"""The reader of posted events; a consumed event's reader is the consumer group."""

Outcome = Literal[
    "accepted", "duplicate", "deferred", "conflict", "rejected", "invalid",  # a sender sees these
    "ignored", "parked", "error",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route(Generic[C]):
    """How a service takes one event type: the contract, the command, the use case.

    `loads` names what the use case will read, so that a batch reads it at once. `roles`: a sender
    needs one of them (posted events only). `sealed`: the event names somebody, so its content is
    never kept, and the journal holds its digest only as this keyed function makes it. `counted`:
    what stands against it is counted by clinic, so its blockers must say nothing of a patient.
    """

    data: type[Any]
    translate: Callable[[Event], C]
    handle: Callable[[C, UnitOfWork], None]
    loads: Callable[[Event], Sequence[Need]]
    roles: frozenset[str] = field(default=frozenset())
    sealed: Callable[[str], str] | None = None
    counted: bool = False


Routes = dict[str, Route[Any]]


class Governed(Protocol[C_contra]):
    """A use case that decides under the policy."""

    def __call__(self, command: C_contra, uow: UnitOfWork, policy: Policy) -> None: ...


def governed(handle: Governed[C], policy: Policy) -> Callable[[C, UnitOfWork], None]:
    """The use case under the policy in force at the event's clinic, which may be stricter."""

    def under(command: C, uow: UnitOfWork) -> None:
        handle(command, uow, policy.of(uow.clinic))

    return under


@dataclass(frozen=True, slots=True)
class Origin:
    """Where on Kafka a record was, and its bytes as they were."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    @property
    def id(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def lane(self) -> str:
        """The patient whose later events must wait if this one cannot be applied."""
        return self.key.decode("utf-8", "backslashreplace") if self.key else self.id


@dataclass(frozen=True)
class Step:
    """One event on its way into the store.

    `route` None: this service does not act on the type. `fault`: it could not be understood.
    `content` is what was received, kept for steps that must be taken up again. `envelope` is
    None only where not even that could be read. `if_version`: the sender decided on that version
    of the first document that the route loads; on any other the step is a conflict.
    """

    reader: str
    envelope: Envelope | None
    sha256: str
    content: bytes
    route: Route[Any] | None = None
    data: Any = None
    fault: Malformed | None = None
    origin: Origin | None = None
    if_version: int | None = None

    @cached_property
    def id(self) -> str:
        about = self.envelope
        return journal_id(about.id, about.source, self.reader) if about else ""

    @cached_property
    def traceid(self) -> str:
        """Empty where not even the envelope could be read."""
        return trace_context.trace_id(self.envelope.traceparent) if self.envelope else ""

    @cached_property
    def event(self) -> Event:
        assert self.envelope, "a step without an envelope is never acted on"
        return self.envelope.carrying(self.data)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one event. `first`: what a duplicate was answered the first time. `traceid`: of
    the trace that it is part of, in logs and journeys too."""

    verdict: Outcome
    id: str = ""
    source: str = ""
    receipt: str = ""
    code: str = ""
    reason: str = ""
    path: str = ""
    blockers: tuple[Reason, ...] = ()
    created: tuple[str, ...] = ()
    first: str = ""
    alternatives: tuple[str, ...] = ()
    traceid: str = ""

    @property
    def is_taken(self) -> bool:
        """It has effect, or will have as soon as what it waits for is heard of."""
        return (self.first or self.verdict) in ("accepted", "deferred")


def tally(steps: Sequence[Step], verdicts: Sequence[Verdict]) -> Counter[tuple[str, str]]:
    """How often each (event type, verdict) came out; `other`: a type that no route takes."""
    kinds = (step.envelope.type if step.envelope and step.route else "other" for step in steps)
    return Counter((kind, verdict.verdict) for kind, verdict in zip(kinds, verdicts, strict=True))


def blockers(step: Step, verdict: Verdict) -> tuple[str, ...]:
    """The codes of what stood against a rejected event whose refusals are counted."""
    if verdict.verdict != "rejected" or not (step.route and step.route.counted):
        return ()
    return tuple(dict.fromkeys(each.code for each in verdict.blockers)) or (verdict.code,)


def traced(step: Step, verdict: Verdict) -> Verdict:
    """A duplicate is part of the trace in which it was decided."""
    return verdict if verdict.traceid else replace(verdict, traceid=step.traceid)


def trace(step: Step, verdict: Verdict, began: int, *, again: bool = False) -> None:
    """The step as a span: the transaction that decided it. One that was decided before, or that
    is decided again, has another place in the trace."""
    if not began or step.envelope is None:
        return
    is_first = verdict.verdict != "duplicate" and not again
    is_posted = step.reader == SITE
    tracing.done(
        Span(
            f"{'decide' if is_posted else 'apply'} {step.envelope.type}",
            began,
            step.envelope.traceparent,
            kind="INTERNAL" if is_posted else "CONSUMER",
            span_id=trace_context.span_of(step.id) if is_first else "",
            attributes={"kap.verdict": verdict.verdict, "kap.code": verdict.code},
        )
    )


def journal_id(event_id: str, source: str, reader: str) -> str:
    """Begins with the event's id, so that a journey is found by the primary key."""
    return f"{event_id}|{source}|{reader}"
