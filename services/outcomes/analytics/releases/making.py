"""When a release is made and of what. Analysts never see the report as it is now: from two looks a
day apart they would know the one patient who came between (OUT-7)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from threading import Lock
from typing import Any

import orjson

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.releases.names import BESIDE, FIRST, PATIENTS, published
from services.outcomes.analytics.releases.store import Folder, Release
from services.outcomes.analytics.releases.suppression import (
    NETWORK,
    PUBLISHED,
    Cells,
    disclosable,
)
from services.outcomes.analytics.report.counting.tally import counted
from services.outcomes.analytics.report.counts import Group
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.view import View
from shared.kernel.policy import Policy
from shared.runtime import clock

EVERY = "release.every_d"
SMALL = (
    "Released, not live: counts of 1 to {below}, and those that would give one away here or since "
    "an earlier release, are not shown (suppressed). Read GET /v1/releases/{id}: it says what an "
    "earlier release shows of them, and as of when."
)


class Releases:
    """`now` is when somebody asks: the one who asks first after `release.every_d` makes one."""

    def __init__(
        self, folder: Folder, view: View, policy: Policy, now: Callable[[], datetime]
    ) -> None:
        self._folder = folder
        self._view = view
        self._policy = policy
        self.now = now
        self._lock = Lock()
        self._made: list[Release] = []
        self._tried_at: datetime | None = None

    def all(self) -> list[Release]:
        """Oldest first, with a new one if one is due and there is something to tell."""
        with self._lock:
            now = self.now()
            self._made = self._made or self._folder.releases()
            if self._is_due(now):
                self._make(now)
            return list(self._made)

    def newest(self) -> Release | None:
        return next(reversed(self.all()), None)

    def _is_due(self, now: datetime) -> bool:
        if not self._made:
            return True
        last = max(self._made[-1].made_at, self._tried_at or self._made[-1].made_at)
        return now - last >= self._policy.days(EVERY)

    def _make(self, now: datetime) -> None:
        self._tried_at = now
        frames = self._view.frames()
        earlier = [each.cells for each in self._made]
        cells = release_cells(frames, earlier, self._policy)
        if not _is_worth_telling(cells[NETWORK]):
            return
        series = self._made[0].series if self._made else clock.random_token()
        release = Release(series, len(self._made) + 1, now, frames.as_of, cells, {})
        # Where another process was faster, its release is the one that readers know.
        with suppress(FileExistsError):
            self._folder.add(replace(release, answers=self._answers(frames, release)))
        self._made = self._folder.releases()

    def _answers(self, frames: Frames, release: Release) -> dict[str, Any]:
        below = int(self._policy["cells.min"]) - 1
        warning = SMALL.format(below=below, id=release.id)
        found = {}
        for by in PUBLISHED:
            answer = network_report(frames, by, self._policy, shown=release.cells)
            told = replace(answer, warnings=(*answer.warnings, warning))
            found[",".join(by)] = orjson.loads(orjson.dumps(told, option=orjson.OPT_UTC_Z))
        return found


def _is_worth_telling(network: Mapping[str, int]) -> bool:
    return FIRST in network and bool(network[FIRST] or network.get(PATIENTS))


def release_cells(frames: Frames, earlier: list[Cells], policy: Policy) -> Cells:
    groups = [published(each) for by in PUBLISHED for each in counted(frames, by, policy)]
    return disclosable(groups, earlier, int(policy["cells.min"]), BESIDE)


def carried(releases: list[Release], at: Release) -> list[dict[str, Any]]:
    """Of each count that the release does not show: what the newest one before it shows."""
    found: dict[tuple[Group, str], dict[str, Any]] = {}
    for release in releases[: at.number - 1]:
        for group, counts in release.cells.items():
            of = asdict(group) | {"as_of": release.as_of}
            found |= {
                (group, name): of | {"name": name, "count": value}
                for name, value in counts.items()
                if not at.shown(group, name)
            }
    return list(found.values())
