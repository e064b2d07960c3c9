"""Outcomes takes every instrument of the registry, each by what it is for."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.outcomes.domain.axis.results import Result, results
from services.outcomes.domain.scoring import assess, suicidal_item
from shared.codec import schema
from shared.contracts.instruments import INSTRUMENTS, Instrument, InstrumentCode
from shared.contracts.outcomes import AssessmentScored, OutcomeResult
from shared.kernel.errors import Rejected
from tests.kit.outcomes import (
    DAY_0,
    POLICY,
    Outcomes,
    a_trajectory,
    answered,
    assessed,
    consented,
    dosed,
    on_day,
    registered,
)

every = pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda each: each.code)
BRS_AT_3_17 = (4, 3, 3, 3, 3, 3)


def filled(instrument: Instrument, first: int, rest: int) -> tuple[int | None, ...]:
    """One item of each pair is left out."""
    out = {other for _, other in instrument.either}
    given = (first, *(rest,) * (instrument.items - 1))
    return tuple(None if item in out else answer for item, answer in enumerate(given, 1))


def told(*steps: Any) -> Outcomes:
    made = Outcomes()
    made.take(registered(), consented(on_day(-10)), dosed(1, DAY_0), *steps)
    return made


def last(
    instrument: InstrumentCode, before: Sequence[int | None], after: Sequence[int | None]
) -> Result:
    given = [answered(before, on_day(-1), instrument), answered(after, on_day(5), instrument)]
    return results(a_trajectory(doses=[DAY_0], answered=given), POLICY)[-1]


@every
def test_what_is_said_of_it_keeps_its_contract_from_the_least_to_the_most(
    instrument: Instrument,
) -> None:
    low, high = instrument.item_min, instrument.item_max
    outcomes = told(
        assessed(filled(instrument, low + 1, low), on_day(-1), instrument.code),
        assessed(filled(instrument, high, high), on_day(5), instrument.code),
    )

    assert len(outcomes.said(AssessmentScored)) == 2
    for kind in (AssessmentScored, OutcomeResult):
        for data in outcomes.said(kind):
            assert schema.load(kind, data, closed=True).instrument == instrument.code


@every
def test_analysts_are_told_of_all_but_alcohol_and_drugs(instrument: Instrument) -> None:
    most = filled(instrument, instrument.item_max, instrument.item_max)

    outcomes = told(assessed(most, on_day(5), instrument.code))

    assert len(outcomes.said(AssessmentScored)) == 1
    assert bool(outcomes.said(OutcomeResult)) is (instrument.code not in {"audit", "dast-10"})


@pytest.mark.parametrize("code", ["meq30", "ebi", "cadss", "cadss-6"])
def test_what_a_session_was_like_has_no_baseline(code: InstrumentCode) -> None:
    instrument = INSTRUMENTS[code]

    result = last(code, filled(instrument, 1, 1), filled(instrument, 3, 3))

    assert result.score is not None
    assert (result.baseline, result.change, result.percent_change) == (None, None, None)
    assert (result.response, result.remission) == (None, None)


def test_a_rise_in_well_being_is_a_change_and_a_fall_is_no_response() -> None:
    better, worse = last("who-5", (2,) * 5, (4,) * 5), last("who-5", (4,) * 5, (1,) * 5)

    assert (better.change, better.response) == (40, None)
    assert (worse.change, worse.response, worse.remission) == (-60, None, None)


def test_the_change_of_a_mean_has_two_decimals() -> None:
    result = last("brs", (3, 4, 3, 3, 3, 3), BRS_AT_3_17)

    assert (result.baseline, result.score, result.change) == (2.83, 3.17, 0.34)


@pytest.mark.parametrize(
    ("code", "score", "remission"),
    [("madrs", 12, True), ("madrs", 13, False), ("qids-sr16", 5, True), ("qids-sr16", 6, False)],
)
def test_remission_of_madrs_and_qids_is_at_most_its_bound(
    code: InstrumentCode, score: int, remission: bool
) -> None:
    madrs = [min(6, max(0, score - 6 * place)) for place in range(10)]
    qids = [0, 0, 0, 0, min(3, score), 0, None, 0, None, max(0, score - 3), *(0,) * 6]
    answers = madrs if code == "madrs" else qids

    result = last(code, answers, answers)

    assert (result.score, result.remission) == (score, remission)


def test_a_response_on_the_madrs_is_half_of_the_baseline() -> None:
    assert last("madrs", (4,) * 10, (2,) * 10).response is True
    assert last("madrs", (4,) * 10, (3, *(2,) * 9)).response is False


def test_two_scorings_of_the_shaps_have_baselines_of_their_own() -> None:
    given = [
        answered((4,) * 14, on_day(-2), "shaps"),
        answered((3,) * 14, on_day(-1), "shaps-likert"),
        answered((2,) * 14, on_day(5), "shaps"),
    ]

    result = results(a_trajectory(doses=[DAY_0], answered=given), POLICY)[-1]

    assert (result.baseline, result.score, result.definition) == (14, 0, "shaps/snaith-1995/1")


def test_a_mean_is_checked_as_the_site_sent_it() -> None:
    assert assess(answered(BRS_AT_3_17, instrument="brs", total=3.17)).total == 3.17
    with pytest.raises(Rejected, match=r"add up to 3\.17, 3\.2 was sent"):
        assess(answered(BRS_AT_3_17, instrument="brs", total=3.2))


def test_the_items_on_suicide_of_madrs_and_qids_are_known() -> None:
    assert suicidal_item("madrs", (0,) * 9 + (4,)) == 4
    assert suicidal_item("qids-sr16", (0,) * 11 + (2, 0, 0, 0, 0)) == 2
    assert suicidal_item("bhs", (1,) * 20) is None
