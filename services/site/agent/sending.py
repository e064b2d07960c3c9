"""One POST of spooled events, and what its answer means for each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from services.site.agent.spool import TAKEN, TRAY, WAITING, Row, Settled
from shared.client.connection import Connection, raise_for
from shared.client.errors import NotAnswering, Refused
from shared.codec import strict_json
from shared.kernel.errors import Malformed
from shared.runtime import failpoints

ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"
BYTES_MAX = 1_500_000
ATTEMPTS_MAX = 5
"""How often an event may break the service before a person looks at it."""
NOT_YET_MAX = 30
"""As often it may be told to come again later."""
TOO_LARGE = 413
_OF_THE_EVENTS = frozenset({400, 409, 412, 413, 422, 500})
"""Statuses without verdicts that may be the doing of one event, so that fewer are tried."""


@dataclass(frozen=True, slots=True)
class Broken:
    """No verdicts: these events, together, are more than the service can take."""

    status: int
    reason: str


def send(connection: Connection, rows: Sequence[Row]) -> list[dict[str, Any]] | Broken:
    """The verdict of each row of one service. Raises NotAnswering, NotAllowed, Refused."""
    kind, body = _body(rows)
    failpoints.reach("site.before_send")
    answer = connection.send(
        rows[0].service, "POST", "events", content=body, headers={"Content-Type": kind}
    )
    failpoints.reach("site.after_send")
    found = _read(answer)
    verdicts = [found] if "verdict" in found else found.get("verdicts")
    if isinstance(verdicts, list):
        return _matched(rows, verdicts)
    if answer.status_code in _OF_THE_EVENTS:
        return Broken(answer.status_code, str(found.get("detail") or answer.reason_phrase))
    raise_for(answer)
    raise NotAnswering(f"{answer.url} answered without verdicts: is it the service's address?")


def settled(row: Row, verdict: Mapping[str, Any]) -> Settled:
    """What becomes of the row. `first` counts: a duplicate of what was refused is refused."""
    word, code = str(verdict.get("first") or verdict["verdict"]), verdict.get("code", "")
    if word in ("accepted", "deferred", "duplicate", "ignored"):
        return Settled(row.id, TAKEN, verdict)
    most = NOT_YET_MAX if code == "not-yet" else ATTEMPTS_MAX if word == "error" else 0
    state = WAITING if row.attempts + 1 < most else TRAY
    return Settled(row.id, state, verdict, attempt=most > 0)


def failed(row: Row, broken: Broken) -> Settled:
    """The row alone breaks the service: a bounded number of times, then it is in the tray."""
    code = "too-large" if broken.status == TOO_LARGE else "error"
    verdict = {"verdict": "error", "id": row.id, "code": code, "reason": broken.reason}
    last = broken.status == TOO_LARGE or row.attempts + 1 >= ATTEMPTS_MAX
    return Settled(row.id, TRAY if last else WAITING, verdict, attempt=True)


def cut_to_size(rows: Sequence[Row]) -> list[Row]:
    """As many as fit one body, at least one."""
    size, most = 0, 0
    for row in rows:
        size += len(row.body) + 1
        if most and size > BYTES_MAX:
            break
        most += 1
    return list(rows[:most])


def _body(rows: Sequence[Row]) -> tuple[str, bytes]:
    """What was numbered is sent as it was: the same bytes at every attempt."""
    if len(rows) == 1:
        return ONE, rows[0].body
    return MANY, b"[" + b",".join(row.body for row in rows) + b"]"


def _read(answer: httpx2.Response) -> dict[str, Any]:
    try:
        found = strict_json.loads(answer.content)
    except Malformed:
        return {}
    return found if isinstance(found, dict) else {}


def _matched(rows: Sequence[Row], verdicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [each.get("id") or row.id for row, each in zip(rows, verdicts, strict=False)]
    if len(verdicts) != len(rows) or ids != [row.id for row in rows]:
        raise Refused(200, f"{rows[0].service} answered about other events than it was sent.")
    return verdicts
