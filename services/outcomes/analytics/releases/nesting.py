"""Which names hold the people of which, and what of them a reader works out by subtracting."""

from collections.abc import Collection, Mapping, Sequence
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
    """`within`: name -> the names that hold all of its people, in the order of deciding.
    `above`: name -> also what holds those, and what is compared with them."""

    within: Mapping[str, tuple[str, ...]]
    beside: Mapping[str, tuple[str, ...]]
    above: Mapping[str, frozenset[str]]

    def counts(self, counted: Counted) -> dict[str, int]:
        """Every name's people; a name that the group does not have counts nobody."""
        found: dict[str, int] = {}
        for name, wholes in self.within.items():
            found[name] = counted.counts.get(name, 0)
            if name.startswith(NOT):
                found[name] = found[wholes[0]] - found[name.removeprefix(NOT)]
        return found

    def kinds(self, name: str, decided: Collection[str]) -> list[Kind]:
        """Those of the name; by whom it differs from each one that holds it or that it holds; by
        whom it does so while its whole does not (of two parts of two such names); and who is
        neither in it nor in what it stands apart from."""
        others = [each for each in decided if each in self.above[name] or name in self.above[each]]
        differences: list[Kind] = [{other: 1, name: -1} for other in others]
        return [
            {name: 1},
            *differences,
            *self._squares(name, decided),
            *self._neither(name, decided),
        ]

    def _squares(self, name: str, decided: Collection[str]) -> list[Kind]:
        return [
            {whole: 1, name: -1, its_whole: -1, other: 1}
            for whole in self.within[name]
            for other in self.beside[name]
            if other in decided
            for its_whole in self.within[other]
            if its_whole in (*self.within[whole], *self.beside[whole])
        ]

    def _neither(self, name: str, decided: Collection[str]) -> list[Kind]:
        apart = [each.removeprefix(NOT) for each in self.within[name] if each.startswith(NOT)]
        return [
            {whole: 1, name: -1, other: -1}
            for other in apart
            for whole in self.above[other]
            if whole in decided and not whole.startswith(NOT)
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
    return Nesting({name: within[name] for name in sorted_names}, others, _above(within, others))


def _above(
    within: Mapping[str, tuple[str, ...]], beside: Mapping[str, tuple[str, ...]]
) -> dict[str, frozenset[str]]:
    directly = {name: set(wholes) for name, wholes in within.items()}
    for name, others in beside.items():
        for other in others:
            directly[other].add(name)
    return {name: _reached(name, directly) - {name} for name in within}


def _reached(name: str, directly: Mapping[str, set[str]]) -> frozenset[str]:
    found, ahead = {name}, [name]
    while ahead:
        new = directly[ahead.pop()] - found
        found |= new
        ahead += new
    return frozenset(found)


def tables(release: Sequence[Counted], of: Nesting) -> dict[Group, dict[str, int]]:
    return {each.group: of.counts(each) for each in release}


def _names(wholes: str | tuple[str, ...]) -> tuple[str, ...]:
    return (wholes,) if isinstance(wholes, str) else wholes


def _positive(name: str) -> tuple[str, ...]:
    return (name.removeprefix(NOT),) if name.startswith(NOT) else ()
