"""Somebody who reads every release and solves for what it hides. Shares nothing with what hides.

People are of one clinic and one indication for ever. At each release each is absent or in a state:
a set of names. The attacker knows the states and in which order they can come, adds up, and asks
an integer program between which bounds a number lies that nobody showed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations, pairwise, product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from services.outcomes.analytics.report.counts import Counted, Group

State = frozenset[str]
ABSENT: State = frozenset()
Path = tuple[State, ...]
"""A state per release."""
Person = tuple[str, str, Path]
"""Clinic, indication, path."""
People = Mapping[Person, int]
Shown = Mapping[Group, Mapping[str, int]]
Is = Callable[[State], bool]
FIGURE_MAX = 10_000
OTHERS = 12


@dataclass(frozen=True)
class World:
    """What everybody knows: who could be there, and which state may follow which."""

    clinics: Sequence[str]
    indications: Sequence[str]
    states: Sequence[State]
    part_of: Mapping[str, str | tuple[str, ...]]
    may_follow: Callable[[State, State], bool] = lambda _before, _after: True
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def kinds(self, releases: int) -> list[Person]:
        paths = [
            path
            for path in product([ABSENT, *self.states], repeat=releases)
            if any(path) and all(self.may_follow(*step) for step in pairwise(path))
        ]
        return list(product(self.clinics, self.indications, paths))

    def counted(self, people: People, at: int) -> list[Counted]:
        """What the report counts at one release, in every grouping that is published."""
        found = []
        for group in self.groups:
            counts = {name: count(people, group, name, at) for name in self.names}
            if counts["patients"]:
                found.append(Counted(group, counts, self.part_of))
        return found

    @property
    def names(self) -> list[str]:
        return sorted({name for state in self.states for name in state})

    @property
    def groups(self) -> list[Group]:
        clinics = [Group(clinic=each) for each in self.clinics]
        return [Group(), *clinics, *(Group(indication=each) for each in self.indications)]

    def wanted(self) -> Iterator[tuple[str, Is]]:
        """Every name; whoever of it is not in another one, or in none of two; and whoever of all
        is in none of two."""
        for name in self.names:
            yield name, partial(_has, name)
        for name, other in product(self.names, repeat=2):
            if name != other:
                yield f"{name} less {other}", partial(_has_less, name, other)
        for one, other in combinations(self.names, 2):
            yield f"neither {one} nor {other}", partial(_has_neither, one, other)
            for name in set(self.names) - {one, other}:
                yield f"{name} less {one} and {other}", partial(_has_only, name, one, other)


def _has(name: str, state: State) -> bool:
    return name in state


def _has_less(name: str, other: str, state: State) -> bool:
    return name in state and other not in state


def _has_neither(one: str, other: str, state: State) -> bool:
    return bool(state) and not {one, other} & state


def _has_only(name: str, one: str, other: str, state: State) -> bool:
    return name in state and not {one, other} & state


def count(people: People, group: Group, name: str, at: int) -> int:
    return sum(
        number
        for person, number in people.items()
        if is_in(person, group) and name in person[2][at]
    )


def is_in(person: Person, group: Group) -> bool:
    clinic, indication, _ = person
    return group.clinic in ("", clinic) and group.indication in ("", indication)


class Attacker:
    """`releases`: per release what it shows; a group that it does not name had nobody."""

    def __init__(self, world: World, releases: Sequence[Shown]) -> None:
        self._world = world
        self._releases = releases
        self.kinds = world.kinds(len(releases))
        nothing = np.zeros(len(self.kinds), np.int64)
        known = [*self._knowledge(), (nothing, 0)]
        self._rows = np.array([row for row, _ in known])
        self._values = np.array([value for _, value in known])

    def pinned(self, people: People, cells_min: int) -> list[str]:
        """The small numbers that follow from what was shown. `people` are the truth: it spares
        solving for numbers that are not small, and is a solution itself."""
        truth = np.array([people.get(kind, 0) for kind in self.kinds])
        possible = np.array(self._others())
        return [
            f"{words}: {value}"
            for words, weights in self._figures()
            if 0 < abs(value := int(weights @ truth)) < cells_min
            if (possible @ weights == value).all()
            if self.bounds(weights) == (value, value)
        ]

    def _others(self) -> list[Any]:
        """Some of what else may be true: a number that is another one there does not follow."""
        draws = np.random.default_rng(1).integers(-9, 10, (OTHERS, len(self.kinds)))
        return [np.rint(self._solved(each).x).astype(np.int64) for each in draws]

    def bounds(self, weights: Any) -> tuple[int, int]:
        return self._least(weights), -self._least(-weights)

    def _figures(self) -> Iterator[tuple[str, Any]]:
        """Every count, complement and change of every group, shown or not."""
        for group, (words, has) in product(self._world.groups, self._world.wanted()):
            at = [self._those(group, has, time) for time in range(len(self._releases))]
            for time, weights in enumerate(at):
                yield f"{words} of {group} at {time}", weights
            for before, after in combinations(range(len(at)), 2):
                yield f"{words} of {group} from {before} to {after}", at[after] - at[before]

    def _knowledge(self) -> Iterator[tuple[Any, int]]:
        """Equations: people of these kinds are so many."""
        told = [(at, shown) for at, shown in enumerate(self._releases) if Group() in shown]
        for (at, shown), group in product(told, self._world.groups):
            for name, value in shown.get(group, {"patients": 0}).items():
                if not name.startswith("not "):
                    yield self._those(group, partial(_has, name), at), value

    def _those(self, group: Group, has: Is, at: int) -> Any:
        """A 1 for each kind of person who is in the group and so at that release."""
        return np.array([is_in(kind, group) and has(kind[2][at]) for kind in self.kinds], np.int64)

    def _least(self, weights: Any) -> int:
        """Of the numbers that are possible; an unbounded one is as good as any that is far off."""
        least: int = round(self._solved(weights).fun)
        return least

    def _solved(self, weights: Any) -> Any:
        solved = milp(
            weights,
            integrality=np.ones(len(self.kinds), np.int64),
            bounds=Bounds(0, FIGURE_MAX),
            constraints=LinearConstraint(self._rows, self._values, self._values),
        )
        assert solved.success, f"what was shown contradicts itself: {solved.message}"
        return solved
