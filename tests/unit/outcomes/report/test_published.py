"""Published tables through the whole report, person by person; each test names its source.

Where only counts are published the people are constructed: that many of them responded.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from services.outcomes.analytics.report.comparison import By, difference_report
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.report.shapes import AtWindow, NetworkRow, Rate
from services.outcomes.analytics.report.survival import Asked, survival_report
from tests.kit.analytics import Row, a_patient, a_result, frames_of
from tests.kit.outcomes import POLICY


def _arm(clinic: str, yes: int, of: int, state: str, *, instrument: str = "phq-9") -> Iterator[Row]:
    """So many of so many people in a state at the end of treatment; the others are not."""
    for number in range(of):
        who = f"{clinic}-{number}"
        yield a_patient(who, clinic)
        states = {"response": False, "remission": False} | {state: number < yes}
        yield a_result(who, 10, 20, clinic, instrument=instrument, primary=True, **states)


def _row(rows: Iterable[Row], instrument: str | None = None) -> NetworkRow:
    (row,) = network_report(frames_of(rows), (), POLICY, instrument).items
    return row


def _end(rows: Iterable[Row], instrument: str | None = None) -> AtWindow:
    return next(each for each in _row(rows, instrument).windows if each.window == "end")


def _is(rate: Rate) -> tuple[int | None, int | None, float | None]:
    return rate.numerator, rate.denominator, rate.percent


def test_elekt_d_2023_response_to_ketamine_and_to_ect_with_their_difference() -> None:
    """55.4 vs 41.2 %, difference 14.2 (3.9 to 24.2); the arms 195 and 170 are not confirmed [M]."""
    rows = [*_arm("ketamine", 108, 195, "response"), *_arm("ect", 70, 170, "response")]

    answer = difference_report(
        frames_of(rows), By("response"), "clinic", ("ketamine", "ect"), POLICY
    )

    assert _is(answer.of_first) == (108, 195, 55.4)
    assert _is(answer.of_second) == (70, 170, 41.2)
    assert answer.difference is not None
    assert answer.difference.value == 14.2
    assert answer.difference.low == pytest.approx(3.9, abs=0.15)
    assert answer.difference.high == pytest.approx(24.2, abs=0.15)


SECOND_INDUCTION = [
    ("madrs", "response", 23, 32, 71.9),
    ("madrs", "response", 47, 64, 73.4),
    ("madrs", "remission", 20, 32, 62.5),
    ("madrs", "remission", 39, 64, 60.9),
    ("phq-9", "response", 15, 32, 46.9),
    ("phq-9", "response", 40, 63, 63.5),
    ("phq-9", "remission", 7, 32, 21.9),
    ("phq-9", "remission", 34, 64, 53.1),
]


@pytest.mark.parametrize(("instrument", "state", "yes", "of", "percent"), SECOND_INDUCTION)
def test_sustain_3_second_induction(
    instrument: str, state: str, yes: int, of: int, percent: float
) -> None:
    end = _end(_arm("all", yes, of, state, instrument=instrument), instrument)

    assert _is(getattr(end, state).observed) == (yes, of, percent)


def test_sustain_3_one_without_a_baseline_counts_for_remission_alone() -> None:
    """PHQ-9 response of 63, remission of 64 (OUT-3)."""
    rows = [*_arm("all", 40, 63, "response"), a_patient("no-baseline")]
    rows.append(a_result("no-baseline", 4, None))

    end = _end(rows)

    assert _is(end.response.observed) == (40, 63, 63.5)
    assert end.remission.observed.denominator == 64


@pytest.mark.parametrize(
    ("state", "yes", "percent"), [("response", 68, 64.2), ("remission", 43, 40.6)]
)
def test_real_esk_2022_of_its_completers_with_the_others_beside(
    state: str, yes: int, percent: float
) -> None:
    """116 began; 64.2 and 40.6 % are of 106, so that ten were lost."""
    rows = [*_arm("all", yes, 106, state), *(a_patient(f"lost-{each}") for each in range(10))]

    end = _end(rows)

    assert _is(getattr(end, state).observed) == (yes, 106, percent)
    assert getattr(end, state).observed.lost == 10
    assert _is(end.completeness) == (106, 116, 91.4)


def test_yermus_2024_loses_four_of_five() -> None:
    """346 of 1,806: 19.2 % are there, 80.8 % are not, whatever else is said of them."""
    rows = [*_arm("all", 0, 346, "response"), *(a_patient(f"lost-{n}") for n in range(1806 - 346))]

    completeness = _end(rows).completeness

    assert _is(completeness) == (346, 1806, 19.2)
    assert completeness.lost == 1460
    assert round(100 * 1460 / 1806, 1) == 80.8


def test_lii_2023_remission_without_response() -> None:
    """Placebo, day 7: 11 of 19 in remission, 7 of 19 with response."""
    rows: list[Row] = []
    for number in range(19):
        who = f"p{number}"
        score, base = ((2, 9), (4, 7), (9, 12))[0 if number < 7 else 1 if number < 11 else 2]
        rows += [a_patient(who), a_result(who, score, base)]

    end = _end(rows)

    assert _is(end.remission.observed) == (11, 19, 57.9)
    assert _is(end.response.observed) == (7, 19, 36.8)


@pytest.mark.parametrize(
    ("instrument", "mean", "sd", "n", "dz"),
    [
        ("phq-9", -3.02, 6.01, 111, 0.50),
        ("gad-7", -2.45, 6.01, 104, 0.41),
        ("phq-9", -7.44, 5.42, 16, 1.37),
        ("gad-7", -6.71, 9.15, 14, 0.73),
    ],
)
def test_whinkin_2023_standardised_mean_changes(
    instrument: str, mean: float, sd: float, n: int, dz: float
) -> None:
    spread = np.random.default_rng(1).normal(size=n)
    changes = mean + sd * (spread - spread.mean()) / spread.std(ddof=1)
    rows: list[Row] = []
    for number, change in enumerate(changes):
        rows.append(a_patient(f"p{number}"))
        rows.append(a_result(f"p{number}", 20 + round(change, 2), 20.0, instrument=instrument))

    found = _end(rows, instrument).change

    assert found.n == n
    assert found.mean == pytest.approx(mean, abs=0.011)
    assert found.sd == pytest.approx(sd, abs=0.011)
    (d_z,) = (each for each in found.effects if each.of == "d_z")
    assert d_z.d == pytest.approx(dz, abs=0.0051)


def test_hull_2022_response_is_half_and_remission_below_5() -> None:
    """Response inclusive at 50 %, remission strict below 5, of people who began at 10 or more."""
    scores = {"half": (5, 10), "less than half": (6, 10), "below 5": (4, 10)}
    rows = [a_patient(who) for who in scores]
    rows += [a_result(who, *pair) for who, pair in scores.items()]

    end = _end(rows)

    assert end.response.observed.numerator == 2
    assert end.remission.observed.numerator == 1


def _responder(who: str, clinic: str, days: int, *, relapsed: bool) -> list[Row]:
    first = a_result(who, 5, 20, clinic, study_day=10, first_response=True, window="end")
    later = a_result(
        who, 18 if relapsed else 5, 20, clinic, study_day=10 + days, relapse=relapsed, window=None
    )
    return [a_patient(who, clinic), first, later]


def test_sustain_1_2019_relapse_is_later_with_esketamine() -> None:
    """24 of 90 (26.7 %) against 39 of 86 (45.3 %); the days are constructed: spread evenly."""
    rows: list[Row] = []
    for clinic, events, n in (("esketamine", 24, 90), ("placebo", 39, 86)):
        for number in range(n):
            days = 7 * (1 + number % 40) if number < events else 280
            rows += _responder(f"{clinic}-{number}", clinic, days, relapsed=number < events)

    answer = survival_report(frames_of(rows), Asked("durability"), ("clinic",), POLICY)

    esketamine, placebo = answer.items
    assert (esketamine.events, esketamine.patients) == (24, 90)
    assert (placebo.events, placebo.patients) == (39, 86)
    assert 1 - esketamine.steps[-1].survival == pytest.approx(24 / 90, abs=1e-4)
    assert 1 - placebo.steps[-1].survival == pytest.approx(39 / 86, abs=1e-4)
    assert answer.log_rank is not None
    assert answer.log_rank.p < 0.05


def test_mcinnes_2022_four_of_five_keep_response_for_4_weeks_three_of_five_for_8() -> None:
    """The curve, from a construction with censoring; completers alone would say otherwise."""
    rows: list[Row] = []
    for number in range(100):
        if number < 20:
            rows += _responder(f"p{number}", "all", 28, relapsed=True)
        elif number < 40:
            rows += _responder(f"p{number}", "all", 30, relapsed=False)
        elif number < 55:
            rows += _responder(f"p{number}", "all", 56, relapsed=True)
        else:
            rows += _responder(f"p{number}", "all", 60, relapsed=False)

    (curve,) = survival_report(frames_of(rows), Asked("durability"), (), POLICY).items

    at = {step.time: step.survival for step in curve.steps}
    assert at[28] == 0.8
    assert at[56] == 0.6


def test_ekstrand_2022_remission_differs_by_ect_and_ketamine() -> None:
    """63 vs 46 % of 186; the arms are not published here, so 95 and 91 are a construction."""
    rows = [*_arm("ect", 60, 95, "remission"), *_arm("ketamine", 42, 91, "remission")]

    answer = difference_report(
        frames_of(rows), By("remission"), "clinic", ("ect", "ketamine"), POLICY
    )

    assert answer.of_first.percent == 63.2
    assert answer.of_second.percent == 46.2
    assert answer.difference is not None
    assert answer.difference.low == pytest.approx(2, abs=1.5)
    assert answer.difference.high == pytest.approx(30, abs=1.5)
