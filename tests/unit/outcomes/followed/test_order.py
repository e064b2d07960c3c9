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
    consent_withdrawn,
    consented,
    course_opened,
    cssrs_answers,
    dosed,
    gad_answers,
    last_revisions,
    on_day,
    registered,
    reported,
    screened,
)

FACTS = [
    registered(),
    consented(on_day(-10)),
    screened(21, on_day(-9), item_9=1),
    screened(20, on_day(-3)),
    course_opened(on_day(-2)),
    dosed(1, DAY_0),
    assessed(answers(14, item_9=1), on_day(2)),
    dosed(2, on_day(3, 15)),
    assessed(answers(4), on_day(5)),
    assessed(gad_answers(9), on_day(5), "gad-7"),
    assessed(cssrs_answers(1, 2), on_day(6), "c-ssrs-screener"),
]
CHANGES_OF_MIND = [
    consent_withdrawn(on_day(1)),
    consented(on_day(4)),
    consented(on_day(7)),
]


def _final(facts: list[Step]) -> tuple[Any, Any, Any, Any]:
    """The facts kept, the numbers made of them, what an analyst has (without random ids), and
    what the network's own reports have."""
    outcomes = Outcomes()
    outcomes.take(*facts)
    kept, link = outcomes.trajectory(), outcomes.trajectory().stream
    published = [
        json.dumps({name: each[name] for name in sorted(each) if name not in NOT_CONTENT})
        for each in last_revisions(outcomes.said(OutcomeResult)).values()
        if link and each["subject_token"] == link.token
    ]
    facts_kept = (kept.consents, kept.courses, kept.doses, kept.assessments, link and link.since)
    summary = replace(outcomes.summary(), told=NOTHING)
    return facts_kept, summary, sorted(published), reported(outcomes)


NOT_CONTENT = {"subject_token", "result_id", "revision"}
IN_ORDER, WITH_CHANGES = _final(FACTS), _final([*FACTS, *CHANGES_OF_MIND])


@settings(max_examples=30, deadline=None)
@given(st.permutations(FACTS))
def test_any_order_of_the_same_facts_ends_in_the_same_state(facts: list[Step]) -> None:
    assert _final(facts) == IN_ORDER


@settings(max_examples=20, deadline=None)
@given(st.permutations([*FACTS, *CHANGES_OF_MIND]))
def test_also_with_a_withdrawal_and_new_consents_among_them(facts: list[Step]) -> None:
    assert _final(facts) == WITH_CHANGES


def test_the_order_tests_see_every_result() -> None:
    assert len(IN_ORDER[2]) == len(WITH_CHANGES[2]) == 6
