"""The shapes of this service's HTTP queries and answers, the latter derived from the views."""

from marshmallow import fields, validate

from services.scheduling.application.documents import AppointmentLine
from services.scheduling.application.people.feeds import FeedView
from services.scheduling.application.queries import CalendarView, CourseView, ResourceView
from shared.codec.schema import schema_class
from shared.web.reading import Page

CourseSchema = schema_class(CourseView)
AppointmentSchema = schema_class(AppointmentLine)
ResourceSchema = schema_class(ResourceView)
CalendarSchema = schema_class(CalendarView)
FeedSchema = schema_class(FeedView)


class CoursesQuery(Page):
    patient_id = fields.String(load_default="", validate=validate.Length(max=64))


class AppointmentsQuery(CoursesQuery):
    """`day`: a date on the clinic's wall, as 2026-01-31."""

    day = fields.Date(load_default=None)


class FeedsQuery(Page):
    """`id`: of the patient or the resource."""

    owner = fields.String(load_default="", validate=validate.OneOf(("", "patient", "resource")))
    id = fields.String(load_default="", validate=validate.Length(max=64))
