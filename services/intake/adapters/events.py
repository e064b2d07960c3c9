"""Every event that intake acts on, posted by a site or heard on Kafka: contract, command, use case.

A foreign word becomes ours here and goes no further; types that are not listed are ignored.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from services.intake.adapters.people import person_routes, signed, translation
from services.intake.application import handlers
from services.intake.application.documents import PATIENTS
from services.intake.domain import commands
from services.intake.domain.people.vault import Vault
from shared.contracts import outcomes, session_record, site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need, UnitOfWork

C = TypeVar("C")
Handler = Callable[[C, UnitOfWork], None]
Loads = Callable[[Event], Sequence[Need]]
TEAM = frozenset({"coordinator", "nurse", "therapist", "prescriber"})
SIGNERS = frozenset({"prescriber", "medical-clearer", "psychiatrist"})
PSYCHIATRISTS = frozenset({"psychiatrist"})


def routes(policy: Policy, vault: Vault) -> Routes:
    listed = (*_clinical(policy, vault), *person_routes(vault))
    return {route.data.type: route for route in listed}


def _clinical(policy: Policy, vault: Vault) -> Sequence[Route[Any]]:
    decide = governed(partial(handlers.decide_clearance, vault=vault), policy)
    sign = governed(handlers.sign_consent, policy)
    review = governed(handlers.review_adverse_event, policy)
    return (
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
            signed,
        ),
        _posted(
            site.ClearanceRevoked,
            commands.RevokeClearance,
            handlers.revoke_clearance,
            SIGNERS,
            signed,
        ),
        _posted(site.HoldLifted, commands.LiftHold, handlers.lift_hold, PSYCHIATRISTS, signed),
        _heard(session_record.AdverseEventRecorded, commands.ReviewAdverseEvent, review),
        _heard(outcomes.RiskRaised, commands.AnswerRisk, handlers.answer_risk),
    )


def _posted(
    data: type[Any],
    command: type[C],
    handle: Handler[C],
    roles: frozenset[str] = TEAM,
    loads: Loads | None = None,
) -> Route[C]:
    return Route(data, translation(command), handle, loads or _patient, roles)


def _heard(data: type[Any], command: type[C], handle: Handler[C]) -> Route[C]:
    return Route(data, translation(command), handle, _patient)


def _patient(event: Event) -> Sequence[Need]:
    return [(PATIENTS, event.subject)]
