"""I14: the audit chain against what it seals, and against its anchors.

Rows are read before the chain, so that whatever was sealed by then is in the blocks read after;
what is written meanwhile is looked up again before anything is said of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from shared.messaging.audit.anchors import Anchor
from shared.processes.invariants.finding import Finding
from shared.processes.invariants.paging import pages
from shared.processes.invariants.scratch import Scratch
from shared.storage.audit import chain
from shared.storage.audit.rows import digest, earlier_digest
from shared.storage.store import AUDIT_CHAIN, Document, Session

TABLES = """
CREATE TABLE kept (key BLOB PRIMARY KEY, id TEXT, digest TEXT, earlier TEXT, sealed INT, seen INT)
WITHOUT ROWID;
CREATE TABLE blocks (n INTEGER PRIMARY KEY, hash TEXT);
CREATE TABLE anchors (n INT, hash TEXT, place TEXT);
"""
INVARIANT = "I14 every read and decision is sealed, and nothing sealed has changed"
Anchors = Mapping[str, Callable[[], Iterable[Anchor | None]]]
"""By where they are kept, in words."""
_PAGE, _BLOCKS = 1000, 20
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)


def look(session: Session, service: str, anchors: Anchors, scratch: Scratch) -> Finding:
    """Raises Unavailable."""
    finding = Finding(INVARIANT)
    for place, read in anchors.items():
        finding.blame(_kept_anchors(scratch, place, read()))
    head = chain.head(session)
    for of, _ in chain.SEALED:
        finding.checked += _kept_rows(session, of, scratch)
    last = 0
    for n, faults in _walked(session, service, scratch):
        finding.blame(faults)
        last = n
    finding.blame(_against_head(session, head, last, scratch))
    finding.blame(_against_anchors(scratch))
    finding.blame(f"{row[0]} is in no block: it was put there" for row in scratch.rows(_UNSEALED))
    _say(finding, scratch, last)
    return finding


_UNSEALED = "SELECT id FROM kept WHERE sealed = 1 AND seen = 0 ORDER BY id"
_WAITING = "SELECT count(*) FROM kept WHERE sealed = 0"
_ANCHORED = "SELECT place, count(*), max(n) FROM anchors GROUP BY place"
_TORN = """
SELECT place, anchors.n FROM anchors LEFT JOIN blocks USING (n)
WHERE blocks.hash IS NULL OR blocks.hash != anchors.hash ORDER BY anchors.n
"""


def _kept_anchors(scratch: Scratch, place: str, found: Iterable[Anchor | None]) -> Iterator[str]:
    foreign: list[str] = []

    def rows() -> Iterator[tuple[int, str, str]]:
        for each in found:
            if each is None:
                foreign.append(f"a line of {place} is no anchor")
            else:
                yield (*each, place)

    scratch.write("INSERT INTO anchors VALUES (?, ?, ?)", rows())
    yield from foreign


def _kept_rows(session: Session, of: str, scratch: Scratch) -> int:
    """How many there are of this kind, noted with what the chain must say of them."""
    count = 0
    for page in pages(session, of, _PAGE):
        rows = ((_key(of, e["_id"]), e["_id"], *_digests(of, e), *_marks(e)) for e in page)
        scratch.write("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?)", rows)
        count += len(page)
    return count


def _walked(session: Session, service: str, scratch: Scratch) -> Iterator[tuple[int, list[str]]]:
    """Block by block: its number, and what is wrong with it."""
    n, before = 0, chain.genesis(service)
    for block in (each for page in pages(session, AUDIT_CHAIN, _BLOCKS) for each in page):
        faults = _of_block(block, n + 1, before)
        faults += _of_rows(session, block, scratch) if not faults else []
        n, before = block["_id"], block.get("hash", "")
        scratch.write("INSERT OR REPLACE INTO blocks VALUES (?, ?)", [(n, str(before))])
        yield n, faults


def _of_block(block: Document, n: int, before: str) -> list[str]:
    try:
        if block["_id"] != n:
            return [f"block {n} is missing: block {block['_id']} comes next"]
        if block["before"] != before:
            return [f"block {n} does not go on from the block before it"]
        right = block["hash"] == chain.hash_of(block)
        return [] if right else [f"block {n} was changed: it has another hash than it says"]
    except _UNREADABLE:
        return [f"block {n} was changed: it cannot be read"]


def _of_rows(session: Session, block: Document, scratch: Scratch) -> list[str]:
    query = "SELECT key, digest, earlier FROM kept WHERE key IN"
    keys = {_key(of, name): (of, name, sealed) for of, name, sealed in block["rows"]}
    known = {key: rest for key, *rest in scratch.of_keys(query, list(keys))}
    # What it said while it was deferred does not vouch for what was decided later.
    seen = [(key,) for key, row in keys.items() if known.get(key, ["", ""])[1] != row[2]]
    scratch.write("UPDATE kept SET seen = 1 WHERE key = ?", seen)
    odd = [row for key, row in keys.items() if row[2] not in known.get(key, ())]
    return [fault for of, _ in chain.SEALED for fault in _looked_up(session, of, odd, block["_id"])]


def _looked_up(session: Session, of: str, rows: list[Any], n: int) -> Iterator[str]:
    """Rows that were not so when they were noted: as they are now."""
    mine = {name: sealed for kind, name, sealed in rows if kind == of}
    found = {each["_id"]: each for each in session.find(of, mine)}
    for name, sealed in mine.items():
        if name not in found:
            yield f"{name} of block {n} is gone"
        elif sealed not in _digests(of, found[name]):
            yield f"{name} of block {n} was changed"


def _against_head(
    session: Session, head: chain.Head | None, last: int, scratch: Scratch
) -> Iterator[str]:
    head = head or chain.head(session)
    if head is None:
        if last:
            yield "the chain has blocks but no head"
        return
    found = list(scratch.rows("SELECT hash FROM blocks WHERE n = ?", head.n))
    if not found:
        yield f"the head is block {head.n}, which is gone: the chain ends with {last}"
    elif found[0][0] != head.hash:
        yield f"block {head.n} is not the one that the head says"


def _against_anchors(scratch: Scratch) -> Iterator[str]:
    for place, n in scratch.rows(_TORN):
        yield f"block {n} is not the one that was anchored in {place}"


def _say(finding: Finding, scratch: Scratch, last: int) -> None:
    [[waiting]] = scratch.rows(_WAITING)
    if waiting:
        finding.notes.append(f"{waiting} rows wait to be sealed: nothing vouches for them yet")
    anchored = {place: (count, n) for place, count, n in scratch.rows(_ANCHORED)}
    for place, (count, n) in anchored.items():
        finding.notes.append(f"{count} anchors in {place}, the last of block {n} of {last}")
    if last and not anchored:
        finding.notes.append("no anchor is known: that the end of the chain was cut is not seen")


def _digests(of: str, document: Document) -> tuple[str, str]:
    try:
        return digest(of, document), earlier_digest(of, document)
    except _UNREADABLE:
        return "unreadable", ""


def _marks(document: Document) -> tuple[int, int]:
    return int("unsealed" not in document), 0


def _key(of: str, name: str) -> bytes:
    return blake2b(f"{of}|{name}".encode(), digest_size=16).digest()
