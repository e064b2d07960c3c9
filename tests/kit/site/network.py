"""The doors of all four services on memory stores, behind a link that can fail in every way.

The doors are the real ones; what is decided behind them is small: each subject's events are noted
in the order in which they took effect, some types are always refused, and some always break.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx2
from flask import Flask

from services.site.agent.agent import SiteAgent
from services.site.agent.home import Home, Identity
from services.site.agent.spool import Spool
from shared.client.calls import Calls, Patience
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.contracts.topics import POSTED, SERVICES
from shared.kernel.errors import Rejected
from shared.local.issuer.web.desk import Desk
from shared.messaging.dead_letter import DeadLetters
from shared.storage.documents import Collection
from shared.storage.journal import JOURNAL
from shared.storage.memory import MemoryStore
from shared.storage.steps import Route, Routes
from shared.storage.unit_of_work import Need, UnitOfWork
from shared.web import events
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from shared.web.ingest import Ingest
from tests.kit.door import ISSUER, POLICY, jwks_file, token
from tests.kit.issuer import URL, World
from tests.kit.toy import NOW, Clock, runner

REFUSED = site.ConsentWithdrawn.type
BREAKS = site.ClearanceRevoked.type


@dataclass(frozen=True, slots=True)
class Told:
    """What took effect about a subject, in order."""

    subject: str
    ids: tuple[str, ...] = ()


TOLD = Collection[Told]("told", Told, lambda one: one.subject, lambda one: one.subject, (("ids",),))


def _note(event: Event, uow: UnitOfWork) -> None:
    told = uow.get(TOLD, event.subject) or Told(event.subject)
    uow.save(TOLD, replace(told, ids=(*told.ids, event.id)))


def _refuse(_event: Event, _uow: UnitOfWork) -> None:
    raise Rejected("never", "this one is always refused")


def _break(_event: Event, _uow: UnitOfWork) -> None:
    raise ZeroDivisionError("a bug")


def _routes(service: str, handles: dict[str, Callable[[Event, UnitOfWork], None]]) -> Routes:
    def needs(event: Event) -> Sequence[Need]:
        return [(TOLD, event.subject)]

    return {
        kind.type: Route(kind, lambda event: event, handles.get(kind.type, _note), needs)
        for kind in POSTED[service]
    }


Fault = Callable[[httpx2.Request, Callable[[], httpx2.Response]], httpx2.Response]
"""What becomes of one request: `go` hands it to the network."""


@dataclass
class SiteNetwork:
    """`faults` are used up, one request to a service each; `away` services answer nothing."""

    folder: Path
    stores: dict[str, MemoryStore] = field(default_factory=dict)
    handles: dict[str, Callable[[Event, UnitOfWork], None]] = field(
        default_factory=lambda: {REFUSED: _refuse, BREAKS: _break}
    )
    faults: list[Fault] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    posts: list[tuple[str, int]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    during_wait: list[Callable[[], None]] = field(default_factory=list)
    revoked: bool = False
    issuer: World | None = None
    """A real one, for sites that enrol; otherwise everybody gets a token."""
    date: datetime | None = None
    """What the services say that the time is."""
    clock: Clock = field(default_factory=Clock)
    _apps: dict[str, Flask] = field(default_factory=dict)

    def with_issuer(self) -> "SiteNetwork":
        self.issuer = World(self.folder / "issuer")
        services = {name: f"http://{name}.test" for name in SERVICES}
        self.issuer.desk = Desk(self.issuer.issuer, services)
        return self

    def calls(self, attempts: int = 4) -> Calls:
        patience = Patience(attempts, wait=self._wait, jitter=lambda longest: longest)
        return Calls(httpx2.Client(transport=httpx2.MockTransport(self.answer)), patience)

    def home(self, name: str = "home") -> Home:
        """An enrolled site of this network."""
        home = Home(self.folder / name)
        if not home.identity_file.exists():
            home.keep(identity())
        return home

    def agent(self, attempts: int = 4, name: str = "home") -> SiteAgent:
        home = self.home(name)
        return SiteAgent(home, Spool(home.spool, self.clock), self.calls(attempts), self.clock)

    def applied(self, service: str, subject: str = "patient-1") -> list[str]:
        """The ids that took effect about a subject at a service, in order."""
        if service not in self.stores:
            return []
        documents = self.stores[service].session().where("told", {"state.subject": subject})
        return [each for document in documents for each in document["state"]["ids"]]

    def refuse_deferred(self, service: str, event_id: str) -> None:
        """The service gives up waiting for what an event needs."""
        store = self.stores[service]
        document = store.session().where(JOURNAL, {"event_id": event_id})[0]
        runner(store, self.clock, service).refuse(document, "expired", "it waited too long")

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self.during_wait:
            self.during_wait.pop(0)()

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """What the network and the link make of a request; the host says whom it is for."""
        service = request.url.host.removesuffix(".test")
        if service == "issuer" and self.issuer:
            return self._lossy(request, self.issuer.calls().http.send(request))
        if service == "issuer":
            granted = {"access_token": token(), "expires_in": 900}
            return httpx2.Response(401 if self.revoked else 200, json=granted)
        if service in self.away:
            raise httpx2.ConnectError("refused", request=request)
        if request.method == "POST" and self.faults:
            return self.faults.pop(0)(request, lambda: self._served(service, request))
        return self._served(service, request)

    def _lossy(self, request: httpx2.Request, answer: httpx2.Response) -> httpx2.Response:
        """Registrations go through the same link as events do."""
        if not self.faults or "/register" not in request.url.path:
            return answer
        return self.faults.pop(0)(request, lambda: answer)

    def _served(self, service: str, request: httpx2.Request) -> httpx2.Response:
        answer = (
            self._app(service)
            .test_client()
            .open(
                request.url.raw_path.decode(),
                method=request.method,
                data=request.content,
                headers=list(request.headers.items()),
            )
        )
        if request.method == "POST":
            found = answer.get_json(silent=True) or {}
            self.posts.append((service, len(found.get("verdicts", [None]))))
        headers = list(answer.headers)
        if self.date:
            headers.append(("Date", format_datetime(self.date, usegmt=True)))
        return httpx2.Response(answer.status_code, headers=headers, content=answer.data)

    def _app(self, service: str) -> Flask:
        if service not in self._apps:
            store = self.stores.setdefault(service, MemoryStore())
            run = runner(store, self.clock, service)
            routes = _routes(service, self.handles)
            ingest = Ingest(service, run, routes, frozenset(routes), POLICY, self.clock)
            tokens = Tokens(
                URL if self.issuer else ISSUER, "kap", KeySource(str(jwks_file(self.folder)))
            )
            blueprint = events.blueprint(ingest, store, DeadLetters(service, run, routes), {})
            door = Door(service, tokens, {"mongodb": lambda: None}, [blueprint])
            self._apps[service] = create_app(door)
        return self._apps[service]


def identity(**changes: Any) -> Identity:
    known = {
        "network": "http://issuer.test",
        "client_id": "riverside-main",
        "clinic": "riverside",
        "site": "main",
        "token_endpoint": "http://issuer.test/token",
        "services": {name: f"http://{name}.test" for name in SERVICES},
        "client_secret": "s",
    }
    return Identity(**known | changes)


def answers(status: int, retry_after_s: int | None = None) -> Fault:
    """The door says this, and the event does not reach it."""
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return lambda request, _: httpx2.Response(status, headers=headers, request=request)


def lost(request: httpx2.Request, _go: Callable[[], httpx2.Response]) -> httpx2.Response:
    raise httpx2.ConnectError("no way", request=request)


def cut_before(request: httpx2.Request, _go: Callable[[], httpx2.Response]) -> httpx2.Response:
    raise httpx2.WriteTimeout("stalled", request=request)


def cut_after(request: httpx2.Request, go: Callable[[], httpx2.Response]) -> httpx2.Response:
    """It takes effect, and the answer is lost."""
    go()
    raise httpx2.ReadError("reset", request=request)


def twice(_request: httpx2.Request, go: Callable[[], httpx2.Response]) -> httpx2.Response:
    go()
    return go()


def draft(kind: type[Any], subject: str = "patient-1", **more: Any) -> dict[str, Any]:
    """A CloudEvent as a program of the site writes it, without what the agent fills in."""
    data = {**DATA[kind.type], **more.pop("data", {})}
    return {"type": kind.type, "subject": subject, "time": NOW.isoformat(), "data": data, **more}


DATA: dict[str, dict[str, Any]] = {
    site.ScreeningAnswered.type: {"instrument": "gad-7", "answers": [1] * 7, "total": 7},
    site.AssessmentAnswered.type: {"instrument": "gad-7", "answers": [1] * 7, "total": 7},
    site.ConsentWithdrawn.type: {"reason": "patient-request"},
    site.ClearanceRevoked.type: {"signer": "prescriber-1", "reason": "other"},
    site.EncounterFinished.type: {"encounter_id": "encounter-1"},
    site.ProposalAccepted.type: {},
    site.EscortIntroduced.type: {
        "contact_id": "contact-1",
        "name": "Given Family",
        "phone": "+15550100",
        "relation": "friend",
    },
    site.DiagnosisMade.type: {"diagnosis": "F43.1", "by": "prescriber-1"},
}
"""Screening and assessment are of the safety lane; the others are routine."""
