"""Routes of the clinical rules: what clinicians decide of a course, and who the patient is."""

from services.scheduling.adapters.routes.needs import PLANNERS, cause, needs_of_patient
from services.scheduling.application.safety import people, personal
from services.scheduling.domain.course.standing import Preferences
from services.scheduling.domain.safety.commands import (
    DecideMaintenance,
    IdentifyPerson,
    JudgeProgress,
    OverrideSequence,
    PersonaliseCourse,
    StatePreferences,
    TransferPatient,
)
from shared.contracts import intake, outcomes, site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed

PRESCRIBERS = frozenset({"prescriber", "psychiatrist", "medical-director"})
CLINICIANS = frozenset({"prescriber", "psychiatrist"})


def routes(policy: Policy) -> Routes:
    return _posted(policy) | _heard()


def _posted(policy: Policy) -> Routes:
    adapted, stated = site.CoursePersonalised, site.PreferencesStated
    overridden, decided = site.SequenceOverridden, site.MaintenanceDecided
    adapt = governed(personal.personalise_course, policy)
    go_on = governed(personal.override_sequence, policy)
    needs = needs_of_patient
    return {
        adapted.type: Route(adapted, _adapted, adapt, needs, PRESCRIBERS),
        stated.type: Route(stated, _stated, personal.state_preferences, needs, PLANNERS),
        overridden.type: Route(overridden, _overridden, go_on, needs, CLINICIANS),
        decided.type: Route(decided, _decided, personal.decide_maintenance, needs, PRESCRIBERS),
    }


def _heard() -> Routes:
    registered, linked = intake.PatientRegistered, intake.PatientLinked
    moved, judged = intake.PatientTransferred, outcomes.ProgressJudged
    know, needs = people.identify_person, needs_of_patient
    return {
        registered.type: Route(registered, _identified, know, needs),
        linked.type: Route(linked, _identified, know, needs),
        moved.type: Route(moved, _transferred, people.transfer_patient, needs),
        judged.type: Route(judged, _judged, personal.judge_progress, needs),
    }


def _adapted(event: Event) -> PersonaliseCourse:
    said = event.data
    return PersonaliseCourse(
        cause(event),
        event.time,
        event.subject,
        said.by,
        said.reason,
        said.preparations,
        said.doses,
        said.dose_gap_h,
    )


def _stated(event: Event) -> StatePreferences:
    said = event.data
    preferences = Preferences(
        said.weekdays, said.not_before, said.not_after, said.therapist, said.zone or ""
    )
    return StatePreferences(cause(event), event.time, event.subject, preferences)


def _overridden(event: Event) -> OverrideSequence:
    said = event.data
    return OverrideSequence(
        cause(event), event.time, event.subject, said.dose_number, said.by, said.reason
    )


def _decided(event: Event) -> DecideMaintenance:
    return DecideMaintenance(cause(event), event.time, event.subject, event.data.continues)


def _identified(event: Event) -> IdentifyPerson:
    return IdentifyPerson(cause(event), event.time, event.subject, event.data.person_id)


def _transferred(event: Event) -> TransferPatient:
    return TransferPatient(cause(event), event.time, event.subject)


def _judged(event: Event) -> JudgeProgress:
    """A benefit is a response, or a change that patients notice (SCH-11)."""
    known = [each for each in (event.data.response, event.data.meaningful) if each is not None]
    benefit = any(known) if known else None
    return JudgeProgress(cause(event), event.time, event.subject, event.data.instrument, benefit)
