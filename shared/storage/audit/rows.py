"""A row of the audit trail: who read what of whom, or did what, and how it was answered.

Never what was in the answer. Decisions have no row here: the journal is theirs (decision 3).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from shared.codec import strict_json
from shared.storage.store import AUDIT, JOURNAL, Document

READ, BREAK_GLASS = "read", "break-glass"
_OF_ROW = (
    *("_id", "at", "service", "who", "roles", "clinic", "act", "route", "path", "subject"),
    *("status", "reason", "traceid"),
)
_OF_STEP = (
    *("_id", "reader", "event_id", "source", "type", "subject", "clinic", "sequence", "time"),
    *("recorded_at", "sha256", "verdict", "code"),
)
_OF_DECISION = ("reason", "blockers", "created", "receipt")
_FIELDS = {AUDIT: _OF_ROW, JOURNAL: _OF_STEP}
"""What never changes again. The records of a step are not in it: some are forgotten on purpose."""


@dataclass(frozen=True, slots=True)
class Access:
    """`status`: the HTTP status; 0 where an act was asked for and is not answered yet."""

    service: str
    who: str
    roles: Iterable[str]
    clinic: str
    act: str
    route: str
    path: str
    subject: str = ""
    status: int = 0
    reason: str = ""
    traceid: str = ""


def row(access: Access, at: datetime, token: str) -> Document:
    """Its id begins with the time, so that a page of rows goes on after an hour as well."""
    return {
        "_id": f"{moment(at)}-{token[:16]}",
        "at": at,
        **asdict(access),
        "roles": sorted(access.roles),
        "unsealed": True,
    }


def digest(of: str, document: Document) -> str:
    """SHA-256 over what never changes of an audit row or a journal document."""
    names: tuple[str, ...] = _FIELDS[of]
    if document.get("verdict") != "deferred":  # what a deferral waits for may change
        names += _OF_DECISION if of == JOURNAL else ()
    values = [_plain(document.get(name)) for name in names]
    return sha256(strict_json.dumps(values)).hexdigest()


def earlier_digest(of: str, document: Document) -> str:
    """That of the step while it was deferred; empty where it never was."""
    if of != JOURNAL or "deferred_at" not in document:
        return ""
    before = {"verdict": "deferred", "code": "not-yet", "recorded_at": document["deferred_at"]}
    return digest(of, document | before)


def _plain(value: object) -> object:
    return moment(value) if isinstance(value, datetime) else value


def moment(at: datetime) -> str:
    """In whole milliseconds, as MongoDB keeps it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
