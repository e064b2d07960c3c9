"""A report's row as somebody may see it who may not see every count (OUT-7)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.outcomes.analytics.report.counting.people import AFTER_LAST_DOSE
from services.outcomes.analytics.report.counts import Group
from services.outcomes.analytics.report.shapes import (
    At,
    AtWindow,
    Count,
    MeanChange,
    Median,
    NetworkRow,
    Rate,
    SideBySide,
)

Shown = Mapping[Group, Mapping[str, int]]
"""The counts that the reader may see, group by group."""
_NO_COUNT = Count(None, True)
_NO_RATE = Rate(None, None, None, None, None, None, True)
_NO_CHANGE = MeanChange(None, None, None, None, None, (), True)


def hidden(row: NetworkRow, shown: Shown) -> NetworkRow:
    """Without what is not shown, and without all that is computed from it."""
    seen = _Seen(shown.get(Group(row.clinic, row.indication, row.route, row.period), {}))
    return replace(
        row,
        patients=seen.count(row.patients, "patients"),
        with_baseline=seen.count(row.with_baseline, "with-baseline"),
        windows=tuple(seen.window(each) for each in row.windows),
        days_to_response=seen.median(row.days_to_response),
        sessions_to_response=seen.median(row.sessions_to_response),
        off_track=seen.rate(row.off_track, "latest/observed", "off-track", "patients"),
        strengths=(),
    )


@dataclass(frozen=True)
class _Seen:
    """What carried results (LOCF) add to a window is in no release; of the latest they are it."""

    names: Mapping[str, int]

    def count(self, count: Count, name: str) -> Count:
        return count if name in self.names else _NO_COUNT

    def median(self, median: Median) -> Median:
        return median if "to-response" in self.names else Median(None, None, True)

    def rate(self, rate: Rate, pick: str, name: str, due: str) -> Rate:
        if not self._all(f"{pick}/{name}-known", f"{pick}/{name}"):
            return _NO_RATE
        return rate if self._all(due, pick) else replace(rate, lost=None)

    def _all(self, *names: str) -> bool:
        return all(each in self.names for each in names)

    def window(self, at: AtWindow) -> AtWindow:
        due = f"{at.window}/due" if at.window in AFTER_LAST_DOSE else "patients"
        observed = f"{at.window}/observed"
        return AtWindow(
            window=at.window,
            due=self.count(at.due, due),
            observed=self.count(at.observed, observed),
            completeness=at.completeness if self._all(due, observed) else _NO_RATE,
            response=self._sides(at.window, due, "response", at.response),
            remission=self._sides(at.window, due, "remission", at.remission),
            improved=self._sides(at.window, due, "improved", at.improved),
            deteriorated=self._sides(at.window, due, "deteriorated", at.deteriorated),
            change=self._change(at.change, f"{observed}/changed"),
            change_carried=self._change(at.change_carried, "latest/observed/changed")
            if at.window == "latest"
            else _NO_CHANGE,
        )

    def _sides(self, window: At, due: str, name: str, sides: SideBySide) -> SideBySide:
        observed = self.rate(sides.observed, f"{window}/observed", name, due)
        return SideBySide(observed, observed if window == "latest" else _NO_RATE)

    def _change(self, change: MeanChange, name: str) -> MeanChange:
        return change if name in self.names else _NO_CHANGE
