"""An attacker with every number that was ever published solves for the ones that were not (OUT-7).

The population's size makes small cells certain: these tests fail as soon as hiding is left out.
"""

from collections.abc import Mapping
from dataclasses import replace

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


def anything(_before: State, _after: State) -> bool:
    """People leave, and what was told of them is corrected."""
    return True


def a_world(
    *states: State, beside: Mapping[str, tuple[str, ...]] | None = None, **part_of: str
) -> World:
    return World(("a", "b", "c"), ("x", "y"), states, part_of, only_more, beside or {})


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
LOST_LAST = a_world(PATIENT, KNOWN, RESPONDED, responded="known", beside={"patients": ("known",)})
"""As a release has it: those whose response is known come first, then how many there are."""
CHANGED = PATIENT | {"changed"}
NEARLY_THE_SAME = a_world(
    PATIENT,
    CHANGED,
    CHANGED | {"known"},
    CHANGED | {"end-changed"},
    CHANGED | {"known", "end-changed", "end-known"},
    beside={
        "changed": ("known",),
        "patients": ("known", "changed"),
        "end-changed": ("end-known",),
    },
    **{"end-known": "known", "end-changed": "changed"},
)
"""Who has a change and no response is few, now and at the end."""
DUE = a_world(
    PATIENT,
    KNOWN,
    PATIENT | {"due"},
    KNOWN | {"due"},
    KNOWN | {"due", "end-known"},
    beside={"patients": ("known",), "due": ("patients", "end-known")},
    **{"end-known": "known"},
)
WORLDS = {
    "chain": CHAIN,
    "apart": APART,
    "overlapping": OVERLAPPING,
    "lost last": LOST_LAST,
    "nearly the same": NEARLY_THE_SAME,
    "due": DUE,
}
SUCCESSIVE = {
    "chain": CHAIN,
    "apart": APART,
    "lost last": LOST_LAST,
    "chain that shrinks": replace(CHAIN, may_follow=anything),
    "lost last that shrinks": replace(LOST_LAST, may_follow=anything),
}


def published(world: World, people: People, releases: int) -> list[Shown]:
    """What analysts get. A release in which nothing may be seen is not made."""
    made: list[Shown] = []
    found: list[Shown] = []
    for at in range(releases):
        shown = disclosable(world.counted(people, at), made, MIN, world.beside)
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


@pytest.mark.parametrize("world", SUCCESSIVE.values(), ids=SUCCESSIVE)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_no_small_number_or_change_follows_from_two_releases(
    world: World, data: st.DataObject
) -> None:
    people = data.draw(populations(world, 2))

    assert Attacker(world, published(world, people, 2)).pinned(people, MIN) == []
