"""Diaries for queries: what was read is kept while its version stands, in bounded memory.

Nothing is decided on what is found here: a booking reads in its own transaction.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date, timedelta
from threading import Lock
from typing import Generic, TypeVar

from services.scheduling.application.documents import DAYS, ROSTER, ROSTERS
from services.scheduling.domain.occupancy.day import Day
from services.scheduling.domain.occupancy.opened import Opened
from services.scheduling.domain.occupancy.page import Page
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.resource import Roster
from shared.kernel.policy import Policy
from shared.storage.reads import Reads

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
PAGES_MAX, ROSTERS_MAX, OPENED_MAX = 12_000, 256, 64
"""Over all clinics: some hundred of them, each with its next 90 days. What that weighs is in the
canvas, under Speed."""


class Diaries:
    """Of one process; its threads share it. Two that miss the same both read it, none waits."""

    def __init__(self, policy: Policy, pages_max: int = PAGES_MAX) -> None:
        self._policy = policy
        self._pages: Recent[tuple[str, str], tuple[int, Page]] = Recent(pages_max)
        self._rosters: Recent[str, tuple[int, Roster]] = Recent(ROSTERS_MAX)
        self._opened: Recent[tuple[str, int, date, int], Opened] = Recent(OPENED_MAX)

    def diary(self, reads: Reads, first: date, days: int) -> Diary:
        """The clinic's free time on these days of UTC, as committed: two queries where nothing
        has changed, whatever else there is in the store."""
        clinic = reads.clinic or ""
        policy = self._policy.of(clinic)
        version, roster = self._roster(reads, clinic)
        key = (clinic, version, first, days)
        opened = self._opened.get(key)
        if opened is None:
            opened = Opened(roster, first, days, policy)
            self._opened.put({key: opened})
        names = [(first + timedelta(days=number)).isoformat() for number in range(days)]
        return Diary(roster, (), policy, self._of(reads, clinic, names), opened)

    def _roster(self, reads: Reads, clinic: str) -> tuple[int, Roster]:
        version = reads.versions(ROSTERS, [ROSTER]).get(ROSTER, 0)
        kept = self._rosters.get(clinic)
        if kept and kept[0] == version:
            return kept
        found = reads.get(ROSTERS, ROSTER)
        fresh = (found.version, found.aggregate) if found else (0, Roster())
        self._rosters.put({clinic: fresh})
        return fresh

    def _of(self, reads: Reads, clinic: str, names: Iterable[str]) -> list[Page]:
        """The pages of these days: those kept, and those that have changed, read afresh."""
        versions = reads.versions(DAYS, names)
        found: dict[str, Page] = {}
        for name in names:
            kept = self._pages.get((clinic, name))
            version = versions.get(name, 0)
            if version == 0:
                found[name] = Page(Day(name))
            elif kept and kept[0] == version:
                found[name] = kept[1]
        fresh = {
            each.cursor: (each.version, Page(each.aggregate))
            for each in reads.several(DAYS, [name for name in names if name not in found])
        }
        self._pages.put({(clinic, page.date): (version, page) for version, page in fresh.values()})
        found |= {page.date: page for _, page in fresh.values()}
        return [found[name] for name in names]


class Recent(Generic[K, V]):
    """The values used last, so many of them. Locked only while it looks."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._values: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, values: Mapping[K, V]) -> None:
        with self._lock:
            self._values.update(values)
            for key in values:
                self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
