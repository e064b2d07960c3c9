"""The shapes of this service's HTTP queries and answers, the latter derived from the views."""

from typing import get_args

from marshmallow import RAISE, Schema, fields, validate

from services.scheduling.application.documents import AppointmentLine
from services.scheduling.application.people.capacity import CapacityView
from services.scheduling.application.people.feeds import FeedView
from services.scheduling.application.queries import CalendarView, CourseView
from shared.codec.schema import schema_class
from shared.contracts.site import Route
from shared.web.reading import Page

CourseSchema = schema_class(CourseView)
AppointmentSchema = schema_class(AppointmentLine)
CalendarSchema = schema_class(CalendarView)
FeedSchema = schema_class(FeedView)
CapacitySchema = schema_class(CapacityView)


class CoursesQuery(Page):
    patient_id = fields.String(load_default="", validate=validate.Length(max=64))


class AppointmentsQuery(CoursesQuery):
    """`day`: a date on the clinic's wall, as 2026-01-31."""

    day = fields.Date(load_default=None)


class FeedsQuery(Page):
    """`id`: of the patient or the resource."""

    owner = fields.String(load_default="", validate=validate.OneOf(("", "patient", "resource")))
    id = fields.String(load_default="", validate=validate.Length(max=64))


class CapacityQuery(Schema):
    """Days of UTC, as 2026-01-31."""

    class Meta:
        unknown = RAISE

    first = fields.Date(load_default=None, data_key="from")
    last = fields.Date(load_default=None, data_key="to")
    route = fields.String(load_default="iv", validate=validate.OneOf(get_args(Route)))
