"""The diagnosis: the referral's word until a clinician of the network makes one."""

from dataclasses import replace

from services.intake.domain.commands import RecordDiagnosis
from services.intake.domain.evidence import entries
from services.intake.domain.evidence.kinds import Diagnosis
from services.intake.domain.patient import Patient


def record_diagnosis(command: RecordDiagnosis, patient: Patient) -> Patient:
    root, at = patient.place(command, "diagnosis", patient.diagnoses)
    made = Diagnosis(command.event_id, root, at, command.at, command.diagnosis, command.by)
    return replace(patient, diagnoses=entries.added(patient.diagnoses, made))
