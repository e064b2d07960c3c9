"""When each site was last seen at this service's door, and how far its numbering has come.

The door notes in memory and writes each site every few seconds at most: a site that posts a
thousand events costs one small write.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from shared.kernel.clock import Clock
from shared.kernel.errors import Conflict, Unavailable
from shared.storage.store import SIGHTINGS, Document, Session

EVERY = timedelta(seconds=5)
SITES_MAX, CLINICS_MAX = 1000, 200


@dataclass(frozen=True, slots=True)
class Sighting:
    """`sequence`: the highest number seen (0: the site numbers nothing)."""

    source: str
    clinic: str
    at: datetime
    sequence: int = 0


@dataclass
class Sightings:
    """The door's notebook. A process that is killed forgets what the site's next event tells."""

    session: Callable[[], Session]
    clock: Clock
    _noted: dict[str, Sighting] = field(default_factory=dict)
    _written_at: dict[str, datetime] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, source: str, clinic: str, sequence: int) -> None:
        """The site has just posted; `sequence` is the highest number in what it posted."""
        now = self.clock()
        with self._lock:
            before = self._noted.get(source)
            highest = max(sequence, before.sequence if before else 0)
            self._noted[source] = Sighting(source, clinic, now, highest)
            written_at = self._written_at.get(source)
        if written_at is None or not timedelta(0) <= now - written_at < EVERY:
            self.flush()

    def flush(self) -> None:
        """Writes what is noted; what cannot be written is noted still, unless seen since."""
        with self._lock:
            noted, self._noted = self._noted, {}
            self._written_at |= dict.fromkeys(noted, self.clock())
        if not noted:
            return
        try:
            _write(self.session(), list(noted.values()))
        except (Unavailable, Conflict):
            with self._lock:
                self._noted = noted | {
                    source: replace(seen, sequence=max(seen.sequence, noted[source].sequence))
                    if source in noted
                    else seen
                    for source, seen in self._noted.items()
                }


def clinics(session: Session) -> list[str]:
    """The clinics that were ever seen at this door, as many as are counted apart."""
    return sorted(set(session.values(SIGHTINGS, "clinic", {}, limit=SITES_MAX)))[:CLINICS_MAX]


def _write(session: Session, seen: Sequence[Sighting]) -> None:
    known = {each["_id"]: each for each in session.find(SIGHTINGS, [each.source for each in seen])}
    new = [_fields(each, None) for each in seen if each.source not in known]
    with suppress(Conflict):  # another replica was first, and says the same
        session.insert(SIGHTINGS, new)
    old = (each for each in seen if each.source in known)
    session.patch(SIGHTINGS, {each.source: _fields(each, known[each.source]) for each in old})


def _fields(seen: Sighting, before: Document | None) -> Document:
    highest = max(seen.sequence, before["last_sequence"] if before else 0)
    fields: Document = {"clinic": seen.clinic, "last_at": seen.at, "last_sequence": highest}
    return fields if before else {"_id": seen.source, "missing": []} | fields
