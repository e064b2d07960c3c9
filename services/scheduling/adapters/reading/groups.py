"""Groups over HTTP."""

from typing import Any

from flask_smorest import Blueprint

from services.scheduling.application.appointments import views
from shared.codec.schema import schema_class
from shared.storage.store import Store
from shared.web.reading import Page, clinic_reads, needs, page_of, paged

GroupSchema = schema_class(views.GroupView)


def add_groups(blp: Blueprint, store: Store) -> None:
    @blp.get("/groups")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(GroupSchema))
    @needs("records:read")
    def groups(page: dict[str, Any]) -> dict[str, Any]:
        """Group integrations: when they meet, and how many seats are taken."""
        return paged(views.groups(clinic_reads(store), **page))
