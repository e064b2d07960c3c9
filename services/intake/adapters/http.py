"""The reads of intake over HTTP. Names leave by one route alone, which needs its own scope."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Response, abort
from flask_smorest import Blueprint

from services.intake.adapters import fhir, questionnaires
from services.intake.adapters.schemas import (
    AskedSchema,
    AsOfSchema,
    ClearanceSchema,
    DuplicatesSchema,
    EligibilitySchema,
    HoldsSchema,
    IdentitySchema,
    PatientSchema,
    PractitionerSchema,
)
from services.intake.application import identities, queries
from services.intake.domain.patient import Patient
from services.intake.domain.people.vault import Vault
from shared.codec.fhir import MEDIA_TYPE
from shared.codec.questionnaires.texts import Texts
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from shared.storage.reads import Reads
from shared.storage.store import Store
from shared.web.fhir import fhir_answer
from shared.web.reading import (
    Most,
    Page,
    bounded,
    clinic_policy,
    clinic_reads,
    found,
    needs,
    page_of,
    paged,
    principal,
)


def blueprint(store: Store, policy: Policy, vault: Vault, texts: Texts) -> Blueprint:
    blp = Blueprint("intake", __name__, url_prefix="/v1", description="Who may be treated.")
    _patients(blp, store, policy)
    _clearance(blp, store, policy, vault)
    _eligibility(blp, store, policy, vault)
    _identity(blp, store, vault)
    _practitioners(blp, store)
    _fhir(blp, store, vault)
    questionnaires.register(blp, texts)
    return blp


def _patients(blp: Blueprint, store: Store, policy: Policy) -> None:
    @blp.get("/patients")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(PatientSchema))
    @needs("records:read")
    def patients(page: dict[str, Any]) -> dict[str, Any]:
        """The clinic's patients, without names."""
        return paged(queries.patients(clinic_reads(store), clinic_policy(policy), **page))

    @blp.get("/holds")
    @blp.arguments(Most, location="query")
    @blp.response(200, HoldsSchema)
    @needs("records:read")
    def holds(most: dict[str, Any]) -> dict[str, Any]:
        """Who of the clinic must not be dosed until a psychiatrist has seen them, and why."""
        limit = most["limit"]
        return bounded(queries.holds(clinic_reads(store), limit=limit + 1), limit)

    @blp.get("/patients/<patient_id>")
    @blp.response(200, PatientSchema)
    @needs("records:read")
    def patient(patient_id: str) -> queries.PatientView:
        """One patient: status, indication, safety hold and what is on file; no names."""
        return found(queries.patient(clinic_reads(store), clinic_policy(policy), patient_id))


def _clearance(blp: Blueprint, store: Store, policy: Policy, vault: Vault) -> None:
    @blp.get("/patients/<patient_id>/clearance")
    @blp.arguments(AsOfSchema, location="query")
    @blp.response(200, ClearanceSchema)
    @needs("records:read")
    def clearance(as_of: dict[str, Any], patient_id: str) -> queries.ClearanceView:
        """The latest decision with its reasons, and what is still missing at that time."""
        reads, own = clinic_reads(store), clinic_policy(policy)
        with _gone_if_erased():
            read = queries.clearance(reads, own, vault, patient_id, as_of.get("at"))
        return found(read)


def _eligibility(blp: Blueprint, store: Store, policy: Policy, vault: Vault) -> None:
    @blp.get("/patients/<patient_id>/eligibility")
    @blp.arguments(AskedSchema, location="query")
    @blp.response(200, EligibilitySchema)
    @needs("records:read")
    def eligibility(asked: dict[str, Any], patient_id: str) -> queries.EligibilityView:
        """What the rules say: the reasons, what is missing, and the treatment resistance."""
        reads, own = clinic_reads(store), clinic_policy(policy)
        with _gone_if_erased():
            read = queries.eligibility(reads, own, vault, patient_id, queries.Asked(**asked))
        return found(read)


def _identity(blp: Blueprint, store: Store, vault: Vault) -> None:
    @blp.get("/patients/<patient_id>/identity")
    @blp.response(200, IdentitySchema)
    @needs("identity:read")
    def identity(patient_id: str) -> identities.IdentityView:
        """Who the patient is, for the coordinator's desk. 410: the identity was erased."""
        with _gone_if_erased():
            read = identities.identity(clinic_reads(store), vault, patient_id)
        return found(read)

    @blp.get("/patients/<patient_id>/duplicates")
    @blp.response(200, DuplicatesSchema)
    @needs("identity:read")
    def duplicates(patient_id: str) -> identities.DuplicatesView:
        """Who may be the same person: clinic, patient id and what is alike; no names."""
        return found(identities.duplicates(clinic_reads(store), patient_id))


def _practitioners(blp: Blueprint, store: Store) -> None:
    @blp.get("/practitioners/<practitioner_id>")
    @blp.response(200, PractitionerSchema)
    @needs("records:read")
    def practitioner(practitioner_id: str) -> identities.PractitionerView:
        """What a practitioner of the clinic may act as, and from when to when."""
        return found(identities.practitioner(clinic_reads(store), practitioner_id))


def _fhir(blp: Blueprint, store: Store, vault: Vault) -> None:
    @blp.get("/patients/<patient_id>/fhir")
    @blp.response(200, {"type": "object"}, content_type=MEDIA_TYPE)
    @needs("records:read")
    def fhir_record(patient_id: str) -> Response:
        """The file as a FHIR R4 Bundle; with the name where the token has `identity:read`."""
        reads = clinic_reads(store)
        if (read := queries.whole(reads, patient_id)) is None:
            abort(404)
        patient = read.aggregate
        return fhir_answer(fhir.record(patient, _name(reads, vault, patient), patient.heard_until))


def _name(reads: Reads, vault: Vault, patient: Patient) -> identities.IdentityView | None:
    """None where the caller may not have it, or nobody can."""
    if "identity:read" not in principal().scopes:
        return None
    with suppress(Rejected):
        read = identities.identity(reads, vault, patient.id)
        return read.aggregate if read else None
    return None


@contextmanager
def _gone_if_erased() -> Iterator[None]:
    try:
        yield
    except Rejected as refusal:
        abort(410, description=refusal.reason)
