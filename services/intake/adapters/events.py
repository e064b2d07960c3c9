"""Every event that intake acts on, posted by a site or heard on Kafka: contract, command, use case.

A foreign word becomes ours here and goes no further; types that are not listed are ignored.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from services.intake.application import handlers
from services.intake.application.documents import IDENTITIES, PATIENTS
from services.intake.domain import commands
from shared.contracts import outcomes, session_record, site
from shared.contracts.envelope import Event
from shared.kernel.identifiers import derive
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need, UnitOfWork

C = TypeVar("C")
Handler = Callable[[C, UnitOfWork], None]
Loads = Callable[[Event], Sequence[Need]]
TEAM = frozenset({"coordinator", "nurse", "therapist", "prescriber"})
SIGNERS = frozenset({"prescriber", "psychiatrist"})
PSYCHIATRISTS = frozenset({"psychiatrist"})


def routes(policy: Policy) -> Routes:
    decide = governed(handlers.decide_clearance, policy)
    sign = governed(handlers.sign_consent, policy)
    review = governed(handlers.review_adverse_event, policy)
    listed = (
        _posted(
            site.ReferralReceived,
            commands.RegisterPatient,
            handlers.register_patient,
            loads=_patient_and_identity,
        ),
        _posted(site.ScreeningAnswered, commands.RecordScreening, handlers.record_screening),
        _posted(site.ContraindicationsChecked, commands.RecordChecklist, handlers.record_checklist),
        _posted(
            site.TreatmentHistoryTaken,
            commands.RecordTreatmentHistory,
            handlers.record_treatment_history,
        ),
        _posted(site.ConsentSigned, commands.SignConsent, sign),
        _posted(site.ConsentWithdrawn, commands.WithdrawConsent, handlers.withdraw_consent),
        _posted(
            site.ClearanceDecided,
            commands.DecideClearance,
            decide,
            SIGNERS,
            _patient_and_identity,
        ),
        _posted(
            site.ClearanceRevoked, commands.RevokeClearance, handlers.revoke_clearance, SIGNERS
        ),
        _posted(site.HoldLifted, commands.LiftHold, handlers.lift_hold, PSYCHIATRISTS),
        _heard(session_record.AdverseEventRecorded, commands.ReviewAdverseEvent, review),
        _heard(outcomes.RiskRaised, commands.AnswerRisk, handlers.answer_risk),
    )
    return {route.data.type: route for route in listed}


def _posted(
    data: type[Any],
    command: type[C],
    handle: Handler[C],
    roles: frozenset[str] = TEAM,
    loads: Loads | None = None,
) -> Route[C]:
    return Route(data, _translation(command), handle, loads or _patient, roles)


def _heard(data: type[Any], command: type[C], handle: Handler[C]) -> Route[C]:
    return Route(data, _translation(command), handle, _patient)


def _translation(command: type[Any]) -> Callable[[Event], Any]:
    """From the event's attributes, and the fields of its data that the command asks for."""
    names = {each.name for each in fields(command)} - {"event_id", "at", "patient_id"}

    def translate(event: Event) -> Any:
        cause = derive(event.source, event.id)  # an id is unique within its source only
        asked = {name: getattr(event.data, name) for name in names}
        return command(event_id=cause, at=event.time, patient_id=event.subject, **asked)

    return translate


def _patient(event: Event) -> Sequence[Need]:
    return [(PATIENTS, event.subject)]


def _patient_and_identity(event: Event) -> Sequence[Need]:
    return [(PATIENTS, event.subject), (IDENTITIES, event.subject)]
