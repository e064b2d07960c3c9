"""The ways in which tables have given people away: each is tried by the attacker, who wins wherever
the protection against it is left out (OUT-7)."""

from collections.abc import Mapping
from dataclasses import replace

from services.outcomes.analytics.releases.suppression import disclosable
from services.outcomes.analytics.report.counts import Group
from tests.kit.analytics.attacker import ABSENT, Attacker, People, Shown, State, World

MIN = 11
NETWORK, A, B, C = Group(), Group(clinic="a"), Group(clinic="b"), Group(clinic="c")
X, Y = Group(indication="x"), Group(indication="y")
PATIENT: State = frozenset({"patients"})
RESPONDED: State = PATIENT | {"responded"}
OF_RESPONSE = World(
    ("a", "b", "c"),
    ("x", "y"),
    (PATIENT, RESPONDED),
    {"responded": "patients"},
    lambda before, after: before <= after,
)
ANY_CHANGE = World(("a", "b", "c"), ("x", "y"), (PATIENT, RESPONDED), {"responded": "patients"})

NOBODY_RESPONDED = {"responded": 0}
"""Of a network in which nobody did, that is known of every clinic."""


def everybody(*groups: tuple[str, str, State, int]) -> People:
    return {(clinic, indication, (state,)): n for clinic, indication, state, n in groups}


def shown_of(people: People, world: World = OF_RESPONSE) -> dict[Group, dict[str, int]]:
    return disclosable(world.counted(people, 0), [], MIN)


def only_small_ones_hidden(people: People, at: int = 0) -> Shown:
    """What somebody would publish who hides small cells and their complements, and stops there."""
    return {
        each.group: {
            name: value
            for name, value in each.counts.items()
            if not 0 < value < MIN and not 0 < each.counts["patients"] - value < MIN
        }
        for each in OF_RESPONSE.counted(people, at)
    }


def won(people: People, *releases: Shown, world: World = OF_RESPONSE) -> list[str]:
    return Attacker(world, releases).pinned(people, MIN)


def test_zero_and_large_counts_are_shown() -> None:
    people = everybody(("a", "x", PATIENT, 20), ("b", "x", RESPONDED, 30), ("b", "y", PATIENT, 11))

    assert shown_of(people) == {
        NETWORK: {"patients": 61, "responded": 30},
        A: {"patients": 20, "responded": 0},
        B: {"patients": 41, "responded": 30},
        X: {"patients": 50, "responded": 30},
        Y: {"patients": 11, "responded": 0},
    }


def test_a_total_less_the_rows_shown_does_not_give_the_small_row_away() -> None:
    people = everybody(("a", "x", PATIENT, 40), ("b", "x", PATIENT, 30), ("c", "x", PATIENT, 4))

    assert won(people, only_small_ones_hidden(people))
    assert won(people, shown_of(people)) == []
    assert shown_of(people)[A] == {"patients": 40, "responded": 0}
    assert shown_of(people)[B] == shown_of(people)[C] == NOBODY_RESPONDED


def test_two_small_rows_whose_sum_is_small_are_hidden_with_a_large_one() -> None:
    people = everybody(("a", "x", PATIENT, 40), ("b", "x", PATIENT, 3), ("c", "x", PATIENT, 4))

    assert [row for row in (A, B, C) if shown_of(people)[row] != NOBODY_RESPONDED] == []


def test_a_complement_is_as_small_as_a_count() -> None:
    people = everybody(("a", "x", RESPONDED, 37), ("a", "x", PATIENT, 3))

    assert shown_of(people)[NETWORK] == {"patients": 40}


def test_two_tables_with_different_margins_give_nothing_away_together() -> None:
    people = everybody(
        ("a", "x", RESPONDED, 20),
        ("a", "y", PATIENT, 15),
        ("b", "x", PATIENT, 12),
        ("b", "y", RESPONDED, 5),
        ("c", "y", RESPONDED, 14),
        ("c", "x", PATIENT, 12),
    )

    assert won(people, only_small_ones_hidden(people))
    assert won(people, shown_of(people)) == []


def test_a_network_of_few_shows_nothing() -> None:
    assert shown_of(everybody(("a", "x", PATIENT, 10)))[NETWORK] == {}


def test_who_is_neither_better_nor_worse_is_protected() -> None:
    better, worse = PATIENT | {"improved"}, PATIENT | {"worse"}
    world = World(
        ("a",),
        ("x",),
        (PATIENT, better, worse),
        {"improved": "patients", "worse": "not improved"},
    )
    people = everybody(("a", "x", better, 20), ("a", "x", worse, 15), ("a", "x", PATIENT, 2))

    assert "worse" not in shown_of(people, world)[NETWORK]
    assert won(people, shown_of(people, world), world=world) == []


# ---- successive releases ------------------------------------------------------------------------


