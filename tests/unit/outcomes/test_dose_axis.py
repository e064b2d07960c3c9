"""The dose axis: baseline, change, response, remission, from facts in any order."""

from datetime import timedelta
from decimal import Decimal

import pytest

from services.outcomes.domain.axis.results import Result, half_up, results
from services.outcomes.domain.commands import RecordAnswers
from shared.contracts.site import Indication
from tests.kit.outcomes import (
    DAY_0,
    POLICY,
    a_trajectory,
    answered,
    cssrs_answers,
    gad_answers,
    on_day,
    pcl_answers,
    phq,
    stricter,
)


def _last(*given: RecordAnswers, indication: Indication = "chronic-depression") -> Result:
    return results(a_trajectory(indication, doses=[DAY_0], answered=given), POLICY)[-1]


def test_the_baseline_is_the_last_complete_assessment_before_the_first_dose() -> None:
    incomplete = answered((1,) * 8 + (None,), on_day(-1))

    last = _last(phq(22, on_day(-9)), phq(20, on_day(-3)), incomplete, phq(15, on_day(5)))

    assert (last.baseline, last.change, last.percent_change) == (20, -5, -25.0)


def test_an_assessment_at_the_moment_of_the_first_dose_is_before_it() -> None:
    at_the_dose, after = results(
        a_trajectory(doses=[DAY_0], answered=[phq(20, DAY_0), phq(15, on_day(5))]), POLICY
    )

    assert at_the_dose.after_dose == 0
    assert after.baseline == 20


def test_an_assessment_older_than_the_window_is_no_baseline() -> None:
    window = timedelta(days=14)

    assert _last(phq(20, DAY_0 - window), phq(9, on_day(5))).baseline == 20
    too_old = _last(phq(20, DAY_0 - window - timedelta(milliseconds=1)), phq(9, on_day(5)))
    assert too_old.baseline is None


def test_a_clinic_may_tighten_the_window() -> None:
    trajectory = a_trajectory(doses=[DAY_0], answered=[phq(20, on_day(-9)), phq(9, on_day(5))])

    last = results(trajectory, stricter(baseline__window_d=7))[-1]

    assert last.baseline is None


def test_each_instrument_has_its_own_baseline() -> None:
    last = _last(
        phq(20, on_day(-2)),
        answered(gad_answers(16), on_day(-3), "gad-7"),
        answered(gad_answers(4), on_day(5), "gad-7"),
    )

    assert (last.instrument, last.baseline, last.response, last.remission) == (
        "gad-7",
        16,
        True,
        True,
    )


def test_without_a_baseline_response_is_unknown_but_remission_is_not() -> None:
    last = _last(phq(3, on_day(5)))

    assert (last.change, last.percent_change, last.response) == (None, None, None)
    assert last.remission is True


def test_a_baseline_of_0_has_no_percentage_and_no_response() -> None:
    last = _last(phq(0, on_day(-1)), phq(2, on_day(5)))

    assert (last.baseline, last.change) == (0, 2)
    assert (last.percent_change, last.response, last.remission) == (None, None, True)


@pytest.mark.parametrize(("score", "is_response"), [(9, True), (10, True), (11, False)])
def test_a_drop_of_half_is_a_response(score: int, is_response: bool) -> None:
    assert _last(phq(20, on_day(-1)), phq(score, on_day(5))).response is is_response


def test_remission_does_not_need_response() -> None:
    last = _last(phq(7, on_day(-1)), phq(4, on_day(5)))

    assert (last.response, last.remission) == (False, True)


@pytest.mark.parametrize(("score", "is_remission"), [(4, True), (5, False)])
def test_remission_is_strictly_below_5(score: int, is_remission: bool) -> None:
    assert _last(phq(20, on_day(-1)), phq(score, on_day(5))).remission is is_remission


def test_remission_is_not_defined_for_the_pcl_5() -> None:
    last = _last(
        answered(pcl_answers(60), on_day(-1), "pcl-5"),
        answered(pcl_answers(20), on_day(5), "pcl-5"),
        indication="ptsd",
    )

    assert (last.percent_change, last.response, last.remission) == (-66.7, True, None)


def test_nothing_responds_before_a_dose() -> None:
    screening, baseline, _ = results(
        a_trajectory(
            doses=[DAY_0],
            answered=[phq(5, on_day(-9)), phq(20, on_day(-1)), phq(9, on_day(5))],
        ),
        POLICY,
    )

    assert (screening.percent_change, screening.response) == (-75.0, None)
    assert (baseline.change, baseline.response) == (0, None)


def test_doses_are_counted_that_were_given_before_the_assessment() -> None:
    doses = [on_day(0, 15), on_day(3, 15), on_day(6, 15)]
    given = [phq(20, on_day(day, hour)) for day, hour in ((-1, 9), (0, 18), (3, 9), (9, 9))]

    axis = results(a_trajectory(doses=doses, answered=given), POLICY)

    assert [each.after_dose for each in axis] == [0, 1, 1, 3]


def test_study_days_are_days_of_the_calendar_from_the_first_dose() -> None:
    given = [phq(20, on_day(day, hour)) for day, hour in ((-1, 23), (0, 9), (1, 1), (7, 23))]

    axis = results(a_trajectory(doses=[DAY_0], answered=given), POLICY)

    assert [each.study_day for each in axis] == [-1, 0, 1, 7]


def test_until_a_dose_is_known_there_is_no_axis() -> None:
    (only,) = results(a_trajectory(answered=[phq(20)]), POLICY)

    assert (only.study_day, only.after_dose, only.baseline) == (None, 0, None)


def test_the_suicidal_item_is_compared_with_the_one_of_the_baseline() -> None:
    last = _last(phq(20, on_day(-1), item_9=3), phq(10, on_day(5), item_9=1))
    screener = _last(
        answered(cssrs_answers(1, 2), on_day(-1), "c-ssrs-screener"),
        answered(cssrs_answers(1, 2, 3, 4), on_day(5), "c-ssrs-screener"),
    )

    assert (last.suicidal_item, last.suicidal_item_change) == (1, -2)
    assert (screener.suicidal_item, screener.suicidal_item_change) == (4, 2)
    assert (screener.score, screener.change, screener.response) == (None, None, None)


def test_a_result_keeps_the_route_of_the_course_it_belongs_to() -> None:
    trajectory = a_trajectory(
        doses=[DAY_0],
        answered=[phq(20, on_day(-9)), phq(15, on_day(5)), phq(9, on_day(60))],
        routes_from=[(on_day(-2), "iv"), (on_day(50), "im")],
    )

    assert [each.route for each in results(trajectory, POLICY)] == ["iv", "iv", "im"]


@pytest.mark.parametrize(
    ("exact", "printed"), [("31.25", 31.3), ("-31.25", -31.3), ("0.05", 0.1), ("49.96", 50.0)]
)
def test_halves_are_rounded_up_as_in_print(exact: str, printed: float) -> None:
    assert half_up(Decimal(exact)) == printed


def test_a_percentage_that_only_prints_as_the_threshold_is_no_response() -> None:
    trajectory = a_trajectory(doses=[DAY_0], answered=[phq(21, on_day(-1)), phq(11, on_day(5))])

    last = results(trajectory, stricter(response__min_percent=47.62))[-1]

    assert (last.percent_change, last.response) == (-47.6, False)
