"""The report on capacity over HTTP."""

from datetime import date, timedelta
from typing import Any

from flask import abort
from flask_smorest import Blueprint

from services.scheduling.adapters.schemas import CapacityQuery, CapacitySchema
from services.scheduling.application.people import capacity
from shared.kernel.policy import Policy
from shared.runtime import clock
from shared.storage.store import Store
from shared.web.reading import clinic_policy, clinic_reads, needs

DAYS, DAYS_MAX = 28, 92


def add_capacity(blp: Blueprint, store: Store, policy: Policy) -> None:
    @blp.get("/capacity")
    @blp.arguments(CapacityQuery, location="query")
    @blp.response(200, CapacitySchema)
    @needs("records:read")
    def report(query: dict[str, Any]) -> capacity.CapacityView:
        """How full the clinic is, how many more sessions fit, and what one more would add.

        From `from` to `to`, both included (28 days from today where not said, 92 at most).
        """
        period = _period(query["first"], query["last"])
        return capacity.report(clinic_reads(store), period, query["route"], clinic_policy(policy))


def _period(first: date | None, last: date | None) -> tuple[date, date]:
    first = first or clock.utc_now().date()
    last = last or first + timedelta(days=DAYS - 1)
    if not first <= last < first + timedelta(days=DAYS_MAX):
        abort(422)
    return first, last
