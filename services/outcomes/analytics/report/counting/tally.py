"""How many people of each group each name counts: what rates and suppression are made from.

Names are paths: `end/due`, of those `end/reached` (any result after a dose by then), of those
`end/observed` (one in the window), of those `end/observed/response-known`, of those `…/response`.
`end/added/…`: those reached and not observed, by their last result (LOCF).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from services.outcomes.analytics.columns.frames import Frames
from services.outcomes.analytics.report.counting.people import AFTER_LAST_DOSE, People, people
from services.outcomes.analytics.report.counts import DIMENSIONS, Counted, Dimension, Group
from services.outcomes.analytics.report.statistics.change import Sums
from shared.kernel.policy import Policy

STATES = ("response", "remission", "improved", "deteriorated", "off-track")
PICKS = (
    "latest/observed",
    *(f"{window}/{kind}" for window in AFTER_LAST_DOSE for kind in ("observed", "added")),
)
PartOf = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Tally:
    """`counts`: name -> how many, one number per group. `sums`: pick -> of its changes."""

    groups: tuple[Group, ...]
    counts: Mapping[str, Any]
    sums: Mapping[str, Sums]


def counted(
    frames: Frames, by: Sequence[Dimension], policy: Policy, instrument: str | None = None
) -> list[Counted]:
    """What suppression looks at; by the primary instrument of each one's indication, or one."""
    found = tally(people(frames, by, instrument, policy))
    return [
        Counted(group, {name: int(each[row]) for name, each in found.counts.items()}, PART_OF)
        for row, group in enumerate(found.groups)
    ]


def tally(of: People) -> Tally:
    groups = tuple(Group(*each) for each in of.groups.select(DIMENSIONS).rows())
    size = len(groups)
    standing = _laid_out(_standing(of), size)
    counts = _whole(of, size) | {
        f"{pick}/{name}": standing[name][row] for row, pick in enumerate(PICKS) for name in _NAMES
    }
    sums = {pick: Sums(*(standing[name][row] for name in _SUMS)) for row, pick in enumerate(PICKS)}
    n = dict(zip(PICKS, standing["n"], strict=True))
    counts["latest/observed"] = n["latest/observed"]
    for window in AFTER_LAST_DOSE:
        observed, added = n[f"{window}/observed"], n[f"{window}/added"]
        counts |= {f"{window}/observed": observed, f"{window}/reached": observed + added}
    return Tally(groups, counts, sums)


def _part_of() -> dict[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {
        "with-baseline": "patients",
        "to-response": ("patients", "with-baseline"),
    }
    found["latest/observed"] = "patients"
    for window in AFTER_LAST_DOSE:
        found |= {f"{window}/due": "patients", f"{window}/reached": f"{window}/due"}
        found[f"{window}/observed"] = f"{window}/reached"
    for pick in PICKS:
        whole = pick if pick.endswith("observed") else f"not {pick.removesuffix('added')}observed"
        for state in STATES:
            known = f"{pick}/{state}-known"
            found[known] = whole if state in _OF_SCORES else (whole, "with-baseline")
            found[f"{pick}/{state}"] = known
        found[f"{pick}/changed"] = (whole, "with-baseline")
    return found


_OF_SCORES = ("remission", "off-track")
"""What can be said without a baseline."""
_NAMES = ("changed", *STATES, *(f"{each}-known" for each in STATES))
_SUMS = ("changed", "change", "change_squared", "base", "base_squared", "product")
PART_OF: PartOf = _part_of()


def _whole(of: People, size: int) -> dict[str, Any]:
    due = [f"{window}/due" for window in AFTER_LAST_DOSE]
    found = of.rows.group_by("group").agg(
        pl.len().alias("patients"),
        pl.col("has-baseline").sum().alias("with-baseline"),
        pl.col("judged").is_not_null().sum().alias("to-response"),
        *(pl.col(each).sum() for each in due),
    )
    names = ("patients", "with-baseline", "to-response", *due)
    return {name: placed(found, name, size) for name in names}


def _standing(of: People) -> pl.DataFrame:
    """A row per group and pick: how many, and the sums."""
    picked = [
        of.rows.lazy()
        .filter(_is_due(pick) & pl.col(pick).is_not_null())
        .select("group", pick=pl.lit(number, pl.UInt8), row=pl.col(pick))
        for number, pick in enumerate(PICKS)
    ]
    rows = pl.concat(picked).collect()
    seen = of.results.select(pl.col(_SEEN).gather(rows["row"]))
    lazy = pl.concat([rows, seen], how="horizontal").lazy()
    return lazy.with_columns(hundredths()).group_by("group", "pick").agg(added_up(STATES)).collect()


def _is_due(pick: str) -> pl.Expr:
    window = pick.split("/")[0]
    return pl.lit(True) if window == "latest" else pl.col(f"{window}/due")


_SEEN = ("response", "remission", "reliable", "deteriorated", "off_track", "change", "baseline")
_STATE: Mapping[str, pl.Expr] = {
    "response": pl.col("response"),
    "remission": pl.col("remission"),
    "improved": pl.col("reliable") == "improved",
    "deteriorated": pl.col("deteriorated"),
    "off-track": pl.col("off_track"),
}


def hundredths() -> list[pl.Expr]:
    """Both, or neither: of a change and the baseline it is of."""
    both = pl.col("change").is_not_null() & pl.col("baseline").is_not_null()
    return [
        pl.when(both).then((pl.col(each) * 100).round().cast(pl.Int64)).alias(each)
        for each in ("change", "baseline")
    ]


def added_up(states: Sequence[str]) -> list[pl.Expr]:
    """Of each state how many are in it and of how many it is known; the sums of the changes."""
    change, base = pl.col("change"), pl.col("baseline")
    known = {f"{each}-known": _STATE[each].is_not_null().sum() for each in states}
    sums = {
        "n": pl.len(),
        "changed": change.count(),
        "change": change.sum(),
        "change_squared": (change * change).sum(),
        "base": base.sum(),
        "base_squared": (base * base).sum(),
        "product": (change * base).sum(),
    }
    states_of = {each: _STATE[each].sum() for each in states}
    return [each.cast(pl.Int64).alias(name) for name, each in (states_of | known | sums).items()]


def _laid_out(rows: pl.DataFrame, size: int) -> dict[str, Any]:
    """Of every name, a row per pick and a column per group."""
    at = rows["pick"].to_numpy(), rows["group"].to_numpy()
    found = {name: np.zeros((len(PICKS), size), np.int64) for name in ("n", *_NAMES, *_SUMS)}
    for name, numbers in found.items():
        numbers[at] = rows[name].to_numpy()
    return found


def placed(rows: pl.DataFrame, name: str, size: int) -> Any:
    """One number per group, 0 where there is no row."""
    found = np.zeros(size, np.int64)
    found[rows["group"].to_numpy()] = rows[name].to_numpy()
    return found
