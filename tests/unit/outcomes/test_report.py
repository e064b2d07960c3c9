"""The network's outcomes: denominators, rounding, medians, small cells."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.outcomes.domain.disclosure import disclosable
from services.outcomes.domain.report import Count, GroupOutcome, Median, Rate, network_outcomes
from services.outcomes.domain.summary import ChangeAfter, Summary
from tests.kit.outcomes import a_summary


def _patients(count: int, first: int = 0, **what: object) -> list[Summary]:
    return [a_summary(f"patient-{first + each}", **what) for each in range(count)]


def _sustain_3() -> list[Summary]:
    """Of 64 observed patients, one had no baseline: 40 of 63 responded, 34 of 64 remitted."""
    unknown = {"baseline": None, "responded": None, "sessions_to_response": None}
    return [
        *_patients(33, 0, remitted=True),
        *_patients(7, 33),
        *_patients(23, 40, responded=False, sessions_to_response=None),
        *_patients(1, 63, remitted=True, **unknown),
    ]


def _only(summaries: list[Summary], cells_min: int = 0) -> GroupOutcome:
    (row,) = network_outcomes((("riverside", each) for each in summaries), cells_min)
    return row


def test_response_and_remission_have_denominators_of_their_own() -> None:
    row = _only(_sustain_3())

    assert row.patients == Count(64)
    assert row.with_baseline == Count(63)
    assert row.response == Rate(40, 63, 63.5)
    assert row.remission == Rate(34, 64, 53.1)


def test_a_rate_is_rounded_as_in_print() -> None:
    row = _only([*_patients(10), *_patients(22, 10, responded=False)])

    assert row.response == Rate(10, 32, 31.3)


def test_patients_lost_to_follow_up_stand_next_to_the_rate_and_not_in_it() -> None:
    lost = {"last": None, "responded": None, "remitted": None}

    row = _only([*_patients(3), *_patients(5, 3, **lost)])

    assert (row.patients, row.observed) == (Count(8), Count(3))
    assert row.response == Rate(3, 3, 100.0)


def test_a_patient_without_a_dose_is_in_no_row() -> None:
    assert network_outcomes([("riverside", a_summary(doses=0))]) == []


def test_nobody_in_the_denominator_is_no_rate() -> None:
    row = _only(_patients(2, indication="ptsd", instrument="pcl-5", remitted=None))

    assert row.remission == Rate(0, 0, None)


def test_there_is_a_row_per_clinic_and_indication() -> None:
    rows = network_outcomes(
        [
            ("summit", a_summary("a")),
            ("harbor", a_summary("b", indication="ptsd", instrument="pcl-5")),
            ("harbor", a_summary("c", indication="chronic-depression")),
            ("harbor", a_summary("d", indication="chronic-depression")),
        ]
    )

    assert [(row.clinic, row.indication, row.patients.value) for row in rows] == [
        ("harbor", "chronic-depression", 2),
        ("harbor", "ptsd", 1),
        ("summit", "treatment-resistant-depression", 1),
    ]


def test_medians_are_of_those_who_have_the_number() -> None:
    row = _only(
        [
            a_summary("a", sessions_to_response=1, changes=(ChangeAfter(1, -12),)),
            a_summary(
                "b", sessions_to_response=2, changes=(ChangeAfter(1, -5), ChangeAfter(2, -11))
            ),
            a_summary("c", responded=False, sessions_to_response=None, changes=()),
        ]
    )

    assert row.sessions_to_response == Median(2, 1.5)
    assert [(each.after_dose, each.change) for each in row.changes] == [
        (1, Median(2, -8.5)),
        (2, Median(1, -11.0)),
    ]


def test_analysts_see_no_row_of_fewer_patients_than_a_cell_holds() -> None:
    row = _only(_patients(10), cells_min=11)

    assert row.patients == Count(None, suppressed=True)
    assert row.response == Rate(None, None, None, suppressed=True)
    assert row.sessions_to_response == Median(None, None, suppressed=True)


def test_analysts_see_neither_a_small_count_nor_its_rate() -> None:
    row = _only([*_patients(10), *_patients(22, 10, responded=False)], cells_min=11)

    assert row.response == Rate(None, 32, None, suppressed=True)


def test_analysts_do_not_see_a_count_whose_complement_is_small() -> None:
    row = _only([*_patients(22), *_patients(10, 22, responded=False)], cells_min=11)

    assert row.response == Rate(None, 32, None, suppressed=True)


def test_analysts_cannot_subtract_their_way_to_the_one_without_a_baseline() -> None:
    row = _only(_sustain_3(), cells_min=11)

    assert row.patients == Count(64)
    assert row.with_baseline == Count(None, suppressed=True)
    assert row.response == Rate(40, None, None, suppressed=True)
    assert row.remission == Rate(34, 64, 53.1)


def test_analysts_see_what_is_large_enough_on_both_sides() -> None:
    row = _only([*_patients(20), *_patients(20, 20, responded=False)], cells_min=11)

    assert row.response == Rate(20, 40, 50.0)


def test_analysts_see_no_median_of_a_few() -> None:
    few = _patients(3, changes=(ChangeAfter(1, -12),))

    row = _only([*few, *_patients(30, 3)], cells_min=11)

    assert row.changes[0].change == Median(None, None, suppressed=True)


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
