"""The best plan of a course over HTTP. It reads and computes; nothing is kept of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from flask import abort
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from services.scheduling.adapters.solver import solve
from services.scheduling.application import plans
from services.scheduling.application.diaries import Diaries
from services.scheduling.domain.occupancy.search import HORIZON_D
from shared.codec.schema import schema_class
from shared.runtime import clock
from shared.storage.store import Store
from shared.web.reading import clinic_reads, needs

PlanSchema = schema_class(plans.PlanView)
_OPENS = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_CLOSES = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class PlanQuery(Schema):
    """What is left out is as the patient prefers. `weekdays` are said one by one (0: Monday);
    `not_before` and `not_after` are on the patient's wall."""

    class Meta:
        unknown = RAISE

    earliest = fields.AwareDateTime(format="iso", validate=validate.Range(max=_LATEST))
    horizon_d = fields.Integer(load_default=HORIZON_D, validate=validate.Range(1, HORIZON_D))
    therapist = fields.String(validate=validate.Length(max=64))
    weekdays = fields.List(
        fields.Integer(validate=validate.Range(0, 6)), validate=validate.Length(0, 7)
    )
    not_before = fields.String(validate=validate.Regexp(_OPENS))
    not_after = fields.String(validate=validate.Regexp(_CLOSES))


def add_plans(
    blp: Blueprint, store: Store, diaries: Diaries, now: Callable[[], datetime] = clock.utc_now
) -> None:
    @blp.get("/courses/<course_id>/plan")
    @blp.arguments(PlanQuery, location="query")
    @blp.response(200, PlanSchema)
    @needs("records:read")
    def plan(query: dict[str, Any], course_id: str) -> plans.PlanView:
        """The best plan of all sessions that are not booked yet, and how good it is. 503 while
        another one is computed. No entity tag: it changes with the calendar."""
        began = perf_counter()
        asked = plans.Asked(now=now(), **query)
        found = plans.plan(clinic_reads(store), diaries, solve, course_id, asked)
        if found is None:
            abort(404)
        return replace(found.aggregate, seconds=round(perf_counter() - began, 3))
