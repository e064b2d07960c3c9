"""What intake does, one use case per function: load, decide, save. Decisions are in the domain.

A patient not heard of yet is waited for: the referral may still be on its way.
"""

from datetime import datetime

from services.intake.application.documents import PATIENTS
from services.intake.application.people import (
    follow_clearance,
    known,
    present,
    refuse_unless_signed_by,
)
from services.intake.domain import clearance, consent, contraindications, safety
from services.intake.domain.commands import (
    AnswerRisk,
    DecideClearance,
    LiftHold,
    RecordChecklist,
    RecordScreening,
    RecordTreatmentHistory,
    ReviewAdverseEvent,
    RevokeClearance,
    SignConsent,
    WithdrawConsent,
)
from services.intake.domain.patient import Events, Patient
from services.intake.domain.people.practitioner import MAY_CLEAR, MAY_LIFT
from services.intake.domain.people.vault import Vault
from services.intake.domain.screening import record_screening as screen
from services.intake.domain.treatment import record_history
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def record_screening(command: RecordScreening, uow: UnitOfWork) -> None:
    patient, events = screen(command, present(uow, command.patient_id))
    _save(uow, command.at, patient, events)


def record_checklist(command: RecordChecklist, uow: UnitOfWork) -> None:
    patient = present(uow, command.patient_id)
    patient, events = contraindications.record_checklist(command, patient)
    _save(uow, command.at, patient, events)


def record_treatment_history(command: RecordTreatmentHistory, uow: UnitOfWork) -> None:
    patient = record_history(command, present(uow, command.patient_id))
    _save(uow, command.at, patient, ())


def sign_consent(command: SignConsent, uow: UnitOfWork, policy: Policy) -> None:
    patient = present(uow, command.patient_id)
    patient, events = consent.sign_consent(command, patient, policy)
    _save(uow, command.at, patient, events)


def withdraw_consent(command: WithdrawConsent, uow: UnitOfWork) -> None:
    patient = present(uow, command.patient_id)
    patient, events = consent.withdraw_consent(command, patient)
    _save(uow, command.at, patient, events)


def decide_clearance(
    command: DecideClearance, uow: UnitOfWork, policy: Policy, vault: Vault
) -> None:
    patient, about = present(uow, command.patient_id), known(uow, command.patient_id)
    refuse_unless_signed_by(command.signer, command.at, uow, MAY_CLEAR)
    born, obstacles = about.birth_date(vault), about.obstacles(uow.clinic, command.at)
    patient, events = clearance.decide_clearance(command, patient, born, policy, obstacles)
    _save(uow, command.at, patient, events)


def revoke_clearance(command: RevokeClearance, uow: UnitOfWork) -> None:
    patient = present(uow, command.patient_id)
    refuse_unless_signed_by(command.signer, command.at, uow, MAY_CLEAR)
    patient, events = safety.revoke_clearance(command, patient)
    _save(uow, command.at, patient, events)


def lift_hold(command: LiftHold, uow: UnitOfWork) -> None:
    patient = present(uow, command.patient_id)
    refuse_unless_signed_by(command.signer, command.at, uow, MAY_LIFT)
    patient, events = safety.lift_hold(command, patient)
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
    follow_clearance(uow, patient)
    uow.save(PATIENTS, patient.heard(at), *events)
