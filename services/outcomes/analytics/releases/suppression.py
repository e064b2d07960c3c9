"""Which counts a release may show: no small cell, none that the others give away, in it and in
every change since the releases before (OUT-7; decision 22).

Everything that a reader can work out is a sum of cells that are 0 or large, or not fixed at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from services.outcomes.analytics.releases.hiding import Column, Known, Table, hidden_rows
from services.outcomes.analytics.releases.nesting import Beside, Kind, Nesting, nesting, tables
from services.outcomes.analytics.report.counts import DIMENSIONS, Counted, Dimension, Group

PUBLISHED: tuple[tuple[Dimension, ...], ...] = ((), *((each,) for each in DIMENSIONS))
"""The groupings of every release, protected together. Two dimensions at once are not published:
with both margins beside it, what a table gives away is not to be seen cell by cell."""
NETWORK = Group()

Cells = Mapping[Group, Mapping[str, int]]
"""What a release shows: every group that it names, and of each the counts that may be seen."""


def disclosable(
    release: Sequence[Counted],
    earlier: Sequence[Cells],
    cells_min: int,
    beside: Beside = MappingProxyType({}),
) -> dict[Group, dict[str, int]]:
    """Of a whole release (every group of `PUBLISHED`), what may be seen after those `earlier`,
    which were made with the same `part_of` and `beside`.

    Each group named now or before is there, maybe with nothing to see.
    """
    return _Decision(release, earlier, cells_min, nesting(release, beside)).shown()


class _Decision:
    def __init__(
        self,
        release: Sequence[Counted],
        earlier: Sequence[Cells],
        cells_min: int,
        of: Nesting,
    ) -> None:
        self._nesting = of
        self._earlier = earlier
        self._min = cells_min
        nobody = dict.fromkeys(of.within, 0)
        now = tables(release, of)
        groups = {NETWORK, *now, *(group for cells in earlier for group in cells)}
        self._now = {group: now.get(group, nobody) for group in sorted(groups)}
        self._shown: dict[Group, dict[str, int]] = {group: {} for group in self._now}

    def shown(self) -> dict[Group, dict[str, int]]:
        for name, wholes in self._nesting.within.items():
            if all(whole in self._shown[NETWORK] for whole in wholes):
                for group in self._where(name):
                    self._shown[group][name] = self._now[group][name]
        return self._shown

    def _where(self, name: str) -> Iterable[Group]:
        """The groups in which the name may be seen: none if one dimension gives too much away."""
        if hidden_rows(self._table(name, [NETWORK]), self._min) != frozenset():
            return ()
        found = [NETWORK]
        for dimension in DIMENSIONS:
            rows = [group for group in self._now if _only(dimension, group)]
            hidden = hidden_rows(self._table(name, rows), self._min) if rows else frozenset()
            if hidden is None:
                return ()
            is_nobody = not any(self._now[rows[place]][name] for place in hidden)
            found += [row for place, row in enumerate(rows) if is_nobody or place not in hidden]
        return found

    def _table(self, name: str, rows: Sequence[Group]) -> Table:
        wholes = self._nesting.within[name]
        decided = self._shown[NETWORK]
        beside = [each for each in self._nesting.beside[name] if each in decided]
        return Table(
            sizes=[self._now[row][wholes[0] if wholes else name] for row in rows],
            open=[all(each in self._shown[row] for each in (*wholes, *beside)) for row in rows],
            empty=[any(self._shown[row].get(whole) == 0 for whole in wholes) for row in rows],
            kinds=[self._kind(name, each, rows) for each in self._nesting.kinds(name, decided)],
        )

    def _kind(self, name: str, kind: Kind, rows: Sequence[Group]) -> Column:
        earlier = [cells for cells in self._earlier if _is_seen(kind, cells, NETWORK)]
        others = kind.keys() - {name}
        return Column(
            closed=[not others <= self._shown[row].keys() for row in rows],
            now=_known(kind, self._now, rows),
            earlier=[_known(kind, cells, rows) for cells in earlier],
        )


def _known(kind: Kind, cells: Cells, rows: Sequence[Group]) -> Known:
    return Known(
        total=_number(kind, cells[NETWORK]),
        rows=[
            _number(kind, cells.get(row, {})) if _is_seen(kind, cells, row) else None
            for row in rows
        ],
    )


def _only(dimension: Dimension, group: Group) -> bool:
    return group != NETWORK and group == replace(NETWORK, **{dimension: getattr(group, dimension)})


def _is_seen(kind: Kind, cells: Cells, row: Group) -> bool:
    """A group that a release does not name had nobody then, as everybody can see."""
    return row not in cells or all(name in cells[row] for name in kind)


def _number(kind: Kind, counts: Mapping[str, int]) -> int:
    return sum(times * counts.get(name, 0) for name, times in kind.items())
