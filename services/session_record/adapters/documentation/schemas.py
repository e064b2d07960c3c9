"""The shapes of the written record over HTTP, derived from its views."""

from dataclasses import dataclass
from typing import Annotated, get_args

from marshmallow import RAISE, Schema, fields, validate

from services.session_record.application.documentation_queries import (
    RecordView,
    TaskView,
)
from services.session_record.application.process_notes import ProcessNote, WrittenNote
from services.session_record.domain.documentation.rems import RemsForm
from services.session_record.domain.documentation.tasks import Status
from shared.codec.schema import schema_class
from shared.contracts.shapes import Text
from shared.web.reading import Page, page_of

RecordSchema = schema_class(RecordView)
RemsFormSchema = schema_class(RemsForm)
TaskPage = page_of(schema_class(TaskView))
ProcessNoteSchema = schema_class(ProcessNote)
WrittenNoteSchema = schema_class(WrittenNote)


@dataclass(frozen=True, slots=True)
class ProcessNoteBody:
    text: Annotated[str, Text(20_000)]


ProcessNoteBodySchema = schema_class(ProcessNoteBody)


class TasksQuery(Page):
    """A page of tasks: what is still to be done, unless `status` says otherwise."""

    status = fields.String(load_default=None, validate=validate.OneOf((*get_args(Status), "all")))
    patient_id = fields.String(load_default="", validate=validate.Length(max=64))


class VersionQuery(Schema):
    """Which version of a process note; the newest if not given."""

    class Meta:
        unknown = RAISE

    version = fields.Integer(load_default=None, validate=validate.Range(1, 100_000))
