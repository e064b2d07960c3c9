"""Which clinics are open at this moment, for those who watch the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from services.scheduling.adapters.gauges import roster_of
from services.scheduling.domain.capacity.today import is_open
from shared.codec.schema import schema_class
from shared.kernel.policy import Policy
from shared.runtime import clock
from shared.storage.operations.sightings import clinics
from shared.storage.store import Store
from shared.web.reading import needs


@dataclass(frozen=True, slots=True)
class OpeningView:
    """`open`: a site of the clinic is within its declared hours."""

    clinic: str
    open: bool


class OpeningsSchema(Schema):
    items = fields.List(fields.Nested(schema_class(OpeningView)))


def add_openings(blp: Blueprint, store: Store, policy: Policy) -> None:
    @blp.get("/openings")
    @blp.response(200, OpeningsSchema)
    @needs("ops:read")
    def openings() -> dict[str, Any]:
        """Of every clinic that was seen and has declared its hours: whether it is open now."""
        return {"items": list(_openings(store, policy))}


def _openings(store: Store, policy: Policy) -> Iterator[OpeningView]:
    session, now = store.session(), clock.utc_now()
    for clinic in clinics(session):
        if roster := roster_of(session, clinic):
            yield OpeningView(clinic, is_open(roster, now, policy.of(clinic)))
