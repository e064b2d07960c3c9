"""ROUTES of outcomes: what sites post and what other services say, in our own words."""

from dataclasses import replace
from datetime import datetime

from services.outcomes.application import handlers
from services.outcomes.application.documents import ALERTS, SUMMARIES, TRAJECTORIES
from services.outcomes.domain.commands import (
    CloseAlerts,
    OpenCourse,
    Origin,
    RecordAnswers,
    RecordAttendance,
    RecordDose,
    RecordStreamConsent,
    RegisterPatient,
    RetractAnswers,
)
from services.outcomes.domain.scoring import assessment_id, screening_assessment
from shared.contracts import intake, scheduling, session_record, site
from shared.contracts.envelope import Event
from shared.contracts.instruments import INSTRUMENTS
from shared.kernel.errors import Malformed
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need

ROLES = frozenset({"nurse", "therapist", "prescriber", "coordinator"})


def routes(policy: Policy) -> Routes:
    return _posted(policy) | _of_intake(policy) | _of_the_course(policy)


def _posted(policy: Policy) -> Routes:
    answered = site.AssessmentAnswered
    retracted = site.AssessmentRetracted
    record = governed(handlers.record_answers, policy)
    retract = governed(handlers.retract_answers, policy)
    return {
        answered.type: Route(answered, _answered, record, _needs_of_answers, ROLES),
        retracted.type: Route(retracted, _taken_back, retract, _needs, ROLES),
    }


def _of_intake(policy: Policy) -> Routes:
    registered, screened = intake.PatientRegistered, intake.PatientScreened
    consented, revoked = intake.PatientConsented, intake.ConsentRevoked
    lifted, retracted = intake.SafetyHoldLifted, intake.ScreeningRetracted
    answers = governed(handlers.record_answers, policy)
    retract = governed(handlers.retract_answers, policy)
    register = governed(handlers.register_patient, policy)
    consent = governed(handlers.record_stream_consent, policy)
    return {
        registered.type: Route(registered, _registered, register, _needs),
        screened.type: Route(screened, _screened, answers, _needs_of_answers),
        consented.type: Route(consented, _consented, consent, _needs),
        retracted.type: Route(retracted, _retracted, retract, _needs),
        revoked.type: Route(revoked, _revoked, consent, _needs),
        lifted.type: Route(lifted, _lifted, handlers.close_alerts, _needs_nothing),
    }


def _of_the_course(policy: Policy) -> Routes:
    opened, dosed = scheduling.CourseOpened, session_record.DoseAdministered
    course = governed(handlers.open_course, policy)
    dose = governed(handlers.record_dose, policy)
    attended = session_record.EncounterCompleted
    attendance = governed(handlers.record_attendance, policy)
    return {
        opened.type: Route(opened, _opened, course, _needs),
        dosed.type: Route(dosed, _dosed, dose, _needs),
        attended.type: Route(attended, _attended, attendance, _needs),
    }


def _cause(event: Event) -> str:
    """Names the event: two sites may give two events the same id, but not from one source."""
    return f"{event.source}#{event.id}"


def _needs(event: Event) -> list[Need]:
    return [(TRAJECTORIES, event.subject), (SUMMARIES, event.subject)]


def _needs_of_answers(event: Event) -> list[Need]:
    return [*_needs(event), (ALERTS, assessment_id(_cause(event)))]


def _needs_nothing(_event: Event) -> list[Need]:
    return []  # which alerts are open is asked by patient, not by id


def _answered(event: Event) -> RecordAnswers:
    said = event.data
    if said.amends == event.id:
        raise Malformed(
            "/data/amends",
            "answers cannot correct themselves: name the event of those they correct",
        )
    return replace(
        _answers(event, event.time, "course"),
        total=said.total,
        definition=said.definition,
        amends=_posted_by(event, said.amends) if said.amends else "",
        sequence=event.sequence or 0,
        mode=said.mode,
    )


def _screened(event: Event) -> RecordAnswers:
    """Intake has checked its sender's total."""
    said = event.data
    return replace(
        _answers(event, said.answered_at, "screening"),
        assessment_id=screening_assessment(said.screening_id) if said.screening_id else "",
        amends=screening_assessment(said.supersedes) if said.supersedes else "",
    )


def _retracted(event: Event) -> RetractAnswers:
    over = screening_assessment(event.data.screening_id)
    return RetractAnswers(_cause(event), event.time, event.subject, over)


def _taken_back(event: Event) -> RetractAnswers:
    over = _posted_by(event, event.data.amends)
    return RetractAnswers(_cause(event), event.time, event.subject, over)


def _posted_by(event: Event, amends: str) -> str:
    """The assessment that an event of the same source brought."""
    return assessment_id(f"{event.source}#{amends}")


def _answers(event: Event, at: datetime, origin: Origin) -> RecordAnswers:
    said = event.data
    if faults := INSTRUMENTS[said.instrument].faults(said.answers):
        raise Malformed("/data/answers", faults)
    return RecordAnswers(_cause(event), at, event.subject, said.instrument, said.answers, origin)


def _registered(event: Event) -> RegisterPatient:
    return RegisterPatient(_cause(event), event.time, event.subject, event.data.indication)


def _consented(event: Event) -> RecordStreamConsent:
    granted = event.data.analysts_stream
    return RecordStreamConsent(_cause(event), event.time, event.subject, granted)


def _revoked(event: Event) -> RecordStreamConsent:
    return RecordStreamConsent(_cause(event), event.time, event.subject, granted=False)


def _opened(event: Event) -> OpenCourse:
    return OpenCourse(
        _cause(event), event.time, event.subject, event.data.course_id, event.data.route
    )


def _dosed(event: Event) -> RecordDose:
    said = event.data
    return RecordDose(
        _cause(event), said.administered_at, event.subject, said.encounter_id, said.dose_number
    )


def _attended(event: Event) -> RecordAttendance:
    said = event.data
    return RecordAttendance(
        _cause(event),
        said.finished_at,
        event.subject,
        said.encounter_id,
        said.session,
        said.dose_number,
    )


def _lifted(event: Event) -> CloseAlerts:
    return CloseAlerts(_cause(event), event.time, event.subject)
