"""How far a consumer is behind, in records and in seconds.

What waits unread has no time that could be asked for, so it is bounded: it came after the last
record that was read, and after the last look at which nothing waited. Both are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.kernel.clock import Clock

Place = tuple[str, int]
"""(topic, partition)."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One topic, as far as this member owns it. `since`: when the oldest unread record came."""

    topic: str
    records: int
    since: datetime | None

    def seconds(self, now: datetime) -> float:
        return max(0.0, (now - self.since).total_seconds()) if self.since else 0.0


@dataclass
class Lag:
    """Looked at every few seconds; grows by what is owned and by nothing else."""

    clock: Clock
    behind: Mapping[str, Behind] = field(default_factory=dict)
    _caught_up_at: dict[Place, datetime] = field(default_factory=dict)
    _waits_since: dict[Place, datetime] = field(default_factory=dict)

    def look(self, unread: Mapping[Place, int], read_until: Mapping[Place, datetime]) -> None:
        """`read_until`: when Kafka took the last record that was read of each partition."""
        now = self.clock()
        known = {place: at for place, at in self._caught_up_at.items() if place in unread}
        waits: dict[Place, datetime] = {}
        for place, records in unread.items():
            if records:
                bounds = [each[place] for each in (known, read_until) if place in each]
                since = max(bounds, default=self._waits_since.get(place, now))
                waits[place] = min(since, now)
            else:
                known[place] = now
        self._caught_up_at, self._waits_since = known, waits
        self.behind = {topic: _behind(topic, unread, waits) for topic, _ in unread}


def _behind(topic: str, unread: Mapping[Place, int], waits: Mapping[Place, datetime]) -> Behind:
    own = [place for place in unread if place[0] == topic]
    since = min((waits[place] for place in own if place in waits), default=None)
    return Behind(topic, sum(unread[place] for place in own), since)
