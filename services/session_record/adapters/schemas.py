"""The shapes of this service's HTTP answers and questions, derived from the views."""

from marshmallow import RAISE, Schema, fields, validate

from services.session_record.application.ledger import ContainerView, LedgerView
from services.session_record.application.monitoring import MonitoringView
from services.session_record.application.queries import (
    EncounterView,
    ReadinessQuestion,
    ReadinessView,
)
from shared.codec.schema import schema_class
from shared.web.reading import Page, page_of

EncounterSchema = schema_class(EncounterView)
EncounterPage = page_of(EncounterSchema)
MonitoringPage = page_of(schema_class(MonitoringView))
ReadinessQuestionSchema = schema_class(ReadinessQuestion)
ReadinessSchema = schema_class(ReadinessView)
ContainerSchema = schema_class(ContainerView)
LedgerSchema = schema_class(LedgerView)


class EncountersQuery(Page):
    """A page of encounters, of one patient if `patient_id` is given."""

    patient_id = fields.String(load_default="", validate=validate.Length(max=64))


class LedgerQuery(Schema):
    """One day of the ledger."""

    class Meta:
        unknown = RAISE

    day = fields.Date(required=True)
