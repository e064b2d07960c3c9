"""The patient: registration, the clearance that runs, the status."""

from dataclasses import replace
from datetime import timedelta

from services.intake.domain.clearance import decide_clearance
from services.intake.domain.patient import SafetyHold
from services.intake.domain.safety import C_SSRS_HIGH
from shared.contracts.intake import PatientRegistered
from tests.kit.clinical.file import (
    a_patient,
    a_referred,
    deciding,
)
from tests.kit.clinical.said import (
    BORN,
    DECIDED,
    POLICY,
    on_day,
)


def test_names_and_the_birth_date_are_not_part_of_the_patient() -> None:
    patient = a_referred()

    assert not [name for name in ("given_name", "birth_date") if hasattr(patient, name)]
    assert "Given" not in repr(patient)


def test_registration_tells_the_indication_and_a_random_id_and_nothing_else() -> None:
    told = set(PatientRegistered.__dataclass_fields__) - {"type"}

    assert told == {"indication", "person_id"}


def test_the_status_follows_the_clearance_and_its_end() -> None:
    cleared, _ = decide_clearance(deciding(), a_patient(), BORN, POLICY)

    assert a_patient().status(DECIDED) == "registered"
    assert cleared.status(DECIDED) == "cleared"
    assert cleared.status(on_day(3 + 30)) == "cleared"
    assert cleared.status(on_day(3 + 30) + timedelta(milliseconds=1)) == "expired"
    begun = replace(cleared, doses=(on_day(20),))
    assert begun.status(on_day(3 + 90)) == "cleared"
    assert begun.status(on_day(3 + 90) + timedelta(milliseconds=1)) == "expired"


def test_a_safety_hold_hides_the_clearance_without_ending_it() -> None:
    cleared, _ = decide_clearance(deciding(), a_patient(), BORN, POLICY)
    held = replace(cleared, hold=SafetyHold(DECIDED, (C_SSRS_HIGH,)))

    assert held.status(DECIDED) == "safety-hold"
    assert held.clearance == cleared.clearance


def test_the_latest_event_time_never_goes_back() -> None:
    patient = a_referred().heard(on_day(5)).heard(on_day(2))

    assert patient.heard_until == on_day(5)
