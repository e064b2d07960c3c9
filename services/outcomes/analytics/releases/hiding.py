"""The rows of one table to hide, so that neither they nor what changed in them can be worked out.

A table: one name's people (and those who make it differ from another name, a kind each) in the
rows of one dimension beside their total. What the hidden rows hold together can be worked out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Known:
    """Of one kind: the total, and each row; None: a row that a reader does not see."""

    total: int
    rows: Sequence[int | None]

    def values(self) -> _Ints:
        """0 where not seen."""
        return np.array([row or 0 for row in self.rows], np.int64)

    def seen(self) -> _Flags:
        return np.array([row is not None for row in self.rows], bool)


@dataclass(frozen=True)
class Column:
    """`earlier`: what the releases before show, oldest first, those that show the total.
    `closed`: rows that do not show it, whatever is decided, for another name is hidden there."""

    closed: Sequence[bool]
    now: Known
    earlier: Sequence[Known]


@dataclass(frozen=True)
class Table:
    """`sizes`: the people of each row, the smallest is hidden first. `open`: what its name is
    compared with is seen. `empty`: of a whole that is seen to be 0, so that nothing is to hide."""

    sizes: Sequence[int]
    open: Sequence[bool]
    empty: Sequence[bool]
    kinds: Sequence[Column]


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


def _is_small(counts: _Ints, cells_min: int) -> _Flags:
    small: _Flags = (counts != 0) & (np.abs(counts) < cells_min)
    return small


@dataclass(frozen=True)
class _Sum:
    """What a reader works out of hidden rows: `fixed` plus `per_row` of those. Where it is 0 each
    of the rows is known, for nobody is counted below 0; `told` must not be among them."""

    fixed: int
    per_row: _Ints
    told: _Flags


class _Sums:
    def __init__(self, table: Table, cells_min: int) -> None:
        self._min = cells_min
        self._open = np.array(table.open, bool)
        self.sizes = np.array(table.sizes, np.int64)
        self.empty = np.array(table.empty, bool)
        self._kinds = [_OfKind(each, cells_min) for each in table.kinds]
        small = [kind.small_rows() for kind in self._kinds]
        self._wrong = np.any(small, axis=0)
        known = self._open | self._wrong
        sums = [kind.free(each, known) for kind in self._kinds for each in kind.sums()]
        self._fixed = np.array([each.fixed for each in sums], np.int64)
        self._per_row = np.array([each.per_row for each in sums], np.int64)
        self._is_told = np.array([each.told for each in sums], np.int64)
        self._covers = [cover for kind in self._kinds for cover in kind.covers()]
        self._is_whole = not any(kind.nameless for kind in self._kinds)

    def must_hide(self) -> _Flags:
        hidden: _Flags = (self._wrong | ~self._open) & ~self.empty
        return hidden

    def are_safe(self, trials: _Flags) -> _Flags:
        safe: _Flags = self.faults(trials) == 0
        return safe

    def faults(self, trials: _Flags) -> _Ints:
        """How many sums of each trial (a row of flags: hidden) would be small."""
        rows = trials.astype(np.int64)
        sums = self._fixed + rows @ self._per_row.T
        is_told = (sums == 0) & (rows @ self._is_told.T > 0)
        found: _Ints = (_is_small(sums, self._min) | is_told).sum(axis=1)
        for cover in self._covers:
            found += ~(trials & cover).any(axis=1)
        return found + self._is_alone(trials)

    def _is_alone(self, trials: _Flags) -> _Flags:
        """One hidden row is what the others leave of the total."""
        alone: _Flags = (trials.sum(axis=1) == 1) & (len(self.sizes) > 1)
        return alone if self._is_whole else np.zeros_like(alone)


class _OfKind:
    def __init__(self, kind: Column, cells_min: int) -> None:
        self._min = cells_min
        self._earlier = kind.earlier
        self._closed = np.array(kind.closed, bool)
        self._now = kind.now.values()
        self._total = kind.now.total
        self.nameless = self._total - int(self._now.sum())

    def small_rows(self) -> _Flags:
        """Rows that are small, or have changed by few since any release that shows them."""
        wrong = _is_small(self._now, self._min)
        for each in self._earlier:
            wrong |= each.seen() & _is_small(self._now - each.values(), self._min)
        found: _Flags = wrong & ~self._closed
        return found

    def free(self, of: _Sum, known: _Flags) -> _Sum:
        """The sum as rows that are not closed change it, for the closed ones are hidden anyway."""
        closed, free = self._closed, ~self._closed
        fixed = of.fixed + int(of.per_row[closed].sum())
        return _Sum(fixed, of.per_row * free, of.told & free & known)

    def sums(self) -> list[_Sum]:
        every = np.ones_like(self._closed)
        found = [_Sum(self.nameless, self._now, every), self._pending()]
        for each in self._earlier:
            found += self._since(each)
        return found

    def covers(self) -> list[_Flags]:
        """Of each release the rows hidden then, of which one must be hidden now as well."""
        hidden_then = [~each.seen() for each in self._earlier if self._tells_apart(each)]
        return [rows for rows in hidden_then if not (rows & self._closed).any()]

    def _pending(self) -> _Sum:
        """Who is in hidden rows beyond what was last shown of them."""
        last = np.zeros_like(self._now)
        for each in self._earlier:
            last = np.where(each.seen(), each.values(), last)
        return _Sum(self.nameless, self._now - last, np.zeros_like(self._closed))

    def _since(self, before: Known) -> list[_Sum]:
        """Changes since one release: of all rows that are not seen in both; of the rows that are
        hidden now, as far as they were seen then."""
        seen, values = before.seen(), before.values()
        change = (self._now - values) * seen
        fixed = self._total - before.total - int(change.sum())
        hidden_now = _Sum(self.nameless, self._now - values, np.zeros_like(seen))
        return [_Sum(fixed, change, seen), hidden_now]

    def _tells_apart(self, before: Known) -> bool:
        """Whether the rows that were hidden then changed by few."""
        seen, values = before.seen(), before.values()
        changed = self._now[~seen].sum() - (before.total - values[seen].sum())
        return bool(_is_small(changed, self._min)) and not self.nameless
