"""Groups and the waiting list over HTTP."""

from typing import Any

from flask_smorest import Blueprint

from services.scheduling.application.appointments import views
from services.scheduling.domain.clinic.waiting import Entry
from shared.codec.schema import schema_class
from shared.storage.store import Store
from shared.web.reading import Page, clinic_reads, needs, page_of, paged

GroupSchema = schema_class(views.GroupView)
WaitingSchema = schema_class(Entry)


def add_groups(blp: Blueprint, store: Store) -> None:
    @blp.get("/groups")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(GroupSchema))
    @needs("records:read")
    def groups(page: dict[str, Any]) -> dict[str, Any]:
        """Group integrations: when they meet, and how many seats are taken."""
        return paged(views.groups(clinic_reads(store), **page))

    @blp.get("/waiting-list")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(WaitingSchema))
    @needs("records:read")
    def waiting_list(page: dict[str, Any]) -> dict[str, Any]:
        """Patients who would rather be earlier, and within which time."""
        return paged(views.waiting_list(clinic_reads(store), **page))
