"""What a change means: boundaries and directions (OUT-1, clinical reference 1.1 to 1.4)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from services.outcomes.domain.axis.result import Result
from services.outcomes.domain.axis.results import results
from shared.contracts.instruments import INSTRUMENTS, InstrumentCode
from shared.kernel.policy import Measure, Policy
from tests.kit.outcomes import (
    DAY_0,
    POLICY,
    a_trajectory,
    answered,
    gad_answers,
    on_day,
    pcl_answers,
    phq,
    stricter,
)


def who(percent: int) -> tuple[int, ...]:
    return tuple(min(5, max(0, percent // 4 - 5 * place)) for place in range(5))


def brs(points: int) -> tuple[int, ...]:
    """The mean of which is these points, 6 to 30, over six."""
    high = [1 + min(4, max(0, points - 6 - 4 * place)) for place in range(6)]
    return tuple(6 - each if item % 2 else each for item, each in enumerate(high))


def let(points: int) -> tuple[int, ...]:
    high = [1 + min(4, max(0, points - 6 - 4 * place)) for place in range(6)]
    return tuple(each if item % 2 else 6 - each for item, each in enumerate(high))


def madrs(total: int) -> tuple[int, ...]:
    return tuple(min(6, max(0, total - 6 * place)) for place in range(10))


def of(
    instrument: InstrumentCode,
    before: Sequence[int | None],
    *after: Sequence[int | None],
    policy: Policy = POLICY,
) -> Result:
    """The last result, a week after the one before."""
    given = [answered(before, on_day(-1), instrument)]
    given += [answered(each, on_day(7 * week), instrument) for week, each in enumerate(after, 1)]
    return results(a_trajectory(doses=[DAY_0], answered=given), policy)[-1]


def on_phq(*scores: int, policy: Policy = POLICY) -> Result:
    given = [phq(score, on_day(7 * week - 1)) for week, score in enumerate(scores)]
    return results(a_trajectory(doses=[DAY_0], answered=given), policy)[-1]


def with_measure(code: str, **changed: Any) -> Policy:
    own = replace(POLICY.measures[code], **changed)
    return replace(POLICY, measures={**POLICY.measures, code: own})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (20, 14, "improved"),
        (20, 15, "unchanged"),
        (10, 16, "deteriorated"),
        (10, 15, "unchanged"),
        (10, 10, "unchanged"),
    ],
)
def test_a_change_of_6_on_the_phq_9_is_reliable_and_of_5_is_not(
    before: int, after: int, said: str
) -> None:
    assert on_phq(before, after).reliable == said


@pytest.mark.parametrize(("after", "said"), [(11, "improved"), (12, "unchanged")])
def test_exactly_1_96_standard_errors_of_the_difference_are_reliable(after: int, said: str) -> None:
    """SD 25 and r .5 give a standard error of the difference of 25: 49 points are 1.96 of it."""
    policy = with_measure("pcl-5", sd=25, r=0.5)

    result = of("pcl-5", pcl_answers(60), pcl_answers(after), policy=policy)

    assert result.reliable == said
    assert (result.rci == -1.96) is (said == "improved")


@pytest.mark.parametrize(("score", "noticed"), [(17, True), (18, False), (23, False)])
def test_a_change_is_meaningful_from_the_one_that_patients_notice_on(
    score: int, noticed: bool
) -> None:
    assert on_phq(20, score).meaningful is noticed


def test_what_is_noticed_may_be_less_than_what_is_reliable() -> None:
    result = of("who-5", who(40), who(60))

    assert (result.meaningful, result.reliable) == (True, "unchanged")


@pytest.mark.parametrize(
    ("instrument", "low", "high"),
    [("who-5", who(20), who(80)), ("brs", brs(10), brs(20))],
)
def test_where_higher_is_better_a_rise_is_an_improvement(
    instrument: InstrumentCode, low: tuple[int, ...], high: tuple[int, ...]
) -> None:
    risen, fallen = of(instrument, low, high), of(instrument, high, low)

    assert (risen.better, risen.reliable) == ("higher", "improved")
    assert fallen.reliable == "deteriorated"
    assert risen.rci is not None
    assert risen.rci > 0
    assert fallen.rci == -risen.rci
    assert (risen.meaningful, fallen.meaningful) in {(True, False), (None, None)}


def test_purpose_in_life_is_higher_the_better_and_nobody_has_published_its_reliable_change() -> (
    None
):
    result = of("let", let(10), let(28))

    assert (result.better, result.score, result.change) == ("higher", 28, 18)
    assert (result.rules, result.reliable, result.meaningful) == (None, None, None)


@pytest.mark.parametrize(
    ("before", "after", "crossed"),
    [
        (20, 9, True),
        (20, 10, False),  # the cut-off is 9.59
        (10, 4, True),
        (9, 3, False),  # it began on the side of the healthy
        (15, 10, False),  # neither
        (12, 9, False),  # across it, and not reliable
        (9, 20, False),
    ],
)
def test_clinically_significant_is_reliably_better_and_across_the_cut_off(
    before: int, after: int, crossed: bool
) -> None:
    assert on_phq(before, after).clinically_significant is crossed


def test_without_published_norms_nothing_is_clinically_significant_or_not() -> None:
    result = of("gad-7", gad_answers(20), gad_answers(2))

    assert (result.reliable, result.clinically_significant) == ("improved", None)


@pytest.mark.parametrize(
    ("scores", "worse"),
    [
        ((10, 16), True),
        ((10, 15), False),
        ((20, 8, 14), True),  # 6 above the best
        ((20, 8, 13), False),
        ((20, 14, 8, 14), True),
        ((8, 14, 8), False),
    ],
)
def test_the_phq_9_is_worse_by_6_from_the_baseline_or_from_the_best_since(
    scores: tuple[int, ...], worse: bool
) -> None:
    assert on_phq(*scores).deteriorated is worse


def test_only_the_phq_9_is_compared_with_its_best() -> None:
    back = of("gad-7", gad_answers(15), gad_answers(5), gad_answers(14))
    worse = of("gad-7", gad_answers(10), gad_answers(14))

    assert (back.deteriorated, worse.deteriorated) == (False, True)


def test_where_no_worsening_is_published_none_is_said() -> None:
    assert of("madrs", madrs(20), madrs(50)).deteriorated is None


STATES = ("meaningful", "reliable", "rci", "clinically_significant", "deteriorated")


@pytest.mark.parametrize(
    ("given", "doses"),
    [
        ([phq(20, on_day(-9)), phq(3, on_day(-1))], [DAY_0]),
        ([phq(20, on_day(-1)), phq(3, on_day(5))], []),
        ([phq(3, on_day(5))], [DAY_0]),
        ([phq(20, on_day(-15)), phq(3, on_day(5))], [DAY_0]),
        ([phq(20, on_day(1)), phq(3, on_day(5))], [DAY_0]),
        ([phq(20, on_day(-1)), answered((0,) * 8 + (None,), on_day(5))], [DAY_0]),
        ([answered((1,) * 8 + (None,), on_day(-1)), phq(3, on_day(5))], [DAY_0]),
    ],
    ids=[
        "before the dose",
        "no dose",
        "no baseline",
        "a baseline too old",
        "a baseline after the first dose",
        "incomplete",
        "an incomplete baseline",
    ],
)
def test_of_what_has_no_complete_baseline_in_its_window_nothing_is_said(
    given: list[Any], doses: list[Any]
) -> None:
    last = results(a_trajectory(doses=doses, answered=given), POLICY)[-1]

    assert [getattr(last, name) for name in STATES] == [None] * len(STATES)
    assert (last.rc_sd, last.rc_r, last.response) == (None, None, None)
    assert last.rules == "phq-9/states/1"


@pytest.mark.parametrize("instrument", ["meq30", "cadss", "cadss-6", "ebi", "c-ssrs-screener"])
def test_of_a_session_and_of_the_c_ssrs_no_change_is_ever_judged(
    instrument: InstrumentCode,
) -> None:
    known = INSTRUMENTS[instrument]
    low, high = (known.item_min,) * known.items, (known.item_max,) * known.items

    last = of(instrument, low, high, low)

    assert [getattr(last, name) for name in (*STATES, "rules")] == [None] * 6
    assert instrument not in POLICY.measures


def test_a_result_names_its_rules_and_keeps_their_parameters() -> None:
    result = on_phq(20, 10)

    assert (result.rules, result.rc_sd, result.rc_r) == ("phq-9/states/1", 5.66, 0.89)
    assert result.rci == -3.767  # 10 / (5.66 * sqrt(0.22)), half up


def test_the_same_facts_under_other_parameters_are_another_result_that_says_so() -> None:
    other = with_measure("phq-9", rules="phq-9/states/2", sd=5.5)

    assert (on_phq(20, 14, policy=other).rules, on_phq(20, 14).rules) == (
        "phq-9/states/2",
        "phq-9/states/1",
    )
    assert on_phq(20, 14, policy=other).rc_sd == 5.5


def test_a_mean_is_compared_as_it_is_printed() -> None:
    """3.17 - 2.83 is 0.34, not 0.33999…: a policy that asks for 0.34 is met."""
    measures = {**POLICY.measures, "brs": Measure("brs/states/1", 0.76, 0.85, "1.2", 0.34)}

    last = of("brs", brs(17), brs(19), policy=replace(POLICY, measures=measures))

    assert (last.baseline, last.score, last.meaningful) == (2.83, 3.17, True)


def test_the_instrument_of_the_indication_is_primary() -> None:
    given = [phq(20, on_day(-1)), answered(gad_answers(9), on_day(-1), "gad-7")]

    depressed = results(a_trajectory(answered=given), POLICY)
    traumatised = results(a_trajectory("ptsd", answered=given), POLICY)

    assert {each.instrument for each in depressed if each.primary} == {"phq-9"}
    assert not [each for each in traumatised if each.primary]


@pytest.mark.parametrize(
    ("given", "instrument", "missing"),
    [
        ((None, None, 1, 1, 1, 1, 1, 1, 1), "phq-9", 2),
        ((1,) * 9, "phq-9", 0),
        ((1, 1, 1, 1, 1, 1, None, 1, None, *(1,) * 7), "qids-sr16", 0),
        ((1, 1, 1, 1, 1, None, None, 1, None, *(1,) * 7), "qids-sr16", 1),
        ((1, 0, None, None, None, 0, None), "c-ssrs-screener", 0),
        ((1, 1, None, None, None, 0, None), "c-ssrs-screener", 3),
    ],
)
def test_items_that_had_to_be_asked_and_were_not_answered_are_counted(
    given: tuple[int | None, ...], instrument: InstrumentCode, missing: int
) -> None:
    (only,) = results(a_trajectory(answered=[answered(given, DAY_0, instrument)]), POLICY)

    assert only.missing_items == missing


def test_hours_are_counted_from_the_last_dose_before() -> None:
    doses = [on_day(0, 15), on_day(3, 15)]
    given = [phq(20, on_day(day, hour)) for day, hour in ((-1, 9), (1, 14), (3, 15), (4, 16))]

    axis = results(a_trajectory(doses=doses, answered=given), POLICY)

    assert [each.since_dose_h for each in axis] == [None, 23, 72, 25]


def test_a_stricter_clinic_has_the_networks_parameters() -> None:
    assert on_phq(20, 10, policy=stricter(baseline__window_d=7)).rc_sd == 5.66


def test_a_baseline_of_another_version_of_the_scoring_is_none() -> None:
    trajectory = a_trajectory(doses=[DAY_0], answered=[phq(20, on_day(-1)), phq(3, on_day(5))])
    before, after = trajectory.assessments
    older = replace(trajectory, assessments=(replace(before, definition="phq-9/old/1"), after))

    assert results(trajectory, POLICY)[-1].reliable == "improved"
    assert (results(older, POLICY)[-1].baseline, results(older, POLICY)[-1].reliable) == (
        None,
        None,
    )
