"""The door for site events: CloudEvents in, one verdict per event out, nothing partly stored.

Takes structured, batched, binary and NDJSON; refuses what could be cut short without notice.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from flask import Request
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    LengthRequired,
    RequestEntityTooLarge,
    TooManyRequests,
    UnsupportedMediaType,
)

from shared.codec import schema, strict_json
from shared.codec.cloudevents import (
    Envelope,
    content_sha256,
    from_http_headers,
    from_structured,
    meaning,
)
from shared.contracts.topics import SAFETY
from shared.kernel.clock import Clock
from shared.kernel.errors import Malformed
from shared.kernel.policy import Policy
from shared.runtime import failpoints, metrics
from shared.runtime.logs import logger
from shared.storage.operations.sightings import Sightings
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Route, Routes, Step, Verdict, blockers, tally
from shared.web.gaps import gaps_before
from shared.web.identity import Principal
from shared.web.operations.quota import Quota

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
NDJSON = "application/x-ndjson"
BINARY = "application/json"
BULK = frozenset({BATCH, NDJSON})
BODY_MAX = 2 * 1024 * 1024
EVENTS_MAX = 500
DRAIN_S, DRAIN_BYTES = 2.0, 65_536
Raw = dict[str, Any] | Malformed
STATUS = {
    "accepted": 202,
    "deferred": 202,
    "duplicate": 200,
    "conflict": 409,
    "rejected": 422,
    "invalid": 400,
    "error": 500,
}


@dataclass(frozen=True)
class Ingest:
    """One service's door. `posted` are the types that sites may post here."""

    service: str
    runner: Runner
    routes: Routes
    posted: frozenset[str]
    policy: Policy
    clock: Clock
    quota: Quota = field(default_factory=Quota)

    @cached_property
    def sightings(self) -> Sightings:
        return Sightings(self.runner.store.session, self.clock)

    def take(self, request: Request, sender: Principal) -> tuple[dict[str, Any], int]:
        """(answer, HTTP status). Raises HTTPException for a body that cannot be told apart."""
        try:
            if request.mimetype in BULK:
                with self.quota.batch(sender.clinic):
                    return self._take_many(self._read(request, sender), sender)
            return self._take_one(self._read(request, sender)[0], request, sender)
        except TooManyRequests:
            metrics.THROTTLED.labels(self.service, metrics.clinic(sender.clinic)).inc()
            _drain(request)
            raise

    def _read(self, request: Request, sender: Principal) -> list[Step]:
        raws = _raws(request, request.mimetype, _body(request))
        if request.mimetype in BULK or not _is_safety(raws[0]):
            self.quota.take(sender.clinic, len(raws))
        return [self.step(raw, sender) for raw in raws]

    def _take_many(self, steps: list[Step], sender: Principal) -> tuple[dict[str, Any], int]:
        verdicts = self._decide(steps)
        gaps = self._gaps(steps, sender)
        return {"verdicts": [answer_of(each) for each in verdicts], "gaps": gaps}, 200

    def _take_one(
        self, step: Step, request: Request, sender: Principal
    ) -> tuple[dict[str, Any], int]:
        step = replace(step, if_version=_if_version(request))
        verdict = self._decide([step])[0]
        gaps = self._gaps([step], sender)
        status = 412 if verdict.code == "stale" else STATUS[verdict.verdict]
        return answer_of(verdict) | ({"gaps": gaps} if gaps else {}), status

    def _decide(self, steps: list[Step]) -> list[Verdict]:
        verdicts = self.runner.run(steps)
        failpoints.reach("api.after_commit")
        for (kind, outcome), times in tally(steps, verdicts).items():
            metrics.VERDICTS.labels(self.service, SITE, kind, outcome).inc(times)
        for step, verdict in zip(steps, verdicts, strict=True):
            if verdict.verdict not in ("accepted", "duplicate"):
                _log(step, verdict)
            for code in blockers(step, verdict):
                assert step.envelope, "what is rejected was read"
                about = step.envelope
                metrics.REFUSALS.labels(
                    self.service, metrics.clinic(about.clinic), about.type, code
                ).inc()
        return verdicts

    def _gaps(self, steps: list[Step], sender: Principal) -> list[dict[str, Any]]:
        """The jumps in the sender's numbering, counted; and the sender was seen."""
        self._note(steps, sender)
        gaps = gaps_before(self.runner.store.session(), steps)
        for gap in gaps:
            metrics.GAPS.labels(self.service, metrics.clinic(sender.clinic)).inc()
            logger().warning("sequence gap", **gap)
        return gaps

    def _note(self, steps: list[Step], sender: Principal) -> None:
        if not (sender.clinic and sender.site):
            return  # a person's token: no site was seen
        source = f"/clinics/{sender.clinic}/sites/{sender.site}"
        own = (each.envelope for each in steps if not each.fault and each.envelope)
        highest = max((each.sequence or 0 for each in own), default=0)
        self.sightings.note(source, sender.clinic, highest)

    def step(self, raw: Raw, sender: Principal) -> Step:
        """The step of one event; whatever is wrong with it becomes the step's fault."""
        envelope, digest, route = None, "", None
        try:
            if isinstance(raw, Malformed):
                raise raw
            envelope = from_structured(raw, sender.clinic)
            digest = content_sha256(meaning(envelope, raw.get("data")))
            self._check(envelope, sender)
            route = self._route(envelope, sender)
            data = schema.load(route.data, raw.get("data"), closed=True)
        except Malformed as fault:
            return Step(SITE, envelope, digest, b"", fault=_located(fault, route))
        digest = route.sealed(digest) if route.sealed else digest
        return Step(SITE, envelope, digest, strict_json.dumps(raw), route, data)

    def _check(self, envelope: Envelope, sender: Principal) -> None:
        site = f"/clinics/{sender.clinic}/sites/{sender.site}"
        if envelope.source != site:
            raise Malformed("/source", "is not the site that this token was issued to")
        now = self.clock()
        ahead = timedelta(minutes=self.policy["events.max_ahead_min"])
        if envelope.time > now + ahead:
            raise Malformed("/time", "is in the future")
        if envelope.time < now - self.policy.days("events.max_age_d"):
            raise Malformed("/time", "is longer ago than the network takes events from")

    def _route(self, envelope: Envelope, sender: Principal) -> Route[Any]:
        if envelope.type not in self.posted:
            raise Malformed("/type", f"is not a type that {self.service} takes")
        route = self.routes[envelope.type]
        if route.roles and not route.roles & sender.roles:
            raise Malformed("/type", f"needs one of the roles {', '.join(sorted(route.roles))}")
        return route


