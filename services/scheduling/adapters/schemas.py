"""The shapes of this service's HTTP queries and answers, the latter derived from the views."""

from datetime import UTC, datetime

from marshmallow import RAISE, Schema, fields, validate

from services.scheduling.application.documents import AppointmentLine
from services.scheduling.application.plans import PlanView
from services.scheduling.application.queries import CalendarView, CourseView, ResourceView
from services.scheduling.domain.occupancy.search import HORIZON_D
from shared.codec.schema import schema_class
from shared.web.reading import Page

CourseSchema = schema_class(CourseView)
AppointmentSchema = schema_class(AppointmentLine)
ResourceSchema = schema_class(ResourceView)
CalendarSchema = schema_class(CalendarView)
PlanSchema = schema_class(PlanView)


_OPENS = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
_CLOSES = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class CoursesQuery(Page):
    patient_id = fields.String(load_default="", validate=validate.Length(max=64))


class AppointmentsQuery(CoursesQuery):
    """`day`: a date on the clinic's wall, as 2026-01-31."""

    day = fields.Date(load_default=None)


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
