"""Which counts a release may show: no small cell, none that the others give away, in it and in
every change since the releases before (OUT-7; decision 22).

Everything that a reader can work out is a sum of cells that are 0 or large, or not fixed at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from services.outcomes.analytics.releases.hiding import Known, Table, hidden_rows
from services.outcomes.analytics.releases.nesting import Nesting, nesting, tables
from services.outcomes.analytics.report.counts import DIMENSIONS, Counted, Dimension, Group

PUBLISHED: tuple[tuple[Dimension, ...], ...] = ((), *((each,) for each in DIMENSIONS))
"""The groupings of every release, protected together. Two dimensions at once are not published:
with both margins beside it, what a table gives away is not to be seen cell by cell."""
NETWORK = Group()
OUTERMOST = "patients"

Cells = Mapping[Group, Mapping[str, int]]
"""What a release shows: every group that it names, and of each the counts that may be seen."""


def disclosable(
    release: Sequence[Counted], earlier: Sequence[Cells], cells_min: int
) -> dict[Group, dict[str, int]]:
    """Of a whole release (every group of `PUBLISHED`), what may be seen after those `earlier`.

    Each group named now or before is there, maybe with nothing to see. Nothing at all is seen
    where the network's own `patients` may not be.
    """
    return _Decision(release, earlier, cells_min).shown()


class _Decision:
    def __init__(
        self, release: Sequence[Counted], earlier: Sequence[Cells], cells_min: int
    ) -> None:
        self._nesting: Nesting = nesting(release)
        self._earlier = earlier
        self._min = cells_min
        nobody = dict.fromkeys(self._nesting.within, 0)
        now = tables(release, self._nesting)
        groups = {NETWORK, *now, *(group for cells in earlier for group in cells)}
        self._now = {group: now.get(group, nobody) for group in sorted(groups)}
        self._shown: dict[Group, dict[str, int]] = {group: {} for group in self._now}

    def shown(self) -> dict[Group, dict[str, int]]:
        for name, wholes in self._nesting.within.items():
            if all(whole in self._shown[NETWORK] for whole in wholes):
                for group in self._where(name, wholes):
                    self._shown[group][name] = self._now[group][name]
        return self._shown

    def _where(self, name: str, wholes: tuple[str, ...]) -> Iterable[Group]:
        """The groups in which the name may be seen: none if one dimension gives too much away."""
        whole = self._table(name, wholes, [NETWORK])
        if hidden_rows(whole, self._min) != frozenset():
            return ()
        found = [NETWORK]
        for dimension in DIMENSIONS:
            rows = [group for group in self._now if _only(dimension, group)]
            table = self._table(name, wholes, rows)
            hidden = hidden_rows(table, self._min) if rows else frozenset()
            if hidden is None:
                return ()
            found += [row for place, row in enumerate(rows) if place not in hidden]
        return found

    def _table(self, name: str, wholes: tuple[str, ...], rows: Sequence[Group]) -> Table:
        seen = [cells for cells in self._earlier if _is_seen(name, wholes, cells, NETWORK)]
        return Table(
            sizes=[self._now[row][wholes[0] if wholes else name] for row in rows],
            open=[all(whole in self._shown[row] for whole in wholes) for row in rows],
            empty=[_is_empty(self._shown[row], wholes) for row in rows],
            now=self._known(name, wholes, self._now, rows),
            earlier=[self._known(name, wholes, cells, rows) for cells in seen],
        )

    def _known(
        self, name: str, wholes: tuple[str, ...], cells: Cells, rows: Sequence[Group]
    ) -> Known:
        return Known(
            total=_kinds(name, wholes, cells[NETWORK]),
            rows=[
                _kinds(name, wholes, cells.get(row, dict.fromkeys([name, *wholes], 0)))
                if _is_seen(name, wholes, cells, row)
                else None
                for row in rows
            ],
        )


def _only(dimension: Dimension, group: Group) -> bool:
    return group != NETWORK and group == replace(NETWORK, **{dimension: getattr(group, dimension)})


def _is_seen(name: str, wholes: tuple[str, ...], cells: Cells, row: Group) -> bool:
    """A group that a release does not name had nobody then, as everybody can see."""
    if row not in cells:
        return True
    return all(each in cells[row] for each in (name, *wholes))


def _is_empty(shown: Mapping[str, int], wholes: tuple[str, ...]) -> bool:
    return any(shown.get(whole) == 0 for whole in wholes)


def _kinds(name: str, wholes: tuple[str, ...], counts: Mapping[str, int]) -> tuple[int, ...]:
    """Those of the name, and those of each whole who are not."""
    return (counts[name], *(counts[whole] - counts[name] for whole in wholes))