def _log(step: Step, verdict: Verdict) -> None:
    """What was not simply taken, by ids and codes; never what was in it."""
    about = step.envelope
    logger().info(
        "not accepted",
        verdict=verdict.verdict,
        code=verdict.code,
        event_id=verdict.id,
        type=about.type if about and step.route else "",
        clinic=about.clinic if about else "",
        correlationid=(about.correlationid or about.id) if about else "",
    )


def answer_of(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON, without what is empty."""
    values = ((name, getattr(verdict, name)) for name in Verdict.__slots__)
    answer = {name: value for name, value in values if value}
    if verdict.blockers:
        answer["blockers"] = [asdict(each) for each in verdict.blockers]
    return answer


def _located(fault: Malformed, route: Route[Any] | None) -> Malformed:
    """Faults found after the route are in the data."""
    return Malformed(f"/data{fault.path}", fault.reason) if route else fault


def _body(request: Request) -> bytes:
    """The whole body or an error: a body without a length can be cut short unnoticed."""
    if request.headers.get("Transfer-Encoding") or request.content_length is None:
        raise LengthRequired("send a Content-Length; chunked bodies are not taken")
    if request.headers.get("Content-Encoding"):
        raise UnsupportedMediaType("compressed bodies are not taken")
    if request.content_length > BODY_MAX:
        raise RequestEntityTooLarge(f"at most {BODY_MAX} bytes")
    body = request.get_data(cache=False)
    if len(body) != request.content_length:
        raise BadRequest("the body is shorter than its Content-Length")
    return body


def _drain(request: Request) -> None:
    """Reads what is left of a body that was refused: a server that hangs up on a sender who still
    sends takes its answer with it. Not for longer than a good line needs."""
    if not 0 < (request.content_length or 0) <= BODY_MAX:
        return
    connection = request.environ.get("gunicorn.socket")
    if connection:
        connection.settimeout(DRAIN_S)
    with suppress(OSError):
        while request.stream.read(DRAIN_BYTES):
            pass
    if connection:
        connection.settimeout(None)


def _raws(request: Request, content_type: str, body: bytes) -> list[Raw]:
    readers: dict[str, Callable[[], list[Raw]]] = {
        STRUCTURED: lambda: [_attempt(body)],
        BINARY: lambda: [_binary(request, body)],
        NDJSON: lambda: [_attempt(line) for line in _lines(body)],
        BATCH: lambda: _listed(body),
    }
    if content_type not in readers:
        raise UnsupportedMediaType(f"one of: {', '.join(readers)}")
    raws = readers[content_type]()
    if len(raws) > EVENTS_MAX:
        raise RequestEntityTooLarge(f"at most {EVENTS_MAX} events")
    return raws


def _attempt(text: bytes) -> Raw:
    try:
        value = strict_json.loads(text)
    except Malformed as fault:
        return fault
    return value if isinstance(value, dict) else Malformed("", "an event is a JSON object")


def _is_safety(raw: Raw) -> bool:
    """Whether the event is of the safety lane; what cannot be read is of none."""
    return isinstance(raw, dict) and isinstance(kind := raw.get("type"), str) and kind in SAFETY


def _lines(body: bytes) -> Iterable[bytes]:
    return (line for line in body.split(b"\n") if line.strip())


def _listed(body: bytes) -> list[Raw]:
    try:
        value = strict_json.loads(body)
    except Malformed as fault:
        raise _bad_request(fault) from fault
    if not isinstance(value, list):
        raise BadRequest("a batch is a JSON array")
    return [
        each if isinstance(each, dict) else Malformed("", "an event is a JSON object")
        for each in value
    ]


def _binary(request: Request, body: bytes) -> Raw:
    try:
        attributes = from_http_headers(request.headers.items())
        return {**attributes, "data": strict_json.loads(body)}
    except Malformed as fault:
        return fault


def _bad_request(fault: Malformed) -> HTTPException:
    return BadRequest(str(fault))


def _if_version(request: Request) -> int | None:
    tags = request.if_match
    if not tags or tags.star_tag:
        return None
    text = next(iter(tags.as_set()), "")
    return int(text) if text.isdigit() and len(text) < 10 else -1