def over_time(*groups: tuple[str, str, State, State, int]) -> People:
    return {(clinic, indication, (one, two)): n for clinic, indication, one, two, n in groups}


def releases_of(people: People, world: World = OF_RESPONSE) -> list[Mapping[Group, dict[str, int]]]:
    first = disclosable(world.counted(people, 0), [], MIN)
    return [first, disclosable(world.counted(people, 1), [first], MIN)]


def without_memory(people: People) -> list[Mapping[Group, dict[str, int]]]:
    return [disclosable(OF_RESPONSE.counted(people, at), [], MIN) for at in (0, 1)]


def test_one_patient_who_came_between_two_releases_is_not_seen_in_their_totals() -> None:
    people = over_time(("a", "x", PATIENT, PATIENT, 40), ("a", "x", ABSENT, RESPONDED, 1))

    assert won(people, *without_memory(people))
    assert releases_of(people)[1][NETWORK] == {}


def test_a_row_that_grew_by_few_waits_with_another_one() -> None:
    people = over_time(
        *((clinic, "x", PATIENT, PATIENT, 40) for clinic in "abc"),
        ("a", "x", ABSENT, PATIENT, 3),
        ("b", "x", ABSENT, PATIENT, 14),
        ("c", "x", ABSENT, PATIENT, 12),
    )
    second = releases_of(people)[1]

    assert won(people, *without_memory(people))
    assert (second[A], second[C]) == (NOBODY_RESPONDED, NOBODY_RESPONDED)
    assert second[B] == {"patients": 54, "responded": 0}
    assert second[NETWORK] == {"patients": 149, "responded": 0}
    assert won(people, *releases_of(people)) == []


def test_a_row_that_grew_by_many_is_renewed() -> None:
    people = over_time(
        *((clinic, "x", PATIENT, PATIENT, 40) for clinic in "abc"),
        ("a", "x", ABSENT, PATIENT, 11),
    )

    assert releases_of(people)[1][A] == {"patients": 51, "responded": 0}
    assert releases_of(people)[1][B] == {"patients": 40, "responded": 0}


def test_a_correction_that_moves_one_person_is_not_seen() -> None:
    people = over_time(
        *(
            (clinic, "x", state, state, 20)
            for clinic in ("a", "b")
            for state in (PATIENT, RESPONDED)
        ),
        ("a", "x", PATIENT, RESPONDED, 1),
    )

    assert won(people, *without_memory(people))
    assert won(people, *releases_of(people)) == []
    assert "responded" not in releases_of(people)[1][NETWORK]


def test_few_who_leave_are_not_seen_either() -> None:
    people = over_time(("a", "x", PATIENT, PATIENT, 40), ("b", "x", PATIENT, ABSENT, 2))

    assert releases_of(people, ANY_CHANGE)[1][NETWORK] == {}


LOST_LAST = replace(OF_RESPONSE, part_of={}, beside={"patients": ("responded",)})


def test_a_complement_of_two_steps_does_not_change_by_few() -> None:
    """Sixteen more are lost, of those known twelve more are better: four more are not better."""
    known = PATIENT | {"known"}
    better = known | {"responded"}
    world = World(
        ("a", "b"),
        ("x",),
        (PATIENT, known, better),
        {"known": "patients", "responded": "known"},
        lambda before, after: before <= after,
    )
    people = over_time(
        ("a", "x", known, known, 30),
        ("a", "x", better, better, 30),
        ("a", "x", PATIENT, PATIENT, 30),
        ("a", "x", ABSENT, PATIENT, 16),
        ("a", "x", known, better, 12),
    )
    second = releases_of(people, world)[1]

    assert won(people, *releases_of(people, world), world=world) == []
    assert (second[NETWORK].get("known"), second[NETWORK].get("responded")) == (72, None)


def test_who_is_counted_first_hides_how_many_there_are_and_not_the_other_way_round() -> None:
    people = everybody(
        *((clinic, "x", RESPONDED, 20) for clinic in "abc"),
        *((clinic, "x", PATIENT, 5) for clinic in "abc"),
    )
    shown = disclosable(LOST_LAST.counted(people, 0), [], MIN, LOST_LAST.beside)

    assert won(people, shown, world=LOST_LAST) == []
    assert shown[NETWORK] == {"responded": 60, "patients": 75}
    assert shown[A] == shown[B] == shown[C] == {"responded": 20}
    assert shown_of(people)[A] == {"patients": 25}


def test_a_clinic_that_opens_between_two_releases_had_nobody_before() -> None:
    people = over_time(
        ("a", "x", PATIENT, PATIENT, 40),
        ("a", "x", ABSENT, PATIENT, 15),
        ("b", "x", PATIENT, PATIENT, 30),
        ("c", "x", ABSENT, PATIENT, 2),
    )

    assert won(people, *releases_of(people)) == []
    assert releases_of(people)[1][C] == NOBODY_RESPONDED
