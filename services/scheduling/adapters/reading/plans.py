"""The best plan of a course over HTTP. It reads and computes; nothing is kept of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import Any

from flask import abort
from flask_smorest import Blueprint

from services.scheduling.adapters.schemas import PlanQuery, PlanSchema
from services.scheduling.adapters.solver import solve
from services.scheduling.application import plans
from services.scheduling.application.diaries import Diaries
from shared.runtime import clock
from shared.storage.store import Store
from shared.web.reading import clinic_reads, needs


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
