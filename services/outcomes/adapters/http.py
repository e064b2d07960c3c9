"""The reads of outcomes over HTTP: one clinic's patients and alerts."""

from typing import Any

from flask_smorest import Blueprint

from services.outcomes.adapters.schemas import (
    AlertSchema,
    KeySetSchema,
    KeysQuery,
    TrajectoryLineSchema,
    TrajectorySchema,
)
from services.outcomes.adapters.stream_keys import StreamKeys
from services.outcomes.application import queries
from shared.kernel.policy import Policy
from shared.kernel.sealing import RecordKeys
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


def blueprint(store: Store, policy: Policy, keys: RecordKeys) -> Blueprint:
    blp = Blueprint("outcomes", __name__, url_prefix="/v1", description="Whether it helped.")
    _trajectories(blp, store, policy)
    _alerts(blp, store)
    _stream(blp, StreamKeys(store, keys))
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


def _stream(blp: Blueprint, keys: StreamKeys) -> None:
    @blp.get("/stream/keys")
    @blp.arguments(KeysQuery, location="query")
    @blp.response(200, KeySetSchema)
    @needs("stream:read")
    def stream_keys(query: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
        """The keys that open the analysts' stream, as JWK: a page of all, or those of `kid`.

        A subject who has withdrawn has none. Ask again for each that you keep, at least daily.
        """
        if query["kid"]:
            found = keys.of(query["kid"].split(","))
            answer = {"keys": [each.jwk() for each in found], "next": ""}
        else:
            page, after = keys.page(query["after"], query["limit"])
            answer = {"keys": [each.jwk() for each in page], "next": after}
        return answer, 200, {"Cache-Control": "no-store"}
