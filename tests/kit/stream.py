"""The analysts' stream in memory, as the read side's log has it, and what may be said on it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Condition
from typing import Any

from services.outcomes.analytics.view import Entry, Places
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject, SubjectWithdrawn

EXAMPLES = Path(__file__).parents[2] / "shared" / "contracts" / "examples"
PARTITIONS = 3
LOOK_S = 0.01
"""Nobody waits longer here: what a test waits for is there, or it never comes."""


def example(kind: type[Any], **changes: Any) -> dict[str, Any]:
    """The golden example's data, changed."""
    text = (EXAMPLES / f"{kind.type}.json").read_text(encoding="utf-8")
    return {**json.loads(text)["data"], **changes}


def a_result(subject: str, number: int, **changes: Any) -> OutcomeResult:
    fields = {"subject_token": subject, "result_id": f"{subject}-{number}", "revision": 0}
    return OutcomeResult(**{**example(OutcomeResult), **fields, **changes})


def a_subject(subject: str, **changes: Any) -> OutcomeSubject:
    fields = {"subject_token": subject, "revision": 0}
    return OutcomeSubject(**{**example(OutcomeSubject), **fields, **changes})


@dataclass
class MemoryLog:
    """Partitions in memory: one key, one partition; what was said of the withdrawn is skipped."""

    partitions: dict[int, list[Any]] = field(
        default_factory=lambda: {each: [] for each in range(PARTITIONS)}
    )
    oldest: dict[int, int] = field(default_factory=dict)
    more: Condition = field(default_factory=Condition)
    withdrawn: set[str] = field(default_factory=set)

    def append(self, event: Any, partition: int | None = None) -> None:
        chosen = _partition(event.subject_token) if partition is None else partition
        with self.more:
            if isinstance(event, SubjectWithdrawn):
                self.withdrawn.add(event.subject_token)
            self.partitions[chosen].append(event)
            self.more.notify_all()

    def entries(self, after: Places, limit: int) -> tuple[Sequence[Entry], Places]:
        found: list[Entry] = []
        places = dict(after)
        with self.more:
            for partition, events in self.partitions.items():
                start = max(places.get(partition, 0), self.oldest.get(partition, 0))
                for offset in range(start, len(events)):
                    if len(found) == limit:
                        break
                    places[partition] = offset + 1
                    if not self._is_gone(events[offset]):
                        found.append(_entry(partition, offset, events[offset]))
        return found, places

    def wait(self, after: Places, timeout_s: float) -> bool:
        with self.more:
            return self.more.wait_for(lambda: self._has_more(after), min(timeout_s, LOOK_S))

    def places(self) -> tuple[Places, Places]:
        with self.more:
            return dict(self.oldest), {each: len(self.partitions[each]) for each in self.partitions}

    def _has_more(self, after: Places) -> bool:
        return any(after.get(each, 0) < len(events) for each, events in self.partitions.items())

    def _is_gone(self, event: Any) -> bool:
        said = not isinstance(event, SubjectWithdrawn)
        return said and event.subject_token in self.withdrawn


def told(events: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(type, id within) of events as they are delivered."""
    return [(each["type"], named(each["data"])) for each in events]


def named(data: Mapping[str, Any]) -> str:
    name = data.get("result_id", data["subject_token"])
    return f"{name} {data.get('revision', '')}".strip()


def _entry(partition: int, offset: int, event: Any) -> Entry:
    return Entry(partition, offset, event.type, asdict(event))


def _partition(key: str) -> int:
    return sum(key.encode()) % PARTITIONS
