"""The reads of outcomes over HTTP: one clinic's patients and alerts."""

from typing import Any

from flask_smorest import Blueprint

from services.outcomes.adapters.schemas import (
    AlertSchema,
    TrajectoryLineSchema,
    TrajectorySchema,
)
from services.outcomes.application import queries
from shared.kernel.policy import Policy
from shared.storage.store import Store
from shared.web.reading import (
    Page,
    clinic_policy,
    clinic_reads,
    found,
    needs,
    page_of,
    paged,
)


def blueprint(store: Store, policy: Policy) -> Blueprint:
    blp = Blueprint("outcomes", __name__, url_prefix="/v1", description="Whether it helped.")
    _trajectories(blp, store, policy)
    _alerts(blp, store)
    return blp


def _trajectories(blp: Blueprint, store: Store, policy: Policy) -> None:
    @blp.get("/trajectories")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(TrajectoryLineSchema))
    @needs("records:read")
    def trajectories(page: dict[str, Any]) -> dict[str, Any]:
        """The clinic's patients, where each one stands."""
        return paged(queries.trajectories(clinic_reads(store), **page))

    @blp.get("/trajectories/<patient_id>")
    @blp.response(200, TrajectorySchema)
    @needs("records:read")
    def trajectory(patient_id: str) -> queries.TrajectoryView:
        """One patient's baseline and every result on the dose axis."""
        return found(queries.trajectory(clinic_reads(store), patient_id, clinic_policy(policy)))


def _alerts(blp: Blueprint, store: Store) -> None:
    @blp.get("/alerts")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(AlertSchema))
    @needs("records:read")
    def alerts(page: dict[str, Any]) -> dict[str, Any]:
        """The clinic's open risk answers: each needs a person today."""
        return paged(queries.alerts(clinic_reads(store), **page))
