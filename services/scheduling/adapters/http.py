"""The reads of scheduling over HTTP. Nothing is decided here: sites post events."""

from datetime import date
from typing import Any

from flask import abort
from flask_smorest import Blueprint

from services.scheduling.adapters.reading.calendar import add_calendar
from services.scheduling.adapters.reading.capacity import add_capacity
from services.scheduling.adapters.reading.feeds import add_feeds
from services.scheduling.adapters.reading.groups import add_groups
from services.scheduling.adapters.reading.openings import add_openings
from services.scheduling.adapters.reading.oversight import add_oversight
from services.scheduling.adapters.reading.plans import add_plans
from services.scheduling.adapters.reading.roster import add_roster
from services.scheduling.adapters.schemas import (
    AppointmentSchema,
    AppointmentsQuery,
    CalendarSchema,
    CourseSchema,
    CoursesQuery,
)
from services.scheduling.application import queries
from services.scheduling.application.diaries import Diaries
from shared.kernel.policy import Policy
from shared.storage.store import Store
from shared.web.reading import clinic_reads, found, needs, page_of, paged


def blueprint(store: Store, policy: Policy) -> Blueprint:
    blp = Blueprint("scheduling", __name__, url_prefix="/v1", description="What happens when.")
    diaries = Diaries(policy)
    _courses(blp, store)
    _calendar(blp, store)
    add_plans(blp, store, diaries)
    add_feeds(blp, store)
    add_capacity(blp, store, policy)
    add_groups(blp, store)
    add_openings(blp, store, policy)
    add_oversight(blp, store)
    add_roster(blp, store, policy)
    add_calendar(blp, store, policy, diaries)
    return blp


def _courses(blp: Blueprint, store: Store) -> None:
    @blp.get("/courses")
    @blp.arguments(CoursesQuery, location="query")
    @blp.response(200, page_of(CourseSchema))
    @needs("records:read")
    def courses(query: dict[str, Any]) -> dict[str, Any]:
        """The clinic's courses of care, or one patient's."""
        return paged(queries.courses(clinic_reads(store), **query))

    @blp.get("/courses/<course_id>")
    @blp.response(200, CourseSchema)
    @needs("records:read")
    def course(course_id: str) -> queries.CourseView:
        """One course with all its appointments."""
        return found(queries.course(clinic_reads(store), course_id))

    @blp.get("/appointments")
    @blp.arguments(AppointmentsQuery, location="query")
    @blp.response(200, page_of(AppointmentSchema))
    @needs("records:read")
    def appointments(query: dict[str, Any]) -> dict[str, Any]:
        """Appointments of a patient, of a day, or all."""
        return paged(queries.appointments(clinic_reads(store), **query))


def _calendar(blp: Blueprint, store: Store) -> None:
    @blp.get("/calendar/<day>")
    @blp.response(200, CalendarSchema)
    @needs("records:read")
    def calendar(day: str) -> queries.CalendarView:
        """What is taken on a day of UTC (2026-01-31), by resource."""
        return found(queries.calendar(clinic_reads(store), _date(day)))


def _date(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        abort(404)
