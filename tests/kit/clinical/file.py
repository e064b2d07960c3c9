"""Commands to intake, and a patient whose file is whole."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.intake.domain import commands
from services.intake.domain.consent import required_elements, sign_consent
from services.intake.domain.eligibility.case import Case
from services.intake.domain.evidence import contraindications, medications, treatment, work_up
from services.intake.domain.evidence.screening import record_screening
from services.intake.domain.patient import Patient, register
from shared.contracts import site
from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import (
    Contraindication,
    Finding,
    Medication,
    Trial,
    WorkUpItem,
    WorkUpResult,
)
from tests.kit.clinical.said import (
    BORN,
    DECIDED,
    PATIENT,
    POLICY,
    RESULTS,
    START,
    TEXT,
    TWO_FAILED,
    a_drug,
    c_ssrs,
    findings,
    next_id,
    on_day,
    pcl_5,
    phq_9,
)


def screening(
    answers: tuple[int | None, ...] = (),
    at: datetime = START,
    instrument: InstrumentCode = "phq-9",
    **what: Any,
) -> commands.RecordScreening:
    usual = commands.RecordScreening(
        next_id(), at, PATIENT, instrument, answers or phq_9(), total=None
    )
    return replace(usual, **what)


def c_ssrs_screening(*yes: int, at: datetime = START, **what: Any) -> commands.RecordScreening:
    return screening(c_ssrs(*yes), at, "c-ssrs-screener", **what)


def checklist(
    *found: Contraindication,
    at: datetime = START,
    signer: str = "",
    amends: str = "",
    event_id: str = "",
    **changed: Finding,
) -> commands.RecordChecklist:
    said = found or findings(**changed)
    return commands.RecordChecklist(event_id or next_id(), at, PATIENT, said, signer, amends)


def history(*trials: Trial, at: datetime = START, **what: Any) -> commands.RecordTreatmentHistory:
    return replace(commands.RecordTreatmentHistory(next_id(), at, PATIENT, trials), **what)


def taking(*drugs: Medication, at: datetime = START, **what: Any) -> commands.RecordMedications:
    return replace(commands.RecordMedications(next_id(), at, PATIENT, drugs), **what)


def result(
    item: WorkUpItem, found: WorkUpResult, at: datetime = START, **what: Any
) -> commands.RecordWorkUp:
    return replace(commands.RecordWorkUp(next_id(), at, PATIENT, item, found, at), **what)


def vitals(at: datetime = START, **what: Any) -> commands.RecordVitalSigns:
    usual = commands.RecordVitalSigns(next_id(), at, PATIENT, 122, 78, 70, 70.0, 172.0)
    return replace(usual, **what)


def retracting(entry: str, day: int = 5) -> commands.RetractEntry:
    return commands.RetractEntry(next_id(), on_day(day), PATIENT, entry, "wrong-patient", "nurse-1")


def signing(**what: Any) -> commands.SignConsent:
    usual = commands.SignConsent(
        event_id="consent",
        at=START,
        patient_id=PATIENT,
        text_version=TEXT,
        route="iv",
        elements=required_elements("iv"),
        capacity=True,
        analysts_stream=True,
        understands=True,
        appreciates=True,
        reasons=True,
        expresses=True,
        assessed_by="prescriber-1",
    )
    return replace(usual, **what)


def deciding(**what: Any) -> commands.DecideClearance:
    usual = commands.DecideClearance(
        "decision", DECIDED, PATIENT, "grant", "iv-6", "iv", "prescriber-1", "eligible"
    )
    return replace(usual, **what)


DIAGNOSES: dict[site.Indication, str] = {
    "treatment-resistant-depression": "F33.2",
    "chronic-depression": "F34.1",
    "ptsd": "F43.1",
    "existential-distress": "Z51.5",
}


def a_referred(indication: site.Indication = "treatment-resistant-depression") -> Patient:
    command = commands.RegisterPatient(
        "referral", START, PATIENT, "Given", "Family", BORN, indication, DIAGNOSES[indication], ""
    )
    return register(command)[0]


def a_patient(indication: site.Indication = "treatment-resistant-depression") -> Patient:
    """A patient with everything on file that a clearance needs."""
    patient = screened(
        a_referred(indication),
        screening(event_id="phq-9"),
        c_ssrs_screening(event_id="c-ssrs"),
        screening(pcl_5(), instrument="pcl-5", event_id="pcl-5"),
        screening((2,) * 15, instrument="dadds", event_id="dadds"),
    )
    patient = checked(patient, checklist(event_id="checklist"))
    patient = treatment.record_history(history(*TWO_FAILED, event_id="history"), patient)
    patient = medications.record_medications(taking(a_drug(), event_id="list"), patient, POLICY)
    done = (result(item, found, event_id=item) for item, found in RESULTS.items())
    patient = worked_up(patient, *done)
    patient = measured(patient, vitals(event_id="vitals"))
    return sign_consent(signing(), patient, POLICY)[0]


def screened(patient: Patient, *answered: commands.RecordScreening) -> Patient:
    for each in answered:
        patient = record_screening(each, patient)[0]
    return patient


def checked(patient: Patient, *lists: commands.RecordChecklist) -> Patient:
    for each in lists:
        patient = contraindications.record_checklist(each, patient)
    return patient


def found_present(patient: Patient, *codes: str, at: datetime = START) -> Patient:
    """One more checklist, on which these conditions are present."""
    said = tuple(Contraindication(code, "present") for code in codes)
    return checked(patient, checklist(*said, at=at + timedelta(hours=1)))


def listed(patient: Patient, *drugs: Medication, at: datetime = START) -> Patient:
    return medications.record_medications(taking(*drugs, at=at), patient, POLICY)


def worked_up(patient: Patient, *results: commands.RecordWorkUp) -> Patient:
    for each in results:
        patient = work_up.record_work_up(each, patient)[0]
    return patient


def measured(patient: Patient, *taken: commands.RecordVitalSigns) -> Patient:
    for each in taken:
        patient = work_up.record_vital_signs(each, patient, POLICY)[0]
    return patient


def without(patient: Patient, instrument: str) -> Patient:
    left = tuple(each for each in patient.screenings if each.instrument != instrument)
    return replace(patient, screenings=left)


def a_case(patient: Patient | None = None, **what: Any) -> Case:
    usual = Case(patient or a_patient(), BORN, DECIDED, POLICY, "iv-6", "iv")
    return replace(usual, **what)
