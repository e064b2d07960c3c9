"""Writes the audit trail: one row for every read, before its answer goes out.

A read that cannot be written down is not answered. An act of operations has two rows: one before
it is done, so that none goes unseen, and one with how it was answered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from re import fullmatch

from flask import Flask, Response, g, request

from shared.kernel.clock import Clock
from shared.kernel.errors import Unavailable
from shared.runtime import metrics
from shared.storage.audit.rows import BREAK_GLASS, READ, Access, row
from shared.storage.store import AUDIT, Store
from shared.web import problems
from shared.web.audit import glass
from shared.web.identity import Principal

OF_NO_PATIENT = frozenset(
    {
        "/v1/audit/head",
        "/v1/capacity",
        "/v1/gaps",
        "/v1/operations",
        "/v1/questionnaires",
        "/v1/questionnaires/<code>",
        "/v1/resources",
        "/v1/sites",
    }
)
"""Routes that tell of no patient. All others are written down, the new ones too."""
POSTED, POST = "/v1/events", "post"
"""What is posted and decided is in the journal; here only who was not let in."""
_NAMES_OF_A_PATIENT = ("patient_id", "patient", "subject", "lane")
_LONGEST = 200
_ANSWERED_ONLY = ("", READ, BREAK_GLASS, POST)
"""What changes nothing here, or is in the journal: one row, with the answer."""


@dataclass(frozen=True)
class Trail:
    service: str
    store: Store
    clock: Clock
    token: Callable[[], str]

    def register(self, app: Flask) -> None:
        """After identity, so that it is known who asks; and last, so that it sees the answer
        before anybody measures it."""

        @app.before_request
        def open_glass() -> None:
            if (who := g.get("principal")) and glass.asked(request.headers):
                g.glass_asked = True
                g.principal, g.glass = glass.opened(request.headers, request.method, who)

        @app.before_request
        def note_act() -> None:
            if _act() not in _ANSWERED_ONLY:
                self._write(status=0)

        @app.after_request
        def note_answer(response: Response) -> Response:
            if not _is_noted(response.status_code):
                return response
            try:
                self._write(response.status_code)
            except Unavailable as away:
                return problems.unavailable(away)
            return response

    def _write(self, status: int) -> None:
        who: Principal = g.principal
        opened: glass.Glass | None = g.get("glass")
        access = Access(
            service=self.service,
            who=who.subject,
            roles=who.roles,
            clinic=who.clinic,
            act=_act(),
            route=_route(),
            path=request.path[:_LONGEST],
            subject=_subject(),
            status=status,
            reason=opened.reason if opened else "",
            traceid=_traceid(),
        )
        self.store.session().insert(AUDIT, [row(access, self.clock(), self.token())])
        if opened:
            metrics.BREAK_GLASS.labels(self.service, opened.clinic).inc()


def _is_noted(status: int) -> bool:
    """Whether this request has a row: it was somebody's, of a route, and of a patient."""
    if not (act := _act()):
        return False
    return status == 403 if act == POST else _route() not in OF_NO_PATIENT


def _act() -> str:
    """`read`, `post`, `break-glass`, or the act of a route that changes something: its last word.
    Empty where there is nobody or no such route."""
    if "principal" not in g or not _route().startswith("/v1/") or request.method == "OPTIONS":
        return ""
    if "glass_asked" in g:
        return BREAK_GLASS
    if request.method in ("GET", "HEAD"):
        return READ
    return POST if _route() == POSTED else _route().rpartition("/")[2]


def _route() -> str:
    return request.url_rule.rule if request.url_rule else ""


def _subject() -> str:
    """The patient whom the path or the query names. A lane bears its patient's id."""
    told = {**request.args, **(request.view_args or {})}
    return next((str(told[name])[:64] for name in _NAMES_OF_A_PATIENT if told.get(name)), "")


def _traceid() -> str:
    found = fullmatch(r"00-([0-9a-f]{32})-[0-9a-f]{16}-..", request.headers.get("traceparent", ""))
    return found.group(1) if found else ""
