"""Treatment resistance: which trials count (INT-4)."""

from typing import Any

import pytest

from services.intake.domain.evidence.treatment import failed_drugs, record_history
from services.intake.domain.patient import TreatmentHistory
from tests.kit.clinical.file import (
    a_referred,
    history,
)
from tests.kit.clinical.said import (
    POLICY,
    START,
    a_trial,
    on_day,
    stricter,
)


def failed(*trials: Any, episode: bool = True) -> set[str]:
    return set(failed_drugs(TreatmentHistory(START, trials), POLICY, current_episode=episode))


def test_an_adequate_trial_without_response_counts() -> None:
    assert failed(a_trial(weeks=6, improvement_percent=49)) == {"sertraline"}


@pytest.mark.parametrize(
    "short_of",
    [
        {"weeks": 5},
        {"improvement_percent": 50},
        {"adequate_dose": False},
        {"current_episode": False},
    ],
)
def test_a_trial_counts_only_with_dose_weeks_no_response_and_in_this_episode(
    short_of: dict[str, Any],
) -> None:
    assert failed(a_trial(**short_of)) == set()


def test_the_same_drug_twice_counts_once() -> None:
    assert failed(a_trial(), a_trial(weeks=20)) == {"sertraline"}


def test_the_lifetime_count_includes_earlier_episodes() -> None:
    assert failed(a_trial(current_episode=False), episode=False) == {"sertraline"}


def test_a_stricter_policy_asks_for_more_weeks() -> None:
    held = TreatmentHistory(START, (a_trial(weeks=8),))

    assert not failed_drugs(held, stricter(trd__weeks_min=10), current_episode=True)


def test_the_latest_history_stays_on_file() -> None:
    newer = record_history(history(a_trial(), at=on_day(2)), a_referred())

    assert record_history(history(at=on_day(1)), newer) == newer
    replaced = record_history(history(at=on_day(3)), newer)
    assert replaced.history == TreatmentHistory(on_day(3), ())
