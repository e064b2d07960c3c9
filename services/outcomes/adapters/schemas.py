"""The shapes of this service's HTTP answers, derived from the views."""

from services.outcomes.application.queries import AlertView, TrajectoryLine, TrajectoryView
from shared.codec.schema import schema_class

TrajectorySchema = schema_class(TrajectoryView)
TrajectoryLineSchema = schema_class(TrajectoryLine)
AlertSchema = schema_class(AlertView)
