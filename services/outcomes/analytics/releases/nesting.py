"""Which names hold the people of which, and what of them a reader works out by subtracting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from services.outcomes.analytics.report.counts import Counted, Group

NOT = "not "
"""`not improved`: those of the name that holds `improved` who did not. What stands apart from a
name is a part of its `not`, so that what neither of them counts is looked at too."""
Beside = Mapping[str, Sequence[str]]
"""Name -> names decided before it and no wholes of it: parts that are worth more, or names that
nearly are the same. It is shown where they are (if they are shown anywhere)."""
Kind = Mapping[str, int]
"""A number that follows by adding and subtracting: how often it takes each name."""


@dataclass(frozen=True)
class Nesting:
    """`within`: name -> the names that hold all of its people, in the order of deciding."""

    within: Mapping[str, tuple[str, ...]]
    beside: Mapping[str, tuple[str, ...]]

    def counts(self, counted: Counted) -> dict[str, int]:
        """Every name's people; a name that the group does not have counts nobody."""
        found: dict[str, int] = {}
        for name, wholes in self.within.items():
            found[name] = counted.counts.get(name, 0)
            if name.startswith(NOT):
                found[name] = found[wholes[0]] - found[name.removeprefix(NOT)]
        return found

    def kinds(self, name: str, beside: Sequence[str]) -> list[Kind]:
        """Those of the name; those by whom it differs from each of its wholes and `beside`; and
        those by whom it does so while its whole does not (of two parts of two such names)."""
        compared = [*self.within[name], *beside]
        differences: list[Kind] = [{other: 1, name: -1} for other in compared]
        return [{name: 1}, *differences, *self._squares(name, beside)]

    def _squares(self, name: str, beside: Sequence[str]) -> list[Kind]:
        return [
            {whole: 1, name: -1, its_whole: -1, other: 1}
            for whole in self.within[name]
            for other in beside
            for its_whole in self.within[other]
            if its_whole in (*self.within[whole], *self.beside[whole])
        ]


def nesting(release: Sequence[Counted], beside: Beside) -> Nesting:
    """Of all groups together. Raises CycleError where two names wait for one another."""
    within: dict[str, tuple[str, ...]] = {}
    for each in release:
        within |= dict.fromkeys(each.counts.keys() - within.keys(), ())
        within |= {name: _names(wholes) for name, wholes in each.part_of.items()}
    for name in {whole for wholes in within.values() for whole in wholes if whole not in within}:
        within[name] = within[name.removeprefix(NOT)]
    others = {name: tuple(beside.get(name, ())) for name in within}
    order = {name: {*wholes, *others[name], *_positive(name)} for name, wholes in within.items()}
    sortable = {name: sorted(before) for name, before in sorted(order.items())}
    sorted_names = list(TopologicalSorter(sortable).static_order())
    return Nesting({name: within[name] for name in sorted_names}, others)


def tables(release: Sequence[Counted], of: Nesting) -> dict[Group, dict[str, int]]:
    return {each.group: of.counts(each) for each in release}


def _names(wholes: str | tuple[str, ...]) -> tuple[str, ...]:
    return (wholes,) if isinstance(wholes, str) else wholes


def _positive(name: str) -> tuple[str, ...]:
    return (name.removeprefix(NOT),) if name.startswith(NOT) else ()
