"""Work-up and vital signs: what cannot be true is refused, what is known is told."""

from dataclasses import replace
from typing import Any

import pytest

from services.intake.domain.evidence.work_up import record_vital_signs, record_work_up
from shared.contracts.intake import VitalSignsKnown, WorkUpKnown
from shared.kernel.errors import Malformed, Rejected
from tests.kit.clinical.file import (
    a_referred,
    measured,
    result,
    vitals,
    worked_up,
)
from tests.kit.clinical.said import (
    POLICY,
    on_day,
)


def test_a_result_is_told_with_the_time_it_was_performed() -> None:
    patient, told = record_work_up(result("pregnancy-test", "negative", on_day(1)), a_referred())

    assert told == (WorkUpKnown("pregnancy-test", "negative", on_day(1)),)
    assert patient.work_up("pregnancy-test") == patient.work_ups[0]


def test_the_result_that_was_performed_last_counts_whenever_it_arrives() -> None:
    late = result("pregnancy-test", "positive", on_day(9), performed_at=on_day(1))
    newer = result("pregnancy-test", "negative", on_day(5))

    patient = worked_up(a_referred(), newer, late)

    found = patient.work_up("pregnancy-test")
    assert found
    assert found.result == "negative"
    assert len(patient.work_ups) == 2


@pytest.mark.parametrize(
    ("what", "path"),
    [
        ({"item": "ecg", "found": "negative"}, "/data/result"),
        ({"item": "ecg", "found": "not-applicable"}, "/data/result"),
        ({"item": "pregnancy-test", "found": "normal"}, "/data/result"),
        ({"item": "cognition", "found": "normal"}, "/data/value"),
        ({"item": "cognition", "found": "normal", "value": 31.0}, "/data/value"),
        ({"item": "ecg", "found": "normal", "performed_at": on_day(1)}, "/data/performed_at"),
    ],
)
def test_a_result_that_cannot_be_of_the_item_is_malformed(what: dict[str, Any], path: str) -> None:
    with pytest.raises(Malformed) as refused:
        record_work_up(result(**what), a_referred())

    assert refused.value.path == path


def test_a_corrected_result_is_told_again() -> None:
    first = result("pregnancy-test", "positive", on_day(1), event_id="first")
    again = result("pregnancy-test", "negative", on_day(2), amends="first", performed_at=on_day(1))

    patient, told = record_work_up(again, worked_up(a_referred(), first))

    assert told == (WorkUpKnown("pregnancy-test", "negative", on_day(1)),)
    found = patient.work_up("pregnancy-test")
    assert found
    assert found.id == again.event_id


def test_blood_pressure_is_told_with_the_weight_where_there_is_one() -> None:
    weighed, unweighed = vitals(on_day(1)), vitals(on_day(1), weight_kg=None)

    [told] = record_vital_signs(weighed, a_referred(), POLICY)[1]
    [without] = record_vital_signs(unweighed, a_referred(), POLICY)[1]

    assert told == VitalSignsKnown(weighed.systolic, weighed.diastolic, 70.0, on_day(1))
    assert without == replace(told, weight_kg=None)


@pytest.mark.parametrize(("systolic", "diastolic"), [(80, 80), (78, 122)])
def test_a_systolic_pressure_that_is_not_above_the_diastolic_is_malformed(
    systolic: int, diastolic: int
) -> None:
    swapped = vitals(systolic=systolic, diastolic=diastolic)

    with pytest.raises(Malformed) as refused:
        record_vital_signs(swapped, a_referred(), POLICY)

    assert refused.value.path == "/data/systolic"


@pytest.mark.parametrize(
    ("weight", "refused"), [(154.3, True), (80.6, True), (80.5, False), (59.5, False), (59.4, True)]
)
def test_a_weight_that_jumps_beyond_the_policy_is_refused(weight: float, refused: bool) -> None:
    patient, again = measured(a_referred(), vitals()), vitals(on_day(1), weight_kg=weight)

    if refused:
        with pytest.raises(Rejected, match="weight-jump"):
            record_vital_signs(again, patient, POLICY)
    else:
        assert len(measured(patient, again).vital_signs) == 2


def test_a_wrong_weight_can_be_amended_however_far_off_it_was() -> None:
    patient = measured(a_referred(), vitals(event_id="pounds", weight_kg=154.3))

    patient = measured(patient, vitals(on_day(1), amends="pounds", weight_kg=70.0))

    latest = patient.latest(patient.vital_signs)
    assert latest
    assert latest.weight_kg == 70.0
