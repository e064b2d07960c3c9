"""The read API: encounters of the caller's clinic, and what a patient lacks for a dose."""

from typing import Any

from flask import Response, abort
from flask_smorest import Blueprint

from services.session_record.adapters import fhir
from services.session_record.adapters.documentation.http import add_process_notes, add_record
from services.session_record.adapters.schemas import (
    ContainerSchema,
    EncounterPage,
    EncounterSchema,
    EncountersQuery,
    LedgerQuery,
    LedgerSchema,
    MonitoringPage,
    ReadinessQuestionSchema,
    ReadinessSchema,
)
from services.session_record.application import ledger as ledgers
from services.session_record.application import queries
from services.session_record.application.documentation_queries import sessions
from services.session_record.application.ledger import ContainerView, LedgerView
from services.session_record.application.monitoring import monitoring
from services.session_record.application.process_notes import ProcessNotes
from services.session_record.application.queries import (
    EncounterView,
    ReadinessQuestion,
    ReadinessView,
)
from shared.codec.fhir import MEDIA_TYPE
from shared.kernel.policy import Policy
from shared.kernel.sealing import Keys
from shared.runtime import clock
from shared.storage.store import Store
from shared.web.fhir import fhir_answer
from shared.web.reading import Page, clinic_policy, clinic_reads, found, needs, paged

SCOPE = "records:read"


def blueprint(store: Store, policy: Policy, keys: Keys | None = None) -> Blueprint:
    """`keys` None: without process notes, which cannot be sealed then."""
    blp = Blueprint(
        "encounters", __name__, url_prefix="/v1", description="What was done, and may be"
    )

    @blp.get("/encounters")
    @blp.arguments(EncountersQuery, location="query")
    @blp.response(200, EncounterPage)
    @needs(SCOPE)
    def encounters(page: dict[str, Any]) -> dict[str, Any]:
        """Encounters, ascending by id."""
        return paged(queries.encounters(clinic_reads(store), **page))

    @blp.get("/encounters/<encounter_id>")
    @blp.response(200, EncounterSchema)
    @needs(SCOPE)
    def encounter(encounter_id: str) -> EncounterView:
        """One encounter: vital signs, alarms, dose, adverse events, discharge."""
        return found(queries.encounter(clinic_reads(store), encounter_id))

    @blp.get("/patients/<patient_id>/readiness")
    @blp.arguments(ReadinessQuestionSchema, location="query")
    @blp.response(200, ReadinessSchema)
    @needs(SCOPE)
    def readiness(asked: dict[str, Any], patient_id: str) -> ReadinessView:
        """What is missing for a dosing appointment. No entity tag: `at` and policy count too."""
        question = ReadinessQuestion(**asked)
        reads, in_force = clinic_reads(store), clinic_policy(policy)
        view = queries.readiness_of(reads, patient_id, question, in_force)
        return view or abort(404)

    _monitoring(blp, store, policy)
    _ledger(blp, store)
    _fhir(blp, store)
    add_record(blp, store, policy)
    if keys:
        add_process_notes(blp, ProcessNotes(store, keys, clock.utc_now, clock.random_token))
    return blp


def _monitoring(blp: Blueprint, store: Store, policy: Policy) -> None:
    @blp.get("/monitoring")
    @blp.arguments(Page, location="query")
    @blp.response(200, MonitoringPage)
    @needs(SCOPE)
    def sessions_now(page: dict[str, Any]) -> dict[str, Any]:
        """The sessions that go on now: last vital signs, when the next are due, open alarms."""
        reads, in_force = clinic_reads(store), clinic_policy(policy)
        return paged(monitoring(reads, in_force, clock.utc_now(), **page))


def _fhir(blp: Blueprint, store: Store) -> None:
    @blp.get("/patients/<patient_id>/fhir")
    @blp.response(200, {"type": "object"}, content_type=MEDIA_TYPE)
    @needs(SCOPE)
    def fhir_record(patient_id: str) -> Response:
        """The patient's sessions as a FHIR R4 Bundle; no name, no process note."""
        if not (told := sessions(clinic_reads(store), patient_id)):
            abort(404)
        return fhir_answer(fhir.record(patient_id, told, clock.utc_now()))


def _ledger(blp: Blueprint, store: Store) -> None:
    @blp.get("/ledger")
    @blp.arguments(LedgerQuery, location="query")
    @blp.response(200, LedgerSchema)
    @needs(SCOPE)
    def ledger(asked: dict[str, Any]) -> LedgerView:
        """The controlled drugs of one day (UTC), and which containers do not balance."""
        return ledgers.ledger(clinic_reads(store), asked["day"])

    @blp.get("/ledger/<container_id>")
    @blp.response(200, ContainerSchema)
    @needs(SCOPE)
    def container(container_id: str) -> ContainerView:
        """One container: every movement, and the account of each encounter."""
        return found(ledgers.container(clinic_reads(store), container_id))
