"""What intake does, one use case per function: load, decide, save. Decisions are in the domain.

A patient not heard of yet is waited for: the referral may still be on its way.
"""

from datetime import datetime

from services.intake.application.documents import IDENTITIES, PATIENTS
from services.intake.domain import clearance, consent, contraindications, safety
from services.intake.domain.commands import (
    AnswerRisk,
    DecideClearance,
    LiftHold,
    RecordChecklist,
    RecordScreening,
    RecordTreatmentHistory,
    RegisterPatient,
    ReviewAdverseEvent,
    RevokeClearance,
    SignConsent,
    WithdrawConsent,
)
from services.intake.domain.patient import Events, Patient, register
from services.intake.domain.screening import record_screening as screen
from services.intake.domain.treatment import record_history
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def register_patient(command: RegisterPatient, uow: UnitOfWork) -> None:
    if uow.get(PATIENTS, command.patient_id):
        raise Rejected(
            "already-registered",
            "This patient id was referred before: post to the patient on file, or mint a new id"
            " for another person.",
        )
    patient, identity, events = register(command)
    uow.save(IDENTITIES, identity)
    uow.save(PATIENTS, patient, *events)


def record_screening(command: RecordScreening, uow: UnitOfWork) -> None:
    patient, events = screen(command, uow.require(PATIENTS, command.patient_id))
    _save(uow, command.at, patient, events)


def record_checklist(command: RecordChecklist, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = contraindications.record_checklist(command, patient)
    _save(uow, command.at, patient, events)


def record_treatment_history(command: RecordTreatmentHistory, uow: UnitOfWork) -> None:
    patient = record_history(command, uow.require(PATIENTS, command.patient_id))
    _save(uow, command.at, patient, ())


def sign_consent(command: SignConsent, uow: UnitOfWork, policy: Policy) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = consent.sign_consent(command, patient, policy)
    _save(uow, command.at, patient, events)


def withdraw_consent(command: WithdrawConsent, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = consent.withdraw_consent(command, patient)
    _save(uow, command.at, patient, events)


def decide_clearance(command: DecideClearance, uow: UnitOfWork, policy: Policy) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    born = uow.require(IDENTITIES, command.patient_id).birth_date
    patient, events = clearance.decide_clearance(command, patient, born, policy)
    _save(uow, command.at, patient, events)


def revoke_clearance(command: RevokeClearance, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = safety.revoke_clearance(command, patient)
    _save(uow, command.at, patient, events)


def lift_hold(command: LiftHold, uow: UnitOfWork) -> None:
    patient, events = safety.lift_hold(command, uow.require(PATIENTS, command.patient_id))
    _save(uow, command.at, patient, events)


def review_adverse_event(command: ReviewAdverseEvent, uow: UnitOfWork, policy: Policy) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    reviewed, events = safety.review_adverse_event(command, patient, policy)
    if reviewed is not patient:
        _save(uow, command.at, reviewed, events)


def answer_risk(command: AnswerRisk, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    answered, events = safety.answer_risk(command, patient)
    if answered is not patient:
        _save(uow, command.at, answered, events)


def _save(uow: UnitOfWork, at: datetime, patient: Patient, events: Events) -> None:
    uow.save(PATIENTS, patient.heard(at), *events)
