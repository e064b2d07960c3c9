"""What becomes of every row of a file, before anything of it is spooled."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from services.site.agent.drafts import checked
from services.site.importing.cells import BadCell, Formula, Patients, value_of
from services.site.importing.mapping import EventRule, ImportMapping
from services.site.importing.table import TableRow
from shared.client.errors import BadEvent
from shared.codec import strict_json
from shared.kernel.identifiers import derive

RowVerdict = Literal["ready", "skipped", "repeated", "unmapped", "unreadable", "formula", "invalid"]
WELL: frozenset[RowVerdict] = frozenset({"ready", "skipped", "repeated"})


@dataclass(frozen=True, slots=True)
class Planned:
    """`events`: what the row becomes. `why`: in words, where it is not `ready`."""

    line: int
    verdict: RowVerdict
    why: str = ""
    events: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_well(self) -> bool:
        return self.verdict in WELL


@dataclass(frozen=True)
class Importer:
    """`source`: the site. `now`: the time of events that nothing gives another."""

    source: str
    now: str
    mapping: ImportMapping
    patients: Patients

    def plan(self, rows: Iterable[TableRow]) -> list[Planned]:
        """One verdict per row, in the file's order: none is passed over."""
        seen: set[str] = set()
        return [self._row(row, seen) for row in rows]

    def _row(self, row: TableRow, seen: set[str]) -> Planned:
        if row.fault:
            return Planned(row.line, "unreadable", row.fault)
        if self.mapping.skip and self.mapping.skip.holds(row.cells):
            return Planned(row.line, "skipped", "the mapping leaves it behind")
        rules = [
            each for each in self.mapping.events if not each.when or each.when.holds(row.cells)
        ]
        if not rules:
            return Planned(row.line, "unmapped", "no event of the mapping is made of it")
        digest = _digest(row)
        if digest in seen:
            return Planned(row.line, "repeated", "an earlier row of the file says the same")
        seen.add(digest)
        return self._events(row, rules, digest)

    def _events(self, row: TableRow, rules: Sequence[EventRule], digest: str) -> Planned:
        try:
            events = tuple(self._event(row, rule, digest) for rule in rules)
        except Formula as fault:
            return Planned(row.line, "formula", str(fault))
        except (BadCell, BadEvent) as fault:
            return Planned(row.line, "invalid", str(fault))
        return Planned(row.line, "ready", events=events)

    def _event(self, row: TableRow, rule: EventRule, digest: str) -> Mapping[str, Any]:
        found = {name: value_of(cell, row.cells, self.patients) for name, cell in rule.data.items()}
        draft = {
            "id": derive(f"{self.source}/imports/{self.mapping.name}", f"{digest}/{rule.type}"),
            "type": rule.type,
            "subject": value_of(rule.subject, row.cells, self.patients),
            "time": value_of(rule.time, row.cells, self.patients),
            "data": {name: value for name, value in found.items() if value is not None},
        }
        return checked(draft, self.source, "", self.now)


def told(planned: Sequence[Planned]) -> dict[str, int]:
    """How many rows of each verdict."""
    return dict(Counter(each.verdict for each in planned))


def _digest(row: TableRow) -> str:
    return sha256(strict_json.dumps(sorted(row.cells.items()))).hexdigest()
