"""Which names hold the people of which: the tree of a report's counts, read once per release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from services.outcomes.analytics.report.counts import Counted, Group

NOT = "not "
"""`not improved`: those of the name that holds `improved` who did not. What stands apart from a
name is a part of its `not`, so that what neither of them counts is looked at too."""


@dataclass(frozen=True)
class Nesting:
    """`within`: name -> the names that hold all of its people, those first that hold others."""

    within: Mapping[str, tuple[str, ...]]

    def counts(self, counted: Counted) -> dict[str, int]:
        """Every name's people; a name that the group does not have counts nobody."""
        found: dict[str, int] = {}
        for name, wholes in self.within.items():
            found[name] = counted.counts.get(name, 0)
            if name.startswith(NOT):
                found[name] = found[wholes[0]] - found[name.removeprefix(NOT)]
        return found


def nesting(release: Sequence[Counted]) -> Nesting:
    """Of all groups together. Raises CycleError where two names hold one another."""
    within: dict[str, tuple[str, ...]] = {}
    for each in release:
        within |= dict.fromkeys(each.counts.keys() - within.keys(), ())
        within |= {name: _names(wholes) for name, wholes in each.part_of.items()}
    for name in {whole for wholes in within.values() for whole in wholes if whole not in within}:
        within[name] = within[name.removeprefix(NOT)]
    order = {name: {*wholes, *_positive(name)} for name, wholes in within.items()}
    sortable = {name: sorted(before) for name, before in sorted(order.items())}
    return Nesting({name: within[name] for name in TopologicalSorter(sortable).static_order()})


def tables(release: Sequence[Counted], of: Nesting) -> dict[Group, dict[str, int]]:
    return {each.group: of.counts(each) for each in release}


def _names(wholes: str | tuple[str, ...]) -> tuple[str, ...]:
    return (wholes,) if isinstance(wholes, str) else wholes


def _positive(name: str) -> tuple[str, ...]:
    return (name.removeprefix(NOT),) if name.startswith(NOT) else ()
