"""Small cells, and the ways to work them out."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.outcomes.domain.disclosure import disclosable


def _people(first: int, last: int) -> frozenset[str]:
    return frozenset(f"patient-{each}" for each in range(first, last))


def test_zero_may_be_shown() -> None:
    members = {"all": _people(0, 30), "none": frozenset[str]()}

    assert disclosable(members, 11) == {"all", "none"}


def test_without_a_bound_everything_is_shown() -> None:
    members = {"all": _people(0, 3), "one": _people(0, 1)}

    assert disclosable(members, 0) == {"all", "one"}


def test_nothing_is_shown_of_a_group_that_is_too_small() -> None:
    members = {"all": _people(0, 10), "none": frozenset[str]()}

    assert disclosable(members, 11) == frozenset()


def test_the_rest_of_a_rest_is_not_shown() -> None:
    members = {"all": _people(0, 60), "some": _people(0, 40), "most of some": _people(0, 35)}

    assert disclosable(members, 11) == {"all", "some"}


def test_those_in_neither_of_two_overlapping_groups_cannot_be_worked_out() -> None:
    members = {
        "all": _people(0, 100),
        "one": _people(0, 60),
        "both": _people(30, 60),
        "other": _people(30, 95),
    }

    assert disclosable(members, 11) == {"all", "one", "both"}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.frozensets(st.integers(0, 40)), max_size=5))
def test_no_count_and_no_difference_of_two_nested_counts_that_is_shown_is_small(
    wanted: list[frozenset[int]],
) -> None:
    members = {"all": _people(0, 41)}
    members |= {f"{n}": frozenset(f"patient-{i}" for i in each) for n, each in enumerate(wanted)}

    shown = [members[name] for name in disclosable(members, 11)]

    differences = [one - other for one in shown for other in shown if other <= one]
    assert not [each for each in (*shown, *differences) if 0 < len(each) < 11]
