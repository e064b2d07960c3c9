"""The use cases: load, decide, save. Never commits, logs or catches.

A fact of a patient nobody has registered yet waits for the registration (`require`).
"""

from dataclasses import replace

from services.outcomes.application.documents import ALERTS, TRAJECTORIES
from services.outcomes.application.following import follow
from services.outcomes.domain import trajectory as facts
from services.outcomes.domain.commands import (
    CloseAlerts,
    ErasePatient,
    OpenCourse,
    RecordAnswers,
    RecordDose,
    RecordStreamConsent,
    RegisterPatient,
    RetractAnswers,
)
from services.outcomes.domain.risk import alerts_around
from services.outcomes.domain.scoring import Assessment, assess
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.outcomes import AssessmentScored
from shared.kernel.policy import Policy
from shared.kernel.sealing import RecordKeys
from shared.storage.unit_of_work import UnitOfWork


def register_patient(
    command: RegisterPatient, uow: UnitOfWork, policy: Policy, keys: RecordKeys
) -> None:
    if uow.get(TRAJECTORIES, command.patient_id) is None:
        follow(facts.registered(command), uow, policy, keys)


def record_answers(
    command: RecordAnswers, uow: UnitOfWork, policy: Policy, keys: RecordKeys
) -> None:
    """Scores and alerts are emitted before anything that the analysts' stream needs (OUT-4)."""
    before = uow.require(TRAJECTORIES, command.patient_id)
    assessment = assess(command)
    after = facts.with_assessment(assessment, before)
    told = [each.id for each in facts.repeated(assessment, before)]
    alerts = [
        each
        for each in alerts_around(assessment, after, policy)
        if not _is_raised([each.assessment_id, *told], uow)
    ]
    scored = [] if told else _announced(assessment, after)
    uow.save(TRAJECTORIES, after, *scored, *(each.event for each in alerts))
    for alert in alerts:
        uow.save(ALERTS, alert)
    follow(after, uow, policy, keys)


def retract_answers(
    command: RetractAnswers, uow: UnitOfWork, policy: Policy, keys: RecordKeys
) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    follow(facts.without_assessment(command.assessment_id, before), uow, policy, keys)


def record_stream_consent(
    command: RecordStreamConsent, uow: UnitOfWork, policy: Policy, keys: RecordKeys
) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    follow(facts.with_consent(command, before), uow, policy, keys)


def erase_patient(command: ErasePatient, uow: UnitOfWork, policy: Policy, keys: RecordKeys) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    follow(facts.with_erasure(before), uow, policy, keys)


def open_course(command: OpenCourse, uow: UnitOfWork, policy: Policy, keys: RecordKeys) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    follow(facts.with_course(command, before), uow, policy, keys)


def record_dose(command: RecordDose, uow: UnitOfWork, policy: Policy, keys: RecordKeys) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    follow(facts.with_dose(command, before), uow, policy, keys)


def close_alerts(command: CloseAlerts, uow: UnitOfWork) -> None:
    """What was answered after the patient was seen stays open."""
    for alert in uow.find(ALERTS, patient_id=command.patient_id, status="active"):
        if alert.answered_at <= command.at:
            uow.save(ALERTS, replace(alert, status="inactive"))


def _is_raised(assessment_ids: list[str], uow: UnitOfWork) -> bool:
    return any(uow.get(ALERTS, each) is not None for each in assessment_ids)


def _announced(assessment: Assessment, after: Trajectory) -> list[AssessmentScored]:
    """Intake has announced what was answered at screening; of what was retracted nobody is told."""
    if assessment.origin == "screening" or assessment.id in after.taken_back:
        return []
    return [
        AssessmentScored(
            assessment.id,
            assessment.instrument,
            assessment.total,
            assessment.complete,
            assessment.answered_at,
        )
    ]
