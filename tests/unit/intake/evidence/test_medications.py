"""The medication list: classes are the policy's, a drug is listed once."""

import pytest

from services.intake.domain.evidence.medications import interactions, record_medications
from shared.contracts.site import Medication
from shared.kernel.errors import Malformed
from tests.kit.clinical.file import (
    a_referred,
    listed,
    taking,
)
from tests.kit.clinical.said import (
    POLICY,
    START,
    a_drug,
    on_day,
)


def test_the_latest_list_counts_and_all_are_kept() -> None:
    patient = listed(a_referred(), a_drug("tranylcypromine", "maoi"))
    patient = listed(patient, at=on_day(1))

    latest = patient.latest(patient.medications)
    assert latest
    assert latest.medications == ()
    assert len(patient.medications) == 2


@pytest.mark.parametrize(
    ("drugs", "path"),
    [
        ((a_drug("cola", "soft-drink"),), "/data/medications/0/drug_class"),
        ((a_drug(), a_drug()), "/data/medications/1/drug"),
        ((a_drug(last_taken=on_day(1)),), "/data/medications/0/last_taken"),
    ],
)
def test_a_list_that_cannot_be_true_is_malformed(drugs: tuple[Medication, ...], path: str) -> None:
    with pytest.raises(Malformed) as refused:
        record_medications(taking(*drugs), a_referred(), POLICY)

    assert refused.value.path == path


def test_a_class_of_the_policys_antidepressants_is_known_too() -> None:
    assert listed(a_referred(), a_drug("mirtazapine", "nassa")).medications


def test_an_interaction_names_the_drug_and_when_it_was_last_taken() -> None:
    patient = listed(
        a_referred(),
        a_drug("lorazepam", "benzodiazepine", last_taken=START),
        a_drug("diazepam", "benzodiazepine"),
    )

    first, second = interactions(patient.medications[0], POLICY, "note")

    assert (first.code, second.code) == ("takes-lorazepam", "takes-diazepam")
    assert first.words.startswith("Takes lorazepam, last 2026-03-02 09:00 UTC. Benzodiazepines may")
