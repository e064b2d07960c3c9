"""A collector of traces in the test's own process: OTLP over HTTP, as protobuf."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Seen:
    """A span as it came. Ids in hexadecimal; `links`: (trace, span)."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent: str
    links: tuple[tuple[str, str], ...]


@dataclass
class Collector:
    """`url` is what OTEL_EXPORTER_OTLP_ENDPOINT is set to."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        with self._changed:
            self.spans += _spans(request)
            self._changed.notify_all()

    def wait_for(self, names: set[str], trace_id: str, within_s: float = 60) -> list[Seen]:
        """The trace, once all of these are in it. Raises AssertionError."""
        with self._changed:
            there = self._changed.wait_for(
                lambda: names <= {each.name for each in self.of(trace_id)}, within_s
            )
            assert there, f"{names - {each.name for each in self.of(trace_id)}} never came"
            return self.of(trace_id)

    def of(self, trace_id: str) -> list[Seen]:
        return [each for each in self.spans if each.trace_id == trace_id]


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


def _spans(request: ExportTraceServiceRequest) -> Iterator[Seen]:
    for resource in request.resource_spans:
        names = {each.key: each.value.string_value for each in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(
                    names["service.name"],
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    tuple((each.trace_id.hex(), each.span_id.hex()) for each in span.links),
                )
