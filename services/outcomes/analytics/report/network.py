"""What the network achieves, group by group: rates with denominators and those lost (OUT-3, OUT-8),
changes with intervals and named effect sizes, strengths beside symptoms."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import polars as pl

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.counting.hiding import Shown, hidden
from services.outcomes.analytics.report.counting.people import (
    AFTER_LAST_DOSE,
    WINDOWS,
    People,
    people,
)
from services.outcomes.analytics.report.counting.strengths import strengths
from services.outcomes.analytics.report.counting.tally import Tally, tally
from services.outcomes.analytics.report.counts import Dimension
from services.outcomes.analytics.report.shapes import (
    At,
    AtWindow,
    Count,
    MeanChange,
    Median,
    NetworkReport,
    NetworkRow,
    OfInstrument,
    SideBySide,
)
from services.outcomes.analytics.report.statistics.change import changes, direction
from services.outcomes.analytics.report.statistics.lifetimes import medians, survival
from services.outcomes.analytics.report.statistics.proportions import rates
from services.outcomes.analytics.report.survival import to_response
from services.outcomes.analytics.report.warnings import LOST, about
from shared.kernel.policy import Policy


def network_report(
    frames: Frames,
    by: Sequence[Dimension],
    policy: Policy,
    instrument: str | None = None,
    shown: Shown | None = None,
) -> NetworkReport:
    """By the primary instrument of each one's indication, or by the one named.

    `shown` None: every count is. A mean is of one instrument: where a group has several, name one.
    """
    of = people(frames, by, instrument, policy)
    rows = _rows(frames, of) if of.rows.height else []
    if shown is not None:
        rows = [hidden(row, shown) for row in rows]
    return NetworkReport(items=tuple(rows), **about(frames, by, instrument, LOST))


def _rows(frames: Frames, of: People) -> list[NetworkRow]:
    columns = _Columns(of, tally(of), strengths(frames, of))
    return [columns.row(number) for number in range(len(columns.groups))]


class _Columns:
    """Every statistic of all groups at once, one list of each."""

    def __init__(
        self, of: People, counted: Tally, beside: Sequence[tuple[OfInstrument, ...]]
    ) -> None:
        self.groups = counted.groups
        self._counts = {name: each.tolist() for name, each in counted.counts.items()}
        self._instruments = _instruments(of)
        self._beside = beside
        self._windows = {window: _Window(window, counted, self._instruments) for window in WINDOWS}
        self._days, self._doses = _to_response(of, "d"), _to_response(of, "doses")
        off, known = (counted.counts[f"latest/observed/off-track{each}"] for each in ("", "-known"))
        self._off_track = rates(off, known, counted.counts["patients"] - known)

    def row(self, number: int) -> NetworkRow:
        group = self.groups[number]
        to_response = self._counts["to-response"][number]
        return NetworkRow(
            *(group.clinic, group.indication, group.route, group.period),
            instrument=self._instruments[number],
            patients=Count(self._counts["patients"][number]),
            with_baseline=Count(self._counts["with-baseline"][number]),
            windows=tuple(each.at(number) for each in self._windows.values()),
            days_to_response=Median(to_response, self._days.get(number)),
            sessions_to_response=Median(to_response, self._doses.get(number)),
            off_track=self._off_track[number],
            strengths=self._beside[number],
        )


class _Window:
    """One window of all groups. A rate's `lost`: due, and not in its denominator for want of a
    result; without a baseline is not lost."""

    def __init__(self, window: At, counted: Tally, instruments: Sequence[str]) -> None:
        self._window = window
        n = counted.counts
        self._observed = n[f"{window}/observed"]
        self._due = n[f"{window}/due"] if window in AFTER_LAST_DOSE else n["patients"]
        self._reached = n[f"{window}/reached"] if window in AFTER_LAST_DOSE else self._observed
        self._completeness = rates(self._observed, self._due, self._due - self._observed)
        self._rates = {
            name: self._side_by_side(name, n)
            for name in ("response", "remission", "improved", "deteriorated")
        }
        sums = counted.sums[f"{window}/observed"]
        carried = sums + counted.sums[f"{window}/added"] if window in AFTER_LAST_DOSE else sums
        better = direction(instruments)
        self._change, self._carried = (
            [
                change if one else _mixed(change)
                for change, one in zip(found, instruments, strict=True)
            ]
            for found in (changes(sums, better), changes(carried, better))
        )

    def at(self, number: int) -> AtWindow:
        return AtWindow(
            window=self._window,
            due=Count(int(self._due[number])),
            observed=Count(int(self._observed[number])),
            completeness=self._completeness[number],
            **{name: each[number] for name, each in self._rates.items()},
            change=self._change[number],
            change_carried=self._carried[number],
        )

    def _side_by_side(self, name: str, n: Mapping[str, Any]) -> list[SideBySide]:
        above, below = (n[f"{self._window}/observed/{each}"] for each in (name, f"{name}-known"))
        observed = rates(above, below, self._due - self._observed)
        if self._window in AFTER_LAST_DOSE:
            above = above + n[f"{self._window}/added/{name}"]
            below = below + n[f"{self._window}/added/{name}-known"]
        carried = rates(above, below, self._due - self._reached)
        return [SideBySide(*each) for each in zip(observed, carried, strict=True)]


def _mixed(change: MeanChange) -> MeanChange:
    return MeanChange(change.n, None, None, None, None, ())


def _instruments(of: People) -> list[str]:
    """The one instrument of each group's people; empty: there are several."""
    used = of.rows.group_by("group").agg(
        pl.when(pl.col("instrument").n_unique() == 1)
        .then(pl.col("instrument").first())
        .otherwise(pl.lit(""))
    )
    found: list[str] = used.sort("group")["instrument"].to_list()
    return found


def _to_response(of: People, unit: Literal["d", "doses"]) -> dict[Any, float]:
    """Per group, the median days or doses to the first response (Kaplan-Meier, OUT-11)."""
    return medians(survival(to_response(of, unit)))
