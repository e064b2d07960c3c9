"""The chain: numbered blocks of digests, each with the hash of the one before it.

A block, the head and the marks of what it seals are one transaction: two writers cannot fork it,
and a crash neither skips a row nor leaves it half sealed.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared.codec import strict_json
from shared.kernel.errors import Conflict
from shared.storage.audit.rows import digest, moment
from shared.storage.store import AUDIT, AUDIT_CHAIN, JOURNAL, LEASES, Document, Session, Store

PAGE = 500
HEAD = "audit-head"
SEALED = ((AUDIT, "at"), (JOURNAL, "recorded_at"))
"""What is sealed, and the order in which its pages come."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last block: its number and its hash."""

    n: int
    hash: str
    at: datetime


def genesis(service: str) -> str:
    """What stands before the first block: no service's chain can be taken for another's."""
    return sha256(service.encode()).hexdigest()


def hash_of(block: Document) -> str:
    """h_n = SHA-256(0x00 || h_{n-1} || the block without its hash, as canonical JSON)."""
    canonical = {
        "n": block["_id"],
        "at": moment(block["at"]),
        "before": block["before"],
        "rows": block["rows"],
    }
    content = b"\x00" + block["before"].encode() + strict_json.dumps(canonical)
    return sha256(content).hexdigest()


def head(session: Session) -> Head | None:
    """The last block that was sealed, or None before the first."""
    found = session.find(LEASES, [HEAD])
    return Head(found[0]["n"], found[0]["hash"], found[0]["at"]) if found else None


def seal(store: Store, service: str, now: datetime) -> int:
    """Seals one page: how many rows. 0 too where another writer was first."""

    def work(session: Session) -> int:
        pages = _unsealed(session)
        rows = [[of, each["_id"], digest(of, each)] for of, page in pages.items() for each in page]
        if rows:
            _append(session, service, rows, now)
            for of, page in pages.items():
                session.patch(of, {each["_id"]: {"unsealed": None} for each in page})
        return len(rows)

    try:
        return store.transact(work)
    except Conflict:
        return 0


def _unsealed(session: Session) -> dict[str, list[Document]]:
    pages: dict[str, list[Document]] = {}
    left = PAGE
    for of, order in SEALED:
        if left:
            pages[of] = session.where(of, {"unsealed": True}, order=order, limit=left)
            left -= len(pages[of])
    return pages


def _append(session: Session, service: str, rows: list[list[str]], now: datetime) -> None:
    last = session.find(LEASES, [HEAD])
    before, n = (last[0]["hash"], last[0]["n"]) if last else (genesis(service), 0)
    block: Document = {"_id": n + 1, "at": now, "before": before, "rows": rows}
    block["hash"] = hash_of(block)
    session.insert(AUDIT_CHAIN, [block])
    changed = {"_id": HEAD, "version": n + 1, "n": n + 1, "hash": block["hash"], "at": now}
    (session.replace if last else session.insert)(LEASES, [changed])
