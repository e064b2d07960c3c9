"""What sites get wrong is answered by a code or a path; nothing of it counts or is published."""

from typing import Any

import pytest

from shared.codec import schema
from shared.contracts import site
from shared.contracts.outcomes import AssessmentScored, OutcomeResult
from shared.kernel.errors import Malformed
from shared.storage.steps import Step, Verdict
from tests.kit.outcomes import (
    DAY_0,
    Outcomes,
    answers,
    assessed,
    consented,
    corrected,
    dosed,
    on_day,
    posted,
    registered,
)

AT = on_day(5)


def answered_with(step: Step) -> tuple[Verdict, Outcomes]:
    outcomes = Outcomes()
    outcomes.take(registered(), consented(on_day(-10)), dosed(1, DAY_0))
    (verdict,) = outcomes.take(step)
    return verdict, outcomes


@pytest.mark.parametrize(
    ("step", "path", "words"),
    [
        (assessed((4, *answers(9)[1:]), AT), "/data/answers", "item 1 is 4, the range is 0 to 3"),
        (assessed((-1, *answers(9)[1:]), AT), "/data/answers", "item 1 is -1"),
        (assessed(answers(9)[:8], AT), "/data/answers", "9 items, 8 were given"),
        (assessed((*answers(9), 0), AT), "/data/answers", "9 items, 10 were given"),
        (assessed((), AT), "/data/answers", "9 items, 0 were given"),
        (assessed((0,) * 6, AT, "let"), "/data/answers", "item 1 is 0, the range is 1 to 5"),
        (assessed((1,) * 16, AT, "qids-sr16"), "/data/answers", "items 6 and 7 are both answered"),
        (
            corrected(answers(9), "me", AT, event_id="me"),
            "/data/amends",
            "correct themselves: name the event",
        ),
    ],
)
def test_what_is_no_questionnaire_is_invalid_and_says_where(
    step: Step, path: str, words: str
) -> None:
    verdict, outcomes = answered_with(step)

    assert (verdict.verdict, verdict.path) == ("invalid", path)
    assert words in verdict.reason
    assert outcomes.trajectory().assessments == ()
    assert outcomes.said(AssessmentScored) == outcomes.said(OutcomeResult) == []


def of_rules(definition: str, total: float | None = None) -> Step:
    data = site.AssessmentAnswered("phq-9", answers(9), total, definition=definition)
    return posted(data, AT)


@pytest.mark.parametrize(
    ("step", "code", "words"),
    [
        (of_rules("phq-9/kroenke-2001/2"), "unknown-definition", "phq-9/kroenke-2001/1"),
        (of_rules("gad-7/spitzer-2006/1"), "unknown-definition", "phq-9/kroenke-2001/1"),
        (of_rules("", 10), "total-mismatch", "add up to 9, 10 was sent"),
        (of_rules("phq-9/kroenke-2001/1", 8), "total-mismatch", "add up to 9, 8 was sent"),
        (assessed((None,) * 9, AT, total=0), "total-mismatch", "have no total, 0 was sent"),
    ],
)
def test_what_we_would_score_otherwise_is_rejected_by_a_code(
    step: Step, code: str, words: str
) -> None:
    verdict, outcomes = answered_with(step)

    assert (verdict.verdict, verdict.code) == ("rejected", code)
    assert words in verdict.reason
    assert outcomes.trajectory().assessments == ()
    assert outcomes.said(AssessmentScored) == outcomes.said(OutcomeResult) == []


def test_our_own_definition_may_be_named() -> None:
    verdict, _ = answered_with(of_rules("phq-9/kroenke-2001/1", 9))

    assert verdict.verdict == "accepted"


def test_how_it_was_answered_is_kept() -> None:
    data = site.AssessmentAnswered("phq-9", answers(9), mode="phone")

    _, outcomes = answered_with(posted(data, AT))

    assert [each.mode for each in outcomes.trajectory().assessments] == ["phone"]


def test_nothing_answered_is_kept_without_a_score_and_is_no_zero() -> None:
    verdict, outcomes = answered_with(assessed((None,) * 9, AT))

    assert verdict.verdict == "accepted"
    (result,) = outcomes.said(OutcomeResult)
    assert (result["score"], result["missing_items"], result["remission"]) == (None, 9, None)


GOOD: dict[type[Any], dict[str, Any]] = {
    site.AssessmentAnswered: {"instrument": "phq-9", "answers": [1] * 9},
    site.AssessmentRetracted: {"amends": "a", "reason": "wrong-patient"},
}


@pytest.mark.parametrize(
    ("kind", "changed", "path"),
    [
        (site.AssessmentAnswered, {"answers": [1.5] * 9}, "/answers"),
        (site.AssessmentAnswered, {"answers": [True] * 9}, "/answers"),
        (site.AssessmentAnswered, {"answers": ["1"] * 9}, "/answers"),
        (site.AssessmentAnswered, {"answers": "111111111"}, "/answers"),
        (site.AssessmentAnswered, {"instrument": "phq-8"}, "/instrument"),
        (site.AssessmentAnswered, {"total": -1}, "/total"),
        (site.AssessmentAnswered, {"definition": "PHQ 9!"}, "/definition"),
        (site.AssessmentAnswered, {"definition": None}, "/definition"),
        (site.AssessmentAnswered, {"amends": "a b"}, "/amends"),
        (site.AssessmentAnswered, {"mode": "fax"}, "/mode"),
        (site.AssessmentRetracted, {"amends": ""}, "/amends"),
        (site.AssessmentRetracted, {"reason": "It was another patient."}, "/reason"),
    ],
)
def test_a_field_that_breaks_its_contract_is_named(
    kind: type[Any], changed: dict[str, Any], path: str
) -> None:
    good = GOOD[kind]
    assert schema.load(kind, good, closed=True)

    with pytest.raises(Malformed) as refusal:
        schema.load(kind, good | changed, closed=True)

    assert refusal.value.path.startswith(path)


def test_a_retraction_needs_its_reason() -> None:
    with pytest.raises(Malformed, match="reason"):
        schema.load(site.AssessmentRetracted, {"amends": "a"}, closed=True)
