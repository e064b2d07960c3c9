"""The rows of one table to hide, so that neither they nor what changed in them can be worked out.

A table: one name's people (and those of its wholes who are not, a kind each) in the rows of one
dimension beside their total. What the hidden rows hold together is what a reader can work out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Known:
    """Kind by kind: the total, and each row; None: a row that a reader does not see."""

    total: tuple[int, ...]
    rows: Sequence[tuple[int, ...] | None]

    def values(self) -> _Ints:
        """Rows by kinds, 0 where not seen."""
        nothing = (0,) * len(self.total)
        rows = [row or nothing for row in self.rows]
        return np.array(rows, np.int64).reshape(len(rows), len(self.total))

    def seen(self) -> _Flags:
        return np.array([row is not None for row in self.rows], bool)


@dataclass(frozen=True)
class Table:
    """`sizes`: the people of each row, the smallest is hidden first. `open`: its wholes are seen.
    `empty`: of a whole that is seen to be 0, so that there is nothing to hide.
    `earlier`: what the releases before show, oldest first, those that show the total."""

    sizes: Sequence[int]
    open: Sequence[bool]
    empty: Sequence[bool]
    now: Known
    earlier: Sequence[Known]


def hidden_rows(table: Table, cells_min: int) -> frozenset[int] | None:
    """The places of the rows to hide; None: hiding all of them is not enough."""
    sums = _Sums(table, cells_min)
    hidden = sums.must_hide()
    while not sums.are_safe(hidden[None, :])[0]:
        rest = np.flatnonzero(~hidden & ~sums.empty)
        if not len(rest):
            return None
        trials = np.repeat(hidden[None, :], len(rest), axis=0)
        trials[np.arange(len(rest)), rest] = True
        faults = sums.faults(trials)
        hidden[min(zip(faults, sums.sizes[rest], rest, strict=True))[2]] = True
    return frozenset(int(place) for place in np.flatnonzero(hidden))


class _Sums:
    """What a reader works out of hidden rows: each sum is `_fixed` plus `_per_row` of those."""

    def __init__(self, table: Table, cells_min: int) -> None:
        self._min = cells_min
        self._table = table
        self.sizes = np.array(table.sizes, np.int64)
        self.empty = np.array(table.empty, bool)
        self._now = table.now.values()
        self._total = np.array(table.now.total, np.int64)
        self._nameless = self._total - self._now.sum(axis=0)
        self._covers: list[_Flags] = []
        sums = [(self._nameless, self._now), self._pending()]
        for each in table.earlier:
            sums += self._since(each)
        self._fixed = np.concatenate([fixed for fixed, _ in sums])
        self._per_row = np.concatenate([per_row.T for _, per_row in sums])

    def must_hide(self) -> _Flags:
        """Rows that are small, or have changed by few since any release that shows them."""
        wrong: _Flags = np.asarray(self._is_small(self._now).any(axis=1))
        for each in self._table.earlier:
            changed = self._is_small(self._now - each.values()).any(axis=1)
            wrong |= each.seen() & changed
        wrong |= ~np.array(self._table.open, bool)
        hidden: _Flags = wrong & ~self.empty
        return hidden

    def are_safe(self, trials: _Flags) -> _Flags:
        safe: _Flags = self.faults(trials) == 0
        return safe

    def faults(self, trials: _Flags) -> _Ints:
        """How many sums of each trial (a row of flags: hidden) would be small."""
        sums = self._fixed + trials.astype(np.int64) @ self._per_row.T
        found: _Ints = self._is_small(sums).sum(axis=1)
        for cover in self._covers:
            found += ~(trials & cover).any(axis=1)
        return found + self._is_alone(trials)

    def _is_alone(self, trials: _Flags) -> _Flags:
        """One hidden row is what the others leave of the total."""
        alone: _Flags = (trials.sum(axis=1) == 1) & (len(self.sizes) > 1)
        return alone if not self._nameless.any() else np.zeros_like(alone)

    def _pending(self) -> tuple[_Ints, _Ints]:
        """Who is in hidden rows beyond what was last shown of them."""
        last = np.zeros_like(self._now)
        for each in self._table.earlier:
            last = np.where(each.seen()[:, None], each.values(), last)
        return self._nameless, self._now - last

    def _since(self, before: Known) -> list[tuple[_Ints, _Ints]]:
        """Changes since one release: of all rows that are not seen in both; of the rows that are
        hidden now, as far as they were seen then; of the rows that were hidden then."""
        seen, values = before.seen(), before.values()
        then = np.array(before.total, np.int64)
        change = (self._now - values) * seen[:, None]
        both = (self._total - then - change.sum(axis=0), change)
        hidden_now = (self._nameless, self._now - values * seen[:, None])
        hidden_then = self._now[~seen].sum(axis=0) - (then - values[seen].sum(axis=0))
        if self._is_small(hidden_then).any() and not self._nameless.any():
            self._covers.append(~seen)
        return [both, hidden_now]

    def _is_small(self, counts: _Ints) -> _Flags:
        small: _Flags = (counts != 0) & (np.abs(counts) < self._min)
        return small
