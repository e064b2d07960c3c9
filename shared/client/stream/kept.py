"""The rows an analyst keeps: corrections, retractions and withdrawals are followed as they come."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shared.client.stream.event import StreamEvent
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject

Row = dict[str, Any]


@dataclass
class Kept:
    """`cursor`: behind the last event taken; `stream.live(kept.cursor)` goes on there.

    Taking an event twice changes nothing, nor does taking an older revision late.
    """

    cursor: str = ""
    _results: dict[str, Row] = field(default_factory=dict)
    _subjects: dict[str, Row] = field(default_factory=dict)
    _withdrawn: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, results: Iterable[Row], subjects: Iterable[Row], cursor: str) -> "Kept":
        by_result = {each["result_id"]: dict(each) for each in results}
        return cls(cursor, by_result, {each["subject_token"]: dict(each) for each in subjects})

    @property
    def results(self) -> list[Row]:
        """One row per result that counts, by subject and study day."""
        return sorted((r for r in self._results.values() if not r["retracted"]), key=_on_the_axis)

    @property
    def subjects(self) -> list[Row]:
        """One row per person who takes part, whether or not anything was answered."""
        return [self._subjects[each] for each in sorted(self._subjects)]

    def take(self, event: StreamEvent) -> None:
        told = event.data
        if told.subject_token in self._withdrawn:
            pass
        elif isinstance(told, OutcomeResult):
            _newer(self._results, told.result_id, asdict(told))
        elif isinstance(told, OutcomeSubject):
            _newer(self._subjects, told.subject_token, asdict(told))
        else:
            self._forget(told.subject_token)
        self.cursor = event.cursor or self.cursor

    def _forget(self, token: str) -> None:
        self._withdrawn.add(token)
        self._subjects.pop(token, None)
        gone = [name for name, row in self._results.items() if row["subject_token"] == token]
        for each in gone:
            del self._results[each]


def kept(events: Iterable[StreamEvent]) -> Kept:
    rows = Kept()
    for event in events:
        rows.take(event)
    return rows


def _newer(rows: dict[str, Row], name: str, row: Row) -> None:
    known = rows.get(name)
    if known is None or row["revision"] > known["revision"]:
        rows[name] = row


def _on_the_axis(row: Mapping[str, Any]) -> tuple[str, bool, int, str, str]:
    day = row["study_day"]
    return row["subject_token"], day is None, day or 0, row["instrument"], row["result_id"]
