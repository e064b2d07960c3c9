"""Treatment resistance: which trials count (INT-4)."""

from typing import Any

import pytest

from services.intake.domain.evidence.kinds import TreatmentHistory
from services.intake.domain.evidence.treatment import Staging, failed_drugs, record_history, stage
from tests.kit.clinical.file import (
    a_referred,
    history,
)
from tests.kit.clinical.said import (
    POLICY,
    a_trial,
    on_day,
    stricter,
)


def a_history(*trials: Any, **what: Any) -> TreatmentHistory:
    return record_history(history(*trials, **what), a_referred()).histories[0]


def failed(*trials: Any, episode: bool = True) -> set[str]:
    return set(failed_drugs(a_history(*trials), POLICY, current_episode=episode))


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
    held = a_history(a_trial(weeks=8))

    assert not failed_drugs(held, stricter(trd__weeks_min=10), current_episode=True)


def test_int_4_the_dose_must_reach_the_policys_minimum_for_the_drug() -> None:
    assert failed(a_trial(dose_mg=50, adequate_dose=False)) == {"sertraline"}
    assert failed(a_trial(dose_mg=49.9)) == set()


def test_the_senders_word_counts_where_the_dose_or_the_drug_is_not_known() -> None:
    assert failed(a_trial(dose_mg=None)) == {"sertraline"}
    assert failed(a_trial("new-drug", dose_mg=1)) == {"new-drug"}


def test_the_latest_history_counts_and_all_are_kept() -> None:
    first, second = history(a_trial(), at=on_day(1)), history(at=on_day(2))

    patient = record_history(first, record_history(second, a_referred()))

    latest = patient.latest(patient.histories)
    assert latest
    assert latest.id == second.event_id
    assert len(patient.histories) == 2


@pytest.mark.parametrize(
    ("months", "severity", "drugs", "augmented", "ect", "points", "band"),
    [
        (12, "subsyndromal", 1, False, False, 3, "mild"),
        (13, "mild", 2, False, False, 5, "mild"),
        (24, "moderate", 3, False, False, 7, "moderate"),
        (25, "severe", 5, True, False, 11, "severe"),
        (25, "severe-with-psychosis", 11, True, True, 15, "severe"),
        (12, "moderate", 7, False, False, 8, "moderate"),
    ],
)
def test_maudsley_stages_length_severity_failures_augmentation_and_ect(
    months: int, severity: str, drugs: int, augmented: bool, ect: bool, points: int, band: str
) -> None:
    trials = [a_trial(f"drug-{number}") for number in range(drugs)]
    said = {"episode_months": months, "severity": severity, "augmented": augmented, "ect": ect}

    found = stage(a_history(*trials, **said), POLICY)

    assert (found.maudsley, found.maudsley_band) == (points, band)


@pytest.mark.parametrize("lacking", [{"episode_months": None}, {"severity": None}])
def test_maudsley_is_not_guessed(lacking: dict[str, Any]) -> None:
    said = {"episode_months": 12, "severity": "mild"} | lacking

    assert stage(a_history(a_trial(), **said), POLICY).maudsley is None


@pytest.mark.parametrize(
    ("drugs", "ect", "reached"),
    [
        ((), False, 0),
        (("sertraline",), False, 1),
        (("sertraline", "citalopram"), False, 1),
        (("sertraline", "venlafaxine"), False, 2),
        (("sertraline", "amitriptyline"), False, 3),
        (("sertraline", "phenelzine"), False, 2),
        (("sertraline", "amitriptyline", "phenelzine"), False, 4),
        (("sertraline", "amitriptyline", "phenelzine"), True, 5),
        (("sertraline",), True, 1),
    ],
)
def test_each_thase_rush_stage_includes_the_one_before(
    drugs: tuple[str, ...], ect: bool, reached: int
) -> None:
    trials = [a_trial(drug) for drug in drugs]

    assert stage(a_history(*trials, ect=ect), POLICY).thase_rush == reached


def test_both_counts_are_shown() -> None:
    earlier = a_trial("citalopram", current_episode=False)

    found = stage(a_history(a_trial(), earlier), POLICY)

    assert found == Staging(1, 2, ("ssri",), 1, None, "")
