"""The written record over HTTP. A process note has routes of its own, for its author alone."""

from typing import Any

from flask import Response, abort, after_this_request
from flask_smorest import Blueprint

from services.session_record.adapters.documentation.schemas import (
    ProcessNoteBodySchema,
    ProcessNoteSchema,
    RecordSchema,
    RemsFormSchema,
    TaskPage,
    TasksQuery,
    VersionQuery,
    WrittenNoteSchema,
)
from services.session_record.application import documentation_queries as queries
from services.session_record.application.process_notes import (
    ProcessNote,
    ProcessNotes,
    WrittenNote,
)
from services.session_record.domain.documentation.process_note import Authorship
from services.session_record.domain.documentation.rems import RemsForm
from shared.kernel.errors import Conflict
from shared.kernel.policy import Policy
from shared.storage.store import Store
from shared.web.reading import clinic_policy, clinic_reads, found, needs, paged, principal

READ, AUTHOR = "records:read", "process-notes:author"


def add_record(blp: Blueprint, store: Store, policy: Policy) -> None:
    @blp.get("/encounters/<encounter_id>/record")
    @blp.response(200, RecordSchema)
    @needs(READ)
    def record(encounter_id: str) -> queries.RecordView:
        """What was written: notes, therapy, signature, and what was amended or in error."""
        return found(queries.record(clinic_reads(store), encounter_id))

    @blp.get("/encounters/<encounter_id>/rems-form")
    @blp.response(200, RemsFormSchema)
    @needs(READ)
    def rems_form(encounter_id: str) -> RemsForm:
        """The esketamine REMS form from this encounter's record, and what it still lacks."""
        reads, own = clinic_reads(store), clinic_policy(policy)
        return queries.rems_form(reads, encounter_id, own) or abort(404)

    @blp.get("/tasks")
    @blp.arguments(TasksQuery, location="query")
    @blp.response(200, TaskPage)
    @needs(READ)
    def tasks(page: dict[str, Any]) -> dict[str, Any]:
        """What the clinic has to do: open, due soon and overdue, unless `status` is given."""
        return paged(queries.tasks(clinic_reads(store), **page))


def add_process_notes(blp: Blueprint, notes: ProcessNotes) -> None:
    @blp.put("/encounters/<encounter_id>/process-note")
    @blp.arguments(ProcessNoteBodySchema)
    @blp.response(200, WrittenNoteSchema)
    @needs(AUTHOR)
    def write(body: dict[str, Any], encounter_id: str) -> WrittenNote:
        """A new version of your own process note; the earlier ones are kept."""
        _never_cached()
        try:
            written = notes.write(_whose(encounter_id), body["text"])
        except Conflict:
            abort(409, description="you wrote another version at the same time; read it first")
        return written or abort(404)

    @blp.get("/encounters/<encounter_id>/process-note")
    @blp.arguments(VersionQuery, location="query")
    @blp.response(200, ProcessNoteSchema)
    @needs(AUTHOR)
    def read(query: dict[str, Any], encounter_id: str) -> ProcessNote:
        """Your own process note. Nobody else's is found here."""
        _never_cached()
        return notes.read(_whose(encounter_id), query["version"]) or abort(404)


def _whose(encounter_id: str) -> Authorship:
    """The author is whom the token names; nothing in the request can say otherwise."""
    if not principal().clinic:
        abort(403, description="a clinic's token is needed")
    return Authorship(principal().clinic, principal().subject, encounter_id)


def _never_cached() -> None:
    @after_this_request
    def mark(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response
