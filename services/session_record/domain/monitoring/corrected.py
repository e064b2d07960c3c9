"""Corrections of vital signs: the original is kept apart, what it should have said is judged anew.

Alarms that were raised stay as they were: somebody has acted on them.
"""

from dataclasses import replace
from datetime import datetime

from services.session_record.domain.commands import RecordVitals
from services.session_record.domain.encounter import Encounter, Reading
from services.session_record.domain.monitoring.due import watched
from services.session_record.domain.monitoring.vitals import Taken, record_vitals
from shared.contracts.site import VitalSigns
from shared.kernel.policy import Policy


def reading_of(encounter: Encounter, event_id: str) -> Reading | None:
    return next((each for each in encounter.readings if event_id in each.events), None)


def withdraw(reading: Reading, encounter: Encounter, policy: Policy) -> Encounter:
    """The encounter as if the reading had not been taken: its point may be missed now."""
    left = tuple(each for each in encounter.readings if each is not reading)
    kept = replace(encounter, readings=left, in_error=(*encounter.in_error, reading))
    return watched(kept, policy)


def correct(
    event_id: str, said: VitalSigns, reading: Reading, encounter: Encounter, policy: Policy
) -> Taken:
    """Also where the record is signed: an amendment is what a signed record still takes."""
    command = RecordVitals(
        event_id,
        _measured_at(said, reading),
        encounter.patient_id,
        encounter.encounter_id,
        said.systolic,
        said.diastolic,
        said.heart_rate,
        said.oxygen_saturation,
        said.weight_kg,
        "",
        said.respiratory_rate,
        said.moaas,
        said.symptoms,
    )
    open_ = replace(withdraw(reading, encounter, policy), signed_at=None)
    corrected, alarms = record_vitals(command, open_, (), policy)
    return replace(corrected, signed_at=encounter.signed_at), alarms


def _measured_at(said: VitalSigns, reading: Reading) -> datetime:
    return said.measured_at or reading.at
