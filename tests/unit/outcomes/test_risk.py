"""Which answers need a person, today or within a business day."""

from collections.abc import Sequence

import pytest

from services.outcomes.domain.commands import RecordAnswers
from services.outcomes.domain.risk import RULES, WORDS, Alert, alerts_around
from services.outcomes.domain.scoring import assess
from shared.contracts.instruments import INSTRUMENTS, InstrumentCode
from tests.kit.outcomes import (
    POLICY,
    a_trajectory,
    answered,
    cssrs_answers,
    on_day,
    phq,
    stricter,
)


def _alerts(new: RecordAnswers, *known: RecordAnswers) -> list[Alert]:
    return alerts_around(assess(new), a_trajectory(answered=[*known, new]), POLICY)


def _screener(*yes: int) -> RecordAnswers:
    return answered(cssrs_answers(*yes), on_day(1), "c-ssrs-screener")


@pytest.mark.parametrize("yes", [(1, 2, 4), (1, 2, 5), (6, 7), (7,)])
def test_intent_a_plan_or_recent_behaviour_is_a_high_risk(yes: tuple[int, ...]) -> None:
    (alert,) = _alerts(_screener(*yes))

    assert (alert.rule, alert.level) == ("c-ssrs-high", "high")


@pytest.mark.parametrize("yes", [(1, 2, 3), (6,)])
def test_a_method_or_earlier_behaviour_is_a_moderate_risk(yes: tuple[int, ...]) -> None:
    (alert,) = _alerts(_screener(*yes))

    assert (alert.rule, alert.level) == ("c-ssrs-moderate", "moderate")


@pytest.mark.parametrize("yes", [(), (1,), (1, 2)])
def test_a_wish_to_be_dead_without_a_method_raises_no_alert(yes: tuple[int, ...]) -> None:
    assert _alerts(_screener(*yes)) == []


def test_a_screener_broken_off_after_a_yes_still_raises_the_alert() -> None:
    broken_off = answered((None, None, None, None, None, None, 1), instrument="c-ssrs-screener")

    (alert,) = _alerts(broken_off)

    assert alert.level == "high"


@pytest.mark.parametrize(("item_9", "count"), [(0, 0), (1, 0), (2, 1), (3, 1)])
def test_item_9_from_the_threshold_up_raises_an_alert(item_9: int, count: int) -> None:
    alerts = _alerts(phq(12, on_day(1), item_9))

    assert [each.rule for each in alerts] == ["phq-9-item-9"] * count


def test_any_rise_of_item_9_raises_an_alert() -> None:
    alerts = _alerts(phq(12, on_day(9), item_9=1), phq(12, on_day(2), item_9=0))

    assert [(each.rule, each.level) for each in alerts] == [("phq-9-item-9", "moderate")]


def test_an_item_9_that_stays_at_1_raises_none() -> None:
    assert _alerts(phq(12, on_day(9), item_9=1), phq(12, on_day(2), item_9=1)) == []


def test_the_rise_is_over_the_last_answer_that_had_an_item_9() -> None:
    skipped = answered((1,) * 8 + (None,), on_day(5))

    assert _alerts(phq(12, on_day(9), item_9=1), phq(12, on_day(2), item_9=0), skipped)


def test_an_earlier_answer_that_arrives_late_shows_the_rise_after_it() -> None:
    later = phq(12, on_day(9), item_9=1)

    alerts = _alerts(phq(12, on_day(2), item_9=0), later)

    assert [each.assessment_id for each in alerts] == [assess(later).id]


def test_what_intake_screened_is_triaged_there() -> None:
    assert _alerts(phq(12, on_day(1), item_9=3, origin="screening")) == []


def test_a_missing_item_9_raises_no_alert_of_this_rule() -> None:
    assert _alerts(answered((1,) * 8 + (None,), on_day(5))) == []


@pytest.mark.parametrize(
    ("instrument", "given", "rules"),
    [
        ("madrs", (1,) * 9 + (3,), []),
        ("madrs", (None,) * 9 + (4,), ["madrs-item-10"]),
        ("madrs", (6,) * 9 + (None,), []),
        ("qids-sr16", (3,) * 11 + (1,) + (0,) * 4, []),
        ("qids-sr16", (0,) * 11 + (2,) + (0,) * 4, ["qids-item-12"]),
        ("bhs", (1,) * 8 + (0,) * 12, []),
        ("bhs", (1,) * 9 + (0,) * 11, ["bhs-hopeless"]),
        ("bhs", (None,) * 20, []),
    ],
)
def test_what_calls_for_a_review_raises_an_alert_from_the_threshold_on(
    instrument: InstrumentCode, given: Sequence[int | None], rules: list[str]
) -> None:
    alerts = _alerts(answered(given, on_day(1), instrument))

    assert [each.rule for each in alerts] == rules
    assert all(each.level == "moderate" for each in alerts)


def test_every_instrument_that_calls_for_a_clinician_has_its_rule() -> None:
    keys = {
        trigger.policy_key
        for each in INSTRUMENTS.values()
        for trigger in each.triggers
        if trigger.action in ("clinician-alert", "clinician-review")
    }

    assert keys == {key for rule in RULES for key in rule.policy_keys}


def test_an_alert_keeps_the_policy_it_was_raised_under() -> None:
    trajectory = a_trajectory(answered=[phq(12, on_day(1), item_9=1)])
    new = trajectory.assessments[0]

    (alert,) = alerts_around(new, trajectory, stricter(phq9__item9_alert=1))

    assert (alert.policy.version, alert.policy.values) == ("stricter", {"phq9.item9_alert": 1})


def test_every_rule_says_what_to_do_and_where_it_comes_from() -> None:
    assert len(WORDS) == len(RULES)
    assert all(rule.words and rule.source for rule in RULES)
