"""OUT-5: late, early, in any order: the same facts end in the same state and the same stream."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.outcomes.domain.telling import NOTHING
from shared.contracts.outcomes import OutcomeResult
from shared.storage.steps import Step
from tests.kit.outcomes import (
    DAY_0,
    Outcomes,
    answers,
    assessed,
    attended,
    consent_withdrawn,
    consented,
    corrected,
    course_opened,
    cssrs_answers,
    dosed,
    gad_answers,
    last_revisions,
    on_day,
    registered,
    reported,
    retracted,
    screened,
    screening_retracted,
)

FACTS = [
    registered(),
    consented(on_day(-10)),
    screened(21, on_day(-9), item_9=1),
    screened(20, on_day(-3)),
    course_opened(on_day(-2)),
    dosed(1, DAY_0),
    dosed(1, on_day(0, 16)),
    attended(1, on_day(1)),
    assessed(answers(14, item_9=1), on_day(2)),
    dosed(2, on_day(3, 15)),
    attended(2, on_day(3, 16), "dosing"),
    attended(2, on_day(4)),
    assessed(answers(4), on_day(5)),
    assessed(gad_answers(9), on_day(5), "gad-7"),
    assessed(cssrs_answers(1, 2), on_day(6), "c-ssrs-screener"),
    assessed(answers(16), on_day(30)),
    assessed(answers(17), on_day(40)),
]
CHANGES_OF_MIND = [
    consent_withdrawn(on_day(1)),
    consented(on_day(4)),
    consented(on_day(7)),
]
SECOND_THOUGHTS = [
    screened(19, on_day(-2), named=("one",)),
    screened(18, on_day(-2), named=("two", "one")),
    screening_retracted("three", on_day(1)),
    screened(7, on_day(-1), named=("three",)),
    assessed(answers(15), on_day(5), event_id="wrong", sequence=1),
    corrected(answers(11), "wrong", on_day(5), event_id="better", sequence=2),
    corrected(answers(12), "wrong", on_day(5), event_id="right", sequence=3),
    assessed(answers(12), on_day(5), event_id="again", site="annex"),
    assessed(answers(2), on_day(-1), event_id="never"),
    retracted("never", on_day(6)),
    corrected(answers(1), "of-another", on_day(5), event_id="lost"),
    retracted("of-another", on_day(6)),
    course_opened(on_day(28), "im", "course-2"),
]
"""Corrections, retractions and a repetition by another site."""


def _final(facts: list[Step]) -> tuple[Any, Any, Any, Any]:
    """The facts kept, the numbers made of them, what an analyst has (without random ids), and
    what the network's own reports have."""
    outcomes = Outcomes()
    outcomes.take(*facts)
    kept, link = outcomes.trajectory(), outcomes.trajectory().stream
    published = [
        json.dumps({name: each[name] for name in sorted(each) if name not in NOT_CONTENT})
        for each in last_revisions(outcomes.said(OutcomeResult)).values()
        if link and each["subject_token"] == link.token and not each["retracted"]
    ]
    facts_kept = replace(kept, stream=None, counted=()), link and link.since
    summary = replace(outcomes.summary(), told=NOTHING)
    return facts_kept, summary, sorted(published), reported(outcomes)


NOT_CONTENT = {"subject_token", "result_id", "revision"}
ALL = [*FACTS, *CHANGES_OF_MIND, *SECOND_THOUGHTS]
IN_ORDER, WITH_CHANGES = _final(FACTS), _final([*FACTS, *CHANGES_OF_MIND])
WITH_ALL = _final(ALL)


@settings(max_examples=30, deadline=None)
@given(st.permutations(FACTS))
def test_any_order_of_the_same_facts_ends_in_the_same_state(facts: list[Step]) -> None:
    assert _final(facts) == IN_ORDER


@settings(max_examples=20, deadline=None)
@given(st.permutations([*FACTS, *CHANGES_OF_MIND]))
def test_also_with_a_withdrawal_and_new_consents_among_them(facts: list[Step]) -> None:
    assert _final(facts) == WITH_CHANGES


@settings(max_examples=30, deadline=None)
@given(st.permutations(ALL), st.lists(st.sampled_from(ALL), max_size=5))
def test_also_with_corrections_retractions_and_repetitions_some_of_them_twice(
    facts: list[Step], again: list[Step]
) -> None:
    assert _final([*facts, *again]) == WITH_ALL


def test_the_corrected_answers_are_on_the_stream_once() -> None:
    assert len(WITH_ALL[2]) == len(IN_ORDER[2]) + 2  # the second screening and the last correction


def test_the_order_tests_see_every_result() -> None:
    assert len(IN_ORDER[2]) == len(WITH_CHANGES[2]) == 8
    counting = [each["score"] for each in WITH_ALL[3].values() if "score" in each]
    assert len(counting) == 8 + 9
    assert counting.count(None) == 8  # seven that do not count, and a screener
    assert [each["relapse"] for each in WITH_ALL[3].values() if "score" in each].count(True) == 1
