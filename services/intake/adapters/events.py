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
    clinical = (*_facts(policy, vault), *_decisions(policy, vault), *_foreign(policy))
    listed = (*clinical, *person_routes(vault))
    return {route.data.type: route for route in listed}


def _facts(policy: Policy, vault: Vault) -> tuple[Route[Any], ...]:
    """What is known of the patient's health, said by anybody of the team."""
    said: tuple[tuple[type[Any], type[Any], Callable[..., None]], ...] = (
        (site.ScreeningAnswered, commands.RecordScreening, handlers.record_screening),
        (site.DiagnosisMade, commands.RecordDiagnosis, handlers.record_diagnosis),
        (site.ContraindicationsChecked, commands.RecordChecklist, handlers.record_checklist),
        (
            site.TreatmentHistoryTaken,
            commands.RecordTreatmentHistory,
            handlers.record_treatment_history,
        ),
        (site.MedicationsListed, commands.RecordMedications, handlers.record_medications),
        (site.WorkUpRecorded, commands.RecordWorkUp, handlers.record_work_up),
        (site.VitalSignsTaken, commands.RecordVitalSigns, handlers.record_vital_signs),
        (site.EntryRetracted, commands.RetractEntry, handlers.retract_entry),
    )
    return tuple(
        _posted(data, command, governed(partial(use, vault=vault), policy))
        for data, command, use in said
    )


def _decisions(policy: Policy, vault: Vault) -> tuple[Route[Any], ...]:
    """What the patient and the signers decide."""
    decide = governed(partial(handlers.decide_clearance, vault=vault), policy)
    sign = governed(handlers.sign_consent, policy)
    revoke, lift = handlers.revoke_clearance, handlers.lift_hold
    return (
        _posted(site.ConsentSigned, commands.SignConsent, sign),
        _posted(site.ConsentWithdrawn, commands.WithdrawConsent, handlers.withdraw_consent),
        _posted(site.ClearanceDecided, commands.DecideClearance, decide, SIGNERS, signed),
        _posted(site.ClearanceRevoked, commands.RevokeClearance, revoke, SIGNERS, signed),
        _posted(site.HoldLifted, commands.LiftHold, lift, PSYCHIATRISTS, signed),
    )


def _foreign(policy: Policy) -> tuple[Route[Any], ...]:
    return (
        _heard(
            session_record.AdverseEventRecorded,
            commands.ReviewAdverseEvent,
            governed(handlers.review_adverse_event, policy),
        ),
        _heard(
            session_record.DoseAdministered,
            commands.HearDose,
            governed(handlers.hear_dose, policy),
        ),
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
