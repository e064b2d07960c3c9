"""What the network refused, for a person: why, and mend it, send it again, or give it up.

Nothing leaves the tray by itself, and nothing is deleted: each row says what became of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.site.agent.drafts import checked
from services.site.agent.faults import NotThere
from services.site.agent.spool import DISMISSED, MENDED, TRAY, WAITING, Row, Spool, Spooled
from shared.client.errors import BadEvent

_STANDS = frozenset({"rejected"})
"""The network has decided about it, under its id and its number."""
_OTHER_THERE = frozenset({"conflict"})
"""The network has something else under this id."""
REASON_MAX = 400


@dataclass(frozen=True)
class Tray:
    """`new_id` gives ids to events that replace others."""

    spool: Spool
    source: str
    new_id: Callable[[], str]

    def rows(self) -> list[Row]:
        return self.spool.rows(TRAY)

    def get(self, event_id: str) -> Row:
        """Raises NotThere."""
        row = self.spool.get(event_id)
        if row is None or row.state != TRAY:
            where = f"it is {row.state}" if row else "it was never spooled here"
            raise NotThere(
                f"{event_id} is not in the tray ({where}): `kap site tray list` shows what is."
            )
        return row

    def fix(self, event_id: str, data: Mapping[str, Any], **attributes: str) -> Spooled:
        """A new event instead of this one, with these fields of its data and these attributes
        changed. It keeps the place in the queue and names the old one as its cause. Raises
        BadEvent, NotThere.

        Not `data.amends`: that corrects what the network took, and it never took this one.
        """
        row = self.get(event_id)
        if not row.body:
            raise NotThere(f"The content of {event_id} is not kept here any more.")
        old = row.event
        draft = old | attributes | {"data": _changed(old["data"], data)}
        draft |= {"id": self.new_id(), "causationid": row.id}
        event = checked(draft, self.source, "", row.time)
        free = 0 if _word(row) in _STANDS else row.sequence
        with self.spool.writing():
            self.spool.change(row.id, MENDED, note=event["id"])
            return self.spool.add(event, amends=row.id, place=row.place, sequence=free)

    def resend(self, event_id: str) -> Spooled:
        """The same content again: under the same id if the network holds nothing under it, else as
        a new event that names this one. Raises NotThere."""
        row = self.get(event_id)
        if _word(row) in _STANDS or (_word(row) in _OTHER_THERE and not _is_not_yet(row)):
            return self.fix(event_id, {})
        with self.spool.writing():
            self.spool.change(row.id, WAITING)
        return Spooled(row.id, row.service, row.sequence, WAITING, fresh=False)

    def dismiss(self, event_id: str, reason: str) -> Row:
        """Given up; the row and the reason are kept. Raises BadEvent, NotThere."""
        row = self.get(event_id)
        if not reason.strip() or len(reason) > REASON_MAX:
            raise BadEvent(f"Say why it is given up, in at most {REASON_MAX} letters (--reason).")
        with self.spool.writing():
            self.spool.change(row.id, DISMISSED, note=reason.strip())
        found = self.spool.get(event_id)
        assert found, "a row never goes"
        return found


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """With the new fields; null takes a field out."""
    both = {**old, **new}
    return {name: value for name, value in both.items() if name not in new or value is not None}


def _word(row: Row) -> str:
    return str(row.verdict.get("first") or row.verdict.get("verdict", ""))


def _is_not_yet(row: Row) -> bool:
    return row.verdict.get("code") == "not-yet"
