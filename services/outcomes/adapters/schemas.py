"""The shapes of this service's HTTP answers, derived from the views."""

from marshmallow import RAISE, Schema, fields, validate

from services.outcomes.application.queries import AlertView, TrajectoryLine, TrajectoryView
from services.outcomes.domain.report import GroupOutcome
from shared.codec.schema import schema_class
from shared.web.reading import Page

GROUPED_BY = "clinic,indication"

TrajectorySchema = schema_class(TrajectoryView)
TrajectoryLineSchema = schema_class(TrajectoryLine)
AlertSchema = schema_class(AlertView)


class TrajectoriesQuery(Page):
    """`off_track`: only those of whom the last result says so, or not so."""

    off_track = fields.Boolean(load_default=None)


class OutcomesQuery(Schema):
    class Meta:
        unknown = RAISE

    by = fields.String(load_default=GROUPED_BY, validate=validate.OneOf([GROUPED_BY]))


class OutcomesSchema(Schema):
    items = fields.List(fields.Nested(schema_class(GroupOutcome)))
