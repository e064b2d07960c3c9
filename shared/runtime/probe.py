"""The small HTTP door of a consumer or relay: /health/live, /health/ready and /metrics."""

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from shared.kernel.errors import Unavailable
from shared.runtime import metrics

Check = Callable[[], None]
"""Raises Unavailable if what it checks is away."""


class NotReady(Unavailable):
    """Nothing is away, but it is too early; the text says what is awaited, and is shown."""


def readiness(checks: Mapping[str, Check]) -> tuple[int, dict[str, str]]:
    """(HTTP status, what each check found)."""
    found = {name: _state(check) for name, check in checks.items()}
    return (200 if set(found.values()) <= {"ok"} else 503), found


def serve(port: int, checks: Mapping[str, Check], host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Answers on `port` from a thread of its own, until `shutdown` of what it returns."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/health/live":
                    self._answer(200, {"live": "ok"})
                case "/health/ready":
                    self._answer(*readiness(checks))
                case "/metrics":
                    self._send(200, metrics.CONTENT_TYPE, metrics.SCRAPES.text())
                case _:
                    self._answer(404, {"error": "no such path"})

        def log_message(self, *_: Any) -> None:
            """Probes come every few seconds: not worth a line."""

        def _answer(self, status: int, found: dict[str, str]) -> None:
            self._send(status, "application/json", json.dumps(found).encode())

        def _send(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, name="probe", daemon=True).start()
    return server


def _state(check: Check) -> str:
    try:
        check()
    except NotReady as awaited:
        return str(awaited)
    except Unavailable:
        return "away"
    return "ok"
