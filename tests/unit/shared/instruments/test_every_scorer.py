"""What holds for every instrument, whatever is answered."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.instruments import AUDIT, BRS, C_SSRS, INSTRUMENTS, QIDS_SR16, Instrument

Answers = tuple[int | None, ...]
FEW = settings(max_examples=25)
"""There are many instruments."""
every = pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda each: each.code)
SUMMED = [each for each in INSTRUMENTS.values() if each.total_range]
PLAIN = [each for each in SUMMED if not (each.reversed or each.either or each.never_prorated)]
summed = pytest.mark.parametrize("instrument", SUMMED, ids=lambda each: each.code)


def filled(instrument: Instrument, value: int) -> Answers:
    """The same answer throughout, and one item of each pair left out."""
    out = {other for _, other in instrument.either}
    return tuple(None if item in out else value for item in range(1, instrument.items + 1))


def without(answers: Answers, *items: int) -> Answers:
    return tuple(None if item in items else answer for item, answer in enumerate(answers, 1))


@cache
def answers_of(instrument: Instrument, *, missing: bool) -> st.SearchStrategy[Answers]:
    """Answers without a fault."""
    values = [st.sampled_from(instrument.values(item)) for item in range(1, instrument.items + 1)]
    left_out = st.tuples(*(st.sampled_from(pair) for pair in instrument.either))
    drawn = st.tuples(*(st.none() | each if missing else each for each in values))
    return st.builds(lambda answers, items: without(answers, *items), drawn, left_out)


@every
@FEW
@given(data=st.data())
def test_a_total_is_unknown_or_within_its_range(instrument: Instrument, data: Any) -> None:
    answers = data.draw(answers_of(instrument, missing=True))

    total = instrument.total(answers)

    assert instrument.faults(answers) == ""
    if total is not None:
        assert instrument.total_range
        low, high = instrument.total_range
        assert low <= total <= high
        assert instrument.band(total) or not instrument.bands


@summed
@FEW
@given(data=st.data())
def test_complete_answers_have_a_total(instrument: Instrument, data: Any) -> None:
    answers = data.draw(answers_of(instrument, missing=False))

    assert instrument.total(answers) is not None
    assert instrument.is_complete(answers)


@summed
def test_both_ends_of_the_range_are_reached(instrument: Instrument) -> None:
    ends = instrument.item_min, instrument.item_max
    turned = instrument.item_min + instrument.item_max
    found = [
        instrument.total(
            tuple(
                answer if answer is None or item not in instrument.reversed else turned - answer
                for item, answer in enumerate(filled(instrument, end), 1)
            )
        )
        for end in ends
    ]

    assert tuple(found) == instrument.total_range


@every
@FEW
@given(data=st.data())
def test_an_answer_out_of_range_is_a_fault_that_names_its_item(
    instrument: Instrument, data: Any
) -> None:
    answers = list(filled(instrument, instrument.item_min))
    item = data.draw(st.integers(1, instrument.items))
    beyond = st.integers(max_value=instrument.item_min - 1)
    answers[item - 1] = data.draw(beyond | st.integers(min_value=instrument.item_max + 1))

    assert instrument.faults(answers).startswith(f"item {item} is {answers[item - 1]}, ")


@every
@pytest.mark.parametrize("surplus", [-1, 1])
def test_one_answer_too_few_or_too_many_is_a_fault(instrument: Instrument, surplus: int) -> None:
    fault = instrument.faults((instrument.item_min,) * (instrument.items + surplus))

    assert fault == (
        f"{instrument.code} has {instrument.items} items, {instrument.items + surplus} were given"
    )


@every
def test_with_nothing_answered_nothing_is_known(instrument: Instrument) -> None:
    nothing = (None,) * instrument.items

    assert instrument.faults(nothing) == ""
    assert instrument.total(nothing) is None
    assert not instrument.is_complete(nothing)
    assert set(instrument.subscales(nothing).values()) <= {None}


@summed
def test_a_missing_answer_beyond_what_is_allowed_leaves_no_total(instrument: Instrument) -> None:
    items = [item for item, _ in instrument.either] or list(range(1, instrument.items + 1))
    missing = items[: instrument.missing_allowed + 1]
    answers = without(filled(instrument, instrument.item_max), *missing)

    assert instrument.total(answers) is None
    assert not instrument.is_complete(answers)


@pytest.mark.parametrize("instrument", PLAIN, ids=lambda each: each.code)
@FEW
@given(data=st.data())
def test_the_order_of_the_items_does_not_matter_to_a_plain_sum(
    instrument: Instrument, data: Any
) -> None:
    answers = data.draw(answers_of(instrument, missing=False))
    shuffled = data.draw(st.permutations(answers))

    assert instrument.total(shuffled) == instrument.total(answers)


@FEW
@given(data=st.data())
def test_which_item_of_a_pair_was_answered_does_not_matter(data: Any) -> None:
    answers = data.draw(answers_of(QIDS_SR16, missing=False))
    swapped = [*answers[:5], answers[6], answers[5], answers[8], answers[7], *answers[9:]]

    assert QIDS_SR16.total(swapped) == QIDS_SR16.total(answers)


@given(st.permutations(range(3)), st.permutations(range(3)))
def test_of_a_mean_with_reversals_only_like_items_may_change_places(
    straight: list[int], turned: list[int]
) -> None:
    first, second = (5, 3, 1), (2, 4, 1)
    answers = [
        answer for place in range(3) for answer in (first[straight[place]], second[turned[place]])
    ]

    assert BRS.total(answers) == BRS.total((5, 2, 3, 4, 1, 1))


@pytest.mark.parametrize("item", [9, 10])
@pytest.mark.parametrize("value", [1, 3])
def test_the_last_two_audit_items_have_three_answers(item: int, value: int) -> None:
    answers = without(filled(AUDIT, 0), item)
    wrong = tuple(value if answer is None else answer for answer in answers)

    assert AUDIT.faults(wrong) == f"item {item} is {value}, it can be 0, 2, 4"


@given(st.lists(st.sampled_from([0, 1, None]), min_size=7, max_size=7))
def test_the_c_ssrs_is_never_summed(answers: list[int | None]) -> None:
    assert C_SSRS.total(answers) is None
