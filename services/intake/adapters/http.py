"""The reads of intake over HTTP. Names leave by one route alone, which needs its own scope."""

from typing import Any

from flask_smorest import Blueprint

from services.intake.adapters import questionnaires
from services.intake.adapters.schemas import (
    AsOfSchema,
    ClearanceSchema,
    IdentitySchema,
    PatientSchema,
)
from services.intake.application import queries
from services.intake.domain.patient import Identity
from shared.codec.questionnaires.texts import Texts
from shared.kernel.policy import Policy
from shared.storage.store import Store
from shared.web.reading import Page, clinic_policy, clinic_reads, found, needs, page_of, paged


def blueprint(store: Store, policy: Policy, texts: Texts) -> Blueprint:
    blp = Blueprint("intake", __name__, url_prefix="/v1", description="Who may be treated.")
    _patients(blp, store, policy)
    _clearance(blp, store, policy)
    _identity(blp, store)
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

    @blp.get("/patients/<patient_id>")
    @blp.response(200, PatientSchema)
    @needs("records:read")
    def patient(patient_id: str) -> queries.PatientView:
        """One patient: status, indication, safety hold and what is on file; no names."""
        return found(queries.patient(clinic_reads(store), clinic_policy(policy), patient_id))


def _clearance(blp: Blueprint, store: Store, policy: Policy) -> None:
    @blp.get("/patients/<patient_id>/clearance")
    @blp.arguments(AsOfSchema, location="query")
    @blp.response(200, ClearanceSchema)
    @needs("records:read")
    def clearance(as_of: dict[str, Any], patient_id: str) -> queries.ClearanceView:
        """The latest decision with its reasons, and what is still missing at that time."""
        return found(
            queries.clearance(
                clinic_reads(store), clinic_policy(policy), patient_id, as_of.get("at")
            )
        )


def _identity(blp: Blueprint, store: Store) -> None:
    @blp.get("/patients/<patient_id>/identity")
    @blp.response(200, IdentitySchema)
    @needs("identity:read")
    def identity(patient_id: str) -> Identity:
        """Who the patient is: for the coordinator's desk."""
        return found(queries.identity(clinic_reads(store), patient_id))
