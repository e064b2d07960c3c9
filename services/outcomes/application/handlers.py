"""The use cases: load, decide, save. Never commits, logs or catches.

A fact of a patient nobody has registered yet waits for the registration (`require`).
"""

from dataclasses import replace

from services.outcomes.application.documents import (
    ALERTS,
    STREAM_SUBJECTS,
    SUMMARIES,
    TRAJECTORIES,
)
from services.outcomes.domain import trajectory as facts
from services.outcomes.domain.axis.results import Result, results
from services.outcomes.domain.commands import (
    CloseAlerts,
    OpenCourse,
    RecordAnswers,
    RecordDose,
    RecordStreamConsent,
    RegisterPatient,
    RetractAnswers,
)
from services.outcomes.domain.progress import news
from services.outcomes.domain.risk import alerts_around
from services.outcomes.domain.scoring import Assessment, assess, screening_assessment
from services.outcomes.domain.stream import publishing as stream
from services.outcomes.domain.stream.publishing import StreamSubject
from services.outcomes.domain.summary import summarise
from services.outcomes.domain.trajectory import StreamLink, Trajectory
from shared.contracts.outcomes import AssessmentScored
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def register_patient(command: RegisterPatient, uow: UnitOfWork, policy: Policy) -> None:
    if uow.get(TRAJECTORIES, command.patient_id) is None:
        _follow(facts.registered(command), uow, policy)


def record_answers(command: RecordAnswers, uow: UnitOfWork, policy: Policy) -> None:
    """Scores and alerts are emitted before anything that the analysts' stream needs (OUT-4)."""
    before = uow.require(TRAJECTORIES, command.patient_id)
    assessment = assess(command)
    after = facts.with_assessment(assessment, before)
    if command.supersedes:
        after = facts.without_assessment(screening_assessment(command.supersedes), after)
    alerts = [
        each
        for each in alerts_around(assessment, after, policy)
        if uow.get(ALERTS, each.assessment_id) is None
    ]
    uow.save(TRAJECTORIES, after, *_announced(assessment), *(each.event for each in alerts))
    for alert in alerts:
        uow.save(ALERTS, alert)
    _follow(after, uow, policy)


def retract_answers(command: RetractAnswers, uow: UnitOfWork, policy: Policy) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    over = screening_assessment(command.screening_id)
    _follow(facts.without_assessment(over, before), uow, policy)


def record_stream_consent(command: RecordStreamConsent, uow: UnitOfWork, policy: Policy) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    _follow(facts.with_consent(command, before), uow, policy)


def open_course(command: OpenCourse, uow: UnitOfWork, policy: Policy) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    _follow(facts.with_course(command, before), uow, policy)


def record_dose(command: RecordDose, uow: UnitOfWork, policy: Policy) -> None:
    before = uow.require(TRAJECTORIES, command.patient_id)
    _follow(facts.with_dose(command, before), uow, policy)


def close_alerts(command: CloseAlerts, uow: UnitOfWork) -> None:
    """What was answered after the patient was seen stays open."""
    for alert in uow.find(ALERTS, patient_id=command.patient_id, status="active"):
        if alert.answered_at <= command.at:
            uow.save(ALERTS, replace(alert, status="inactive"))


def _announced(assessment: Assessment) -> list[AssessmentScored]:
    """Intake has announced what was answered at screening."""
    if assessment.origin == "screening":
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


def _follow(trajectory: Trajectory, uow: UnitOfWork, policy: Policy) -> None:
    """What follows from the facts: the judgement, the stream and the link to it, the summary."""
    outcome = results(trajectory, policy)
    known = uow.get(SUMMARIES, trajectory.patient_id)
    summary = summarise(trajectory, outcome, policy)
    uow.save(SUMMARIES, summary, *news(known.progress if known else None, summary.progress))
    uow.save(TRAJECTORIES, _published(_linked(trajectory, uow), outcome, uow))


def _linked(trajectory: Trajectory, uow: UnitOfWork) -> Trajectory:
    """The link that consent allows: withdrawn where consent was broken since, new where given."""
    since, link = facts.consenting_since(trajectory), trajectory.stream
    if link and (since is None or link.since < since):
        subject = uow.require(STREAM_SUBJECTS, link.token)
        uow.save(STREAM_SUBJECTS, *stream.withdraw(subject))
        link = None
    if since is None:
        return replace(trajectory, stream=None)
    return replace(trajectory, stream=StreamLink(link.token if link else uow.token(), since))


def _published(trajectory: Trajectory, outcome: tuple[Result, ...], uow: UnitOfWork) -> Trajectory:
    link = trajectory.stream
    if link:
        known = uow.get(STREAM_SUBJECTS, link.token)
        subject, news = stream.publish(
            known or StreamSubject(link.token), trajectory.indication, outcome
        )
        subject, ended = stream.retract(subject, trajectory.indication, trajectory.corrected)
        if news or ended or not known:
            uow.save(STREAM_SUBJECTS, subject, *news, *ended)
    return trajectory
