"""Which result stands for which time: OUT-1 and OUT-8, clinical reference 1.3 and 4.3."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from services.outcomes.domain.axis.result import Result
from services.outcomes.domain.axis.results import results
from services.outcomes.domain.commands import RecordAnswers
from shared.contracts.instruments import InstrumentCode
from shared.contracts.outcomes import Horizon, Window
from tests.kit.outcomes import (
    DAY_0,
    POLICY,
    a_trajectory,
    answered,
    cssrs_answers,
    gad_answers,
    on_day,
    phq,
)

DAY, HOUR, MOMENT = timedelta(days=1), timedelta(hours=1), timedelta(milliseconds=1)
QIDS = (1, 1, 1, 1, 1, 1, None, 1, None, *(1,) * 7)


def axis(*given: RecordAnswers, doses: Sequence[datetime] = (DAY_0,)) -> tuple[Result, ...]:
    return results(a_trajectory(doses=doses, answered=given), POLICY)


def qids(at: datetime) -> RecordAnswers:
    return answered(QIDS, at, "qids-sr16")


@pytest.mark.parametrize(
    ("since", "window"),
    [
        (1 * DAY - MOMENT, None),
        (1 * DAY, "end"),
        (7 * DAY, "end"),
        (7 * DAY + MOMENT, None),
        (21 * DAY - MOMENT, None),
        (21 * DAY, "week-4"),
        (35 * DAY, "week-4"),
        (35 * DAY + MOMENT, None),
        (69 * DAY - MOMENT, None),
        (69 * DAY, "month-3"),
        (111 * DAY, "month-3"),
        (111 * DAY + MOMENT, None),
        (150 * DAY - MOMENT, None),
        (150 * DAY, "month-6"),
        (210 * DAY, "month-6"),
        (210 * DAY + MOMENT, None),
    ],
)
def test_a_window_has_both_its_ends(since: timedelta, window: Window | None) -> None:
    assert axis(phq(9, DAY_0 + since))[-1].window == window


def test_windows_count_from_the_last_dose_so_far() -> None:
    given = [phq(20, on_day(-1)), phq(9, on_day(4)), phq(7, on_day(25))]
    doses = [DAY_0, on_day(21)]

    assert [each.window for each in axis(*given)] == ["baseline", "end", "week-4"]
    assert [each.window for each in axis(*given, doses=doses)] == ["baseline", None, "end"]


def test_the_baseline_is_one_per_instrument() -> None:
    given = [
        phq(22, on_day(-9)),
        phq(20, on_day(-2)),
        answered(gad_answers(9), on_day(-3), "gad-7"),
        answered((1,) * 8 + (None,), on_day(-1)),
    ]

    assert [(each.instrument, each.window) for each in axis(*given)] == [
        ("phq-9", None),
        ("gad-7", "baseline"),
        ("phq-9", "baseline"),
        ("phq-9", None),
    ]


def test_the_result_nearest_to_the_target_stands_for_the_window() -> None:
    given = [phq(9, on_day(day, 15)) for day in (22, 27, 30)]

    assert [each.window for each in axis(*given)] == [None, "week-4", None]


def test_of_two_equally_near_the_earlier_stands_for_the_window() -> None:
    given = [phq(9, on_day(day, 15)) for day in (29, 27)]

    assert [each.window for each in axis(*given)] == ["week-4", None]


def test_what_is_incomplete_stands_for_nothing() -> None:
    incomplete = answered((1,) * 8 + (None,), on_day(28, 15))

    assert [each.window for each in axis(phq(9, on_day(22)), incomplete)] == ["week-4", None]
    assert axis(answered((1,) * 8 + (None,), on_day(1, 15)))[-1].horizon is None


def test_the_c_ssrs_has_no_score_and_stands_for_a_window_when_it_is_complete() -> None:
    asked = answered(cssrs_answers(1), on_day(28), "c-ssrs-screener")

    assert axis(asked)[-1].window == "week-4"


def test_each_instrument_has_windows_of_its_own() -> None:
    given = [phq(9, on_day(28)), answered(gad_answers(9), on_day(28, 13), "gad-7")]

    assert [each.window for each in axis(*given)] == ["week-4", "week-4"]


def test_before_any_dose_there_is_no_window() -> None:
    only = axis(phq(9, on_day(4)), doses=())[-1]

    assert (only.window, only.horizon, only.since_dose_h) == (None, None, None)


@pytest.mark.parametrize("instrument", ["meq30", "cadss"])
def test_what_a_session_was_like_stands_for_no_window(instrument: InstrumentCode) -> None:
    items = {"meq30": 30, "cadss": 23}[instrument]
    last = axis(answered((1,) * items, on_day(1, 15), instrument))[-1]

    assert (last.window, last.horizon, last.off_window) == (None, None, False)


@pytest.mark.parametrize(
    ("since", "horizon"),
    [
        (12 * HOUR - MOMENT, None),
        (12 * HOUR, "24h"),
        (36 * HOUR, "24h"),
        (36 * HOUR + MOMENT, None),
        (5 * DAY - MOMENT, None),
        (5 * DAY, "7d"),
        (9 * DAY, "7d"),
        (9 * DAY + MOMENT, None),
        (23 * DAY, "30d"),
        (37 * DAY, "30d"),
        (37 * DAY + MOMENT, None),
    ],
)
def test_a_horizon_has_both_its_ends(since: timedelta, horizon: Horizon | None) -> None:
    assert axis(qids(DAY_0 + since))[-1].horizon == horizon


def test_each_dose_has_horizons_of_its_own_before_the_next_one() -> None:
    doses = [on_day(0, 15), on_day(3, 15), on_day(10, 15)]
    given = [qids(on_day(day, 15)) for day in (1, 4, 10, 17)]

    told = [(each.after_dose, each.horizon) for each in axis(*given, doses=doses)]

    assert told == [(1, "24h"), (2, "24h"), (2, "7d"), (3, "7d")]


def test_the_result_nearest_to_the_hour_stands_for_the_horizon() -> None:
    given = [qids(DAY_0 + hours * HOUR) for hours in (13, 23, 26)]

    assert [each.horizon for each in axis(*given)] == [None, "24h", None]


@pytest.mark.parametrize(
    ("since", "off"), [(1 * MOMENT, True), (24 * HOUR - MOMENT, True), (24 * HOUR, False)]
)
def test_a_scale_of_two_weeks_says_nothing_within_a_day_of_a_dose(
    since: timedelta, off: bool
) -> None:
    assert axis(phq(9, DAY_0 + since))[-1].off_window is off


@pytest.mark.parametrize(("gap", "off"), [(7 * DAY - MOMENT, True), (7 * DAY, False)])
def test_a_scale_of_two_weeks_says_nothing_within_7_days_of_itself(
    gap: timedelta, off: bool
) -> None:
    first = on_day(20)

    assert [each.off_window for each in axis(phq(9, first), phq(8, first + gap))] == [False, off]


def test_another_instrument_in_between_does_not_matter() -> None:
    given = [phq(9, on_day(20)), answered(gad_answers(9), on_day(21), "gad-7")]

    assert [each.off_window for each in axis(*given)] == [False, False]


@pytest.mark.parametrize(
    ("instrument", "items", "off"),
    [
        ("phq-9", 9, True),
        ("gad-7", 7, True),
        ("pcl-5", 20, True),
        ("who-5", 5, True),
        ("dadds", 15, True),
        ("ds-ii", 16, True),
        ("madrs", 10, False),
        ("bhs", 20, False),
        ("shaps", 14, False),
        ("brs", 6, False),
        ("let", 6, False),
        ("c-ssrs-screener", 7, False),  # again, it asks about the time since the last visit
    ],
)
def test_only_what_looks_back_two_weeks_or_more_is_asked_too_early(
    instrument: InstrumentCode, items: int, off: bool
) -> None:
    early = answered((1,) * items, DAY_0 + 20 * HOUR, instrument)

    assert axis(early)[-1].off_window is off
