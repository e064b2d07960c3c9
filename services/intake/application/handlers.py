"""What intake does, one use case per function: load, decide, save. Decisions are in the domain.

A patient not heard of yet is waited for, and so is an entry that is amended or retracted: it may
still be on its way.
"""

from datetime import datetime
from typing import Protocol

from services.intake.application.documents import PATIENTS
from services.intake.application.people import (
    follow_clearance,
    known,
    present,
    refuse_unless_signed_by,
)
from services.intake.domain import clearance, consent, safety, standing
from services.intake.domain.commands import (
    AnswerRisk,
    DecideClearance,
    HearDose,
    LiftHold,
    RecordChecklist,
    RecordDiagnosis,
    RecordMedications,
    RecordScreening,
    RecordTreatmentHistory,
    RecordVitalSigns,
    RecordWorkUp,
    RetractEntry,
    ReviewAdverseEvent,
    RevokeClearance,
    SignConsent,
    WithdrawConsent,
)
from services.intake.domain.eligibility.case import About
from services.intake.domain.evidence import (
    contraindications,
    diagnosis,
    entries,
    medications,
    work_up,
)
from services.intake.domain.evidence.screening import record_screening as screen
from services.intake.domain.evidence.treatment import record_history
from services.intake.domain.patient import Events, Patient
from services.intake.domain.people.practitioner import MAY_CLEAR, MAY_LIFT
from services.intake.domain.people.vault import Vault
from shared.kernel.errors import NotYet
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


class Statement(entries.Statement, Protocol):
    """A command that says a clinical fact, perhaps again."""

    @property
    def patient_id(self) -> str: ...


def record_screening(
    command: RecordScreening, uow: UnitOfWork, policy: Policy, vault: Vault
) -> None:
    decided = screen(command, _on_file(command, uow))
    if command.amends:
        _keep(command, decided, uow, policy, vault)
    else:  # the way of every questionnaire: nothing that a clearance hangs on is looked up
        _save(uow, command.at, *decided)


def record_diagnosis(
    command: RecordDiagnosis, uow: UnitOfWork, policy: Policy, vault: Vault
) -> None:
    patient = _on_file(command, uow)
    refuse_unless_signed_by(command.by, command.at, uow, MAY_CLEAR)
    _keep(command, (diagnosis.record_diagnosis(command, patient), ()), uow, policy, vault)


def record_checklist(
    command: RecordChecklist, uow: UnitOfWork, policy: Policy, vault: Vault
) -> None:
    patient = _on_file(command, uow)
    if command.signer:
        refuse_unless_signed_by(command.signer, command.at, uow, MAY_CLEAR)
    checked = contraindications.record_checklist(command, patient)
    _keep(command, (checked, ()), uow, policy, vault)


def record_treatment_history(
    command: RecordTreatmentHistory, uow: UnitOfWork, policy: Policy, vault: Vault
) -> None:
    taken = record_history(command, _on_file(command, uow))
    _keep(command, (taken, ()), uow, policy, vault)


def record_medications(
    command: RecordMedications, uow: UnitOfWork, policy: Policy, vault: Vault
) -> None:
    listed = medications.record_medications(command, _on_file(command, uow), policy)
    _keep(command, (listed, ()), uow, policy, vault)


def record_work_up(command: RecordWorkUp, uow: UnitOfWork, policy: Policy, vault: Vault) -> None:
    decided = work_up.record_work_up(command, _on_file(command, uow))
    _keep(command, decided, uow, policy, vault)


def record_vital_signs(
    command: RecordVitalSigns, uow: UnitOfWork, policy: Policy, vault: Vault
) -> None:
    decided = work_up.record_vital_signs(command, _on_file(command, uow), policy)
    _keep(command, decided, uow, policy, vault)


def retract_entry(command: RetractEntry, uow: UnitOfWork, policy: Policy, vault: Vault) -> None:
    before = present(uow, command.patient_id)
    standing.refuse_itself(command)
    if not before.has(command.retracts):
        raise _waiting_for_entry(command.patient_id, uow)
    after, events = standing.retract(command, before)
    if before.decisions:
        about = _about(command.patient_id, command.at, uow, vault)
        after, more = standing.corrected(before, after, about, command.at, policy)
        events += more
    _save(uow, command.at, after, events)


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


def hear_dose(command: HearDose, uow: UnitOfWork, policy: Policy) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    patient, events = consent.hear_dose(command, patient, policy)
    _save(uow, command.at, patient, events)


def answer_risk(command: AnswerRisk, uow: UnitOfWork) -> None:
    patient = uow.require(PATIENTS, command.patient_id)
    answered, events = safety.answer_risk(command, patient)
    if answered is not patient:
        _save(uow, command.at, answered, events)


def _on_file(command: Statement, uow: UnitOfWork) -> Patient:
    patient = present(uow, command.patient_id)
    entries.refuse_itself(command)
    if command.amends and not patient.has(command.amends):
        raise _waiting_for_entry(command.patient_id, uow)
    return patient


def _waiting_for_entry(patient_id: str, uow: UnitOfWork) -> NotYet:
    """What is to be corrected is not here yet: every change of the patient may bring it."""
    return NotYet(PATIENTS.name, PATIENTS.key(uow.clinic, patient_id))


def _keep(
    command: Statement,
    decided: tuple[Patient, Events],
    uow: UnitOfWork,
    policy: Policy,
    vault: Vault,
) -> None:
    """Decisions are looked at again where there are any, and only then."""
    before = uow.require(PATIENTS, command.patient_id)
    after, events = decided
    if before.clearance or (command.amends and before.decisions):
        again = standing.corrected if command.amends else standing.with_new_evidence
        about = _about(command.patient_id, command.at, uow, vault)
        after, more = again(before, after, about, command.at, policy)
        events += more
    _save(uow, command.at, after, events)


def _about(patient_id: str, at: datetime, uow: UnitOfWork, vault: Vault) -> About:
    person = known(uow, patient_id)
    return About(person.birth_date(vault), person.obstacles(uow.clinic, at))


def _save(uow: UnitOfWork, at: datetime, patient: Patient, events: Events) -> None:
    follow_clearance(uow, patient)
    uow.save(PATIENTS, patient.heard(at), *events)
