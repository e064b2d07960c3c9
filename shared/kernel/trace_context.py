"""W3C trace context: which trace an event is part of, the same however often it is sent.

Whoever gives no traceparent, or none that can be read, gets one derived from source and id.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = "01"


@dataclass(frozen=True, slots=True)
class TraceParent:
    """Hexadecimal, as in the header: 32, 16 and 2 digits."""

    trace_id: str
    span_id: str
    flags: str = _SAMPLED

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def read(text: object) -> TraceParent | None:
    """None for what is none. Of a later version, the part that is known is read."""
    found = _FORM.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    is_valid = version != "ff" and not (version == "00" and more)
    is_valid &= set(trace_id) != {"0"} and set(span_id) != {"0"}
    return TraceParent(trace_id, span_id, flags) if is_valid else None


def settled(text: object, source: str, event_id: str) -> str:
    """The sender's own traceparent, or the one that follows from source and id."""
    return str(read(text) or _derived(source, event_id))


def following(cause: str, source: str, event_id: str) -> str:
    """That of an event which comes of another: the same trace, a place of its own in it."""
    before = read(cause)
    own = _derived(source, event_id)
    return str(TraceParent(before.trace_id, own.span_id, before.flags) if before else own)


def trace_id(text: str) -> str:
    """Empty where there is none."""
    found = read(text)
    return found.trace_id if found else ""


def span_of(step: str) -> str:
    """The span of a step, by its id in the journal."""
    return sha256(b"step\n" + step.encode()).hexdigest()[:16]


def _derived(source: str, event_id: str) -> TraceParent:
    digest = sha256(f"{source}\n{event_id}".encode()).hexdigest()
    return TraceParent(digest[:32], digest[32:48])
