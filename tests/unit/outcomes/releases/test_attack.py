"""An attacker with every number that was ever published solves for the ones that were not (OUT-7).

The population's size makes small cells certain: these tests fail as soon as hiding is left out.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.outcomes.analytics.releases.suppression import disclosable
from services.outcomes.analytics.report.counts import Group
from tests.kit.analytics.attacker import Attacker, People, Person, Shown, State, World

MIN = 11
NETWORK = Group()
PATIENT: State = frozenset({"patients"})
KNOWN: State = PATIENT | {"known"}
RESPONDED: State = KNOWN | {"responded"}
IMPROVED, WORSE = PATIENT | {"improved"}, PATIENT | {"worse"}


def only_more(before: State, after: State) -> bool:
    """Nobody leaves and nothing is corrected: the attacker who assumes so knows most."""
    return before <= after


def a_world(*states: State, **part_of: str) -> World:
    return World(("a", "b", "c"), ("x", "y"), states, part_of, only_more)


CHAIN = a_world(PATIENT, KNOWN, RESPONDED, known="patients", responded="known")
APART = a_world(PATIENT, IMPROVED, WORSE, improved="patients", worse="not improved")
OVERLAPPING = a_world(
    PATIENT,
    IMPROVED,
    KNOWN,
    KNOWN | IMPROVED,
    improved="patients",
    known="patients",
)
WORLDS = {"chain": CHAIN, "apart": APART, "overlapping": OVERLAPPING}


def published(world: World, people: People, releases: int) -> list[Shown]:
    """What analysts get. A release in which nothing may be seen is not made."""
    made: list[Shown] = []
    found: list[Shown] = []
    for at in range(releases):
        shown = disclosable(world.counted(people, at), made, MIN)
        made += [shown] if shown[NETWORK] else []
        found.append(shown if shown[NETWORK] else {})
    return found


def populations(world: World, releases: int) -> st.SearchStrategy[dict[Person, int]]:
    sizes = st.sampled_from([0, 1, 3, 10, 11, 14, 30])
    kinds = st.sampled_from(world.kinds(releases))
    return st.dictionaries(kinds, sizes, min_size=1, max_size=24)


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_small_number_follows_from_one_release(world: World, data: st.DataObject) -> None:
    people = data.draw(populations(world, 1))

    assert Attacker(world, published(world, people, 1)).pinned(people, MIN) == []


@pytest.mark.parametrize("world", [CHAIN, APART], ids=["chain", "apart"])
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_no_small_number_or_change_follows_from_two_releases(
    world: World, data: st.DataObject
) -> None:
    people = data.draw(populations(world, 2))

    assert Attacker(world, published(world, people, 2)).pinned(people, MIN) == []
