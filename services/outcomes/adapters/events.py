"""ROUTES of outcomes: what sites post and what other services say, in our own words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from services.outcomes.application import handlers
from services.outcomes.application.documents import ALERTS, SUMMARIES, TRAJECTORIES
from services.outcomes.application.following import look_again
from services.outcomes.domain.commands import (
    CloseAlerts,
    ErasePatient,
    LookAgain,
    OpenCourse,
    Origin,
    RecordAnswers,
    RecordDose,
    RecordStreamConsent,
    RegisterPatient,
    RetractAnswers,
)
from services.outcomes.domain.scoring import assessment_id, screening_assessment
from shared.contracts import intake, scheduling, session_record, site
from shared.contracts.envelope import Event
from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.time import ClockStruck
from shared.kernel.errors import Malformed
from shared.kernel.policy import Policy
from shared.kernel.sealing import RecordKeys
from shared.messaging.clock import Alarms
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need, UnitOfWork

Handle = Callable[[Any, UnitOfWork], None]
Under = Callable[[Callable[..., None]], Handle]

ROLES = frozenset({"nurse", "therapist", "prescriber", "coordinator"})


def routes(policy: Policy, keys: RecordKeys) -> Routes:
    under = partial(_under, policy, keys)
    return _posted(under) | _of_intake(under) | _of_the_course(under)


def alarms(policy: Policy, keys: RecordKeys) -> Alarms:
    """What the clock does: it looks whether analysts may be told more of who a subject is."""
    return {TRAJECTORIES: Route(ClockStruck, _struck, _under(policy, keys, look_again), _needs)}


def _under(policy: Policy, keys: RecordKeys, handle: Callable[..., None]) -> Handle:
    """The use case under the clinic's policy, sealing with these keys what it says to analysts."""
    return governed(partial(handle, keys=keys), policy)


def _posted(under: Under) -> Routes:
    answered = site.AssessmentAnswered
    retracted = site.AssessmentRetracted
    record = under(handlers.record_answers)
    retract = under(handlers.retract_answers)
    return {
        answered.type: Route(answered, _answered, record, _needs_of_answers, ROLES),
        retracted.type: Route(retracted, _taken_back, retract, _needs, ROLES),
    }


def _of_intake(under: Under) -> Routes:
    registered, screened = intake.PatientRegistered, intake.PatientScreened
    consented, revoked = intake.PatientConsented, intake.ConsentRevoked
    lifted, retracted = intake.SafetyHoldLifted, intake.ScreeningRetracted
    answers = under(handlers.record_answers)
    retract = under(handlers.retract_answers)
    register = under(handlers.register_patient)
    consent = under(handlers.record_stream_consent)
    erased, erase = intake.PatientErased, under(handlers.erase_patient)
    return {
        registered.type: Route(registered, _registered, register, _needs),
        screened.type: Route(screened, _screened, answers, _needs_of_answers),
        consented.type: Route(consented, _consented, consent, _needs),
        retracted.type: Route(retracted, _retracted, retract, _needs),
        revoked.type: Route(revoked, _revoked, consent, _needs),
        erased.type: Route(erased, _erased, erase, _needs),
        lifted.type: Route(lifted, _lifted, handlers.close_alerts, _needs_nothing),
    }


def _of_the_course(under: Under) -> Routes:
    opened, dosed = scheduling.CourseOpened, session_record.DoseAdministered
    course = under(handlers.open_course)
    dose = under(handlers.record_dose)
    return {
        opened.type: Route(opened, _opened, course, _needs),
        dosed.type: Route(dosed, _dosed, dose, _needs),
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
        raise Malformed("/data/amends", "these answers cannot correct themselves")
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


def _erased(event: Event) -> ErasePatient:
    return ErasePatient(_cause(event), event.time, event.subject)


def _struck(event: Event) -> LookAgain:
    return LookAgain(event.time, event.data.struck_at, event.subject)


def _opened(event: Event) -> OpenCourse:
    return OpenCourse(
        _cause(event), event.time, event.subject, event.data.course_id, event.data.route
    )


def _dosed(event: Event) -> RecordDose:
    said = event.data
    return RecordDose(
        _cause(event), said.administered_at, event.subject, said.encounter_id, said.dose_number
    )


def _lifted(event: Event) -> CloseAlerts:
    return CloseAlerts(_cause(event), event.time, event.subject)
