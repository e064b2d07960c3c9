"""The door to OpenTelemetry: spans over OTLP, off unless OTEL_EXPORTER_OTLP_ENDPOINT is set.

Off, nothing of it is loaded. On, a bounded queue holds what is to be sent, and what does not fit
is dropped: nobody ever waits for a collector.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import local
from typing import Any

from shared.kernel import trace_context

WAITING_MAX, AT_ONCE, EVERY_MS, PATIENCE_S = 2048, 512, 1000, 2
LINKS_MAX = 128


@dataclass(frozen=True, slots=True)
class Span:
    """`began`: see `begun`. `within`: the traceparent that it is a part of (none: a trace of its
    own). `span_id`: the one that others know it by. `links`: traceparents."""

    name: str
    began: int
    within: str
    kind: str = "INTERNAL"
    span_id: str = ""
    links: Sequence[str] = ()
    attributes: Mapping[str, str | int] = field(default_factory=dict)


class _Exporting:
    """A tracer, and the span id that the next span must have."""

    def __init__(self, service: str, process: str, endpoint: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

        wanted = local()

        class Ids(RandomIdGenerator):
            def generate_span_id(self) -> int:
                given: int = wanted.__dict__.pop("span_id", 0)
                return given or super().generate_span_id()

        self.wanted = wanted
        names = {"service.name": f"kap-{service}", "service.instance.id": process}
        self.provider = TracerProvider(id_generator=Ids(), resource=Resource.create(names))
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=PATIENCE_S)
        self.provider.add_span_processor(
            BatchSpanProcessor(
                exporter,
                max_queue_size=WAITING_MAX,
                schedule_delay_millis=EVERY_MS,
                max_export_batch_size=AT_ONCE,
            )
        )
        self.tracer = self.provider.get_tracer("kap")


_exporting: _Exporting | None = None


def configure(service: str, process: str, endpoint: str) -> None:
    """Once per process, after a fork. `endpoint`: of the collector; empty: no traces are made."""
    global _exporting
    _exporting = _Exporting(service, process, endpoint) if endpoint else None


def begun() -> int:
    """When what is about to be done began: for `done`. 0 where no traces are made."""
    return time.time_ns() if _exporting else 0


def done(span: Span) -> None:
    """Ends now. What was begun while no traces were made is none."""
    if _exporting is None or not span.began:
        return
    from opentelemetry.trace import Link, SpanKind

    if span.span_id:
        _exporting.wanted.span_id = int(span.span_id, 16)
    _exporting.tracer.start_span(
        span.name,
        context=_context(span.within),
        kind=SpanKind[span.kind],
        attributes=dict(span.attributes),
        links=[Link(each) for each in map(_remote, span.links[:LINKS_MAX]) if each],
        start_time=span.began,
    ).end()


def _context(within: str) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, set_span_in_context

    parent = _remote(within)
    return set_span_in_context(NonRecordingSpan(parent), Context()) if parent else Context()


def _remote(text: str) -> Any:
    from opentelemetry.trace import SpanContext, TraceFlags

    found = trace_context.read(text)
    if found is None:
        return None
    flags = TraceFlags(int(found.flags, 16))
    trace_id, span_id = int(found.trace_id, 16), int(found.span_id, 16)
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=flags)
