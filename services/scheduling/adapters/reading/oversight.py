"""How often doses and integrations were not in order at the clinic, over HTTP."""

from typing import Any

from flask_smorest import Blueprint

from services.scheduling.application.safety import oversight
from services.scheduling.domain.safety.tally import Tally
from shared.codec.schema import schema_class
from shared.storage.store import Store
from shared.web.reading import Page, clinic_reads, needs, page_of, paged

TallySchema = schema_class(Tally)


def add_oversight(blp: Blueprint, store: Store) -> None:
    @blp.get("/oversight")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(TallySchema))
    @needs("records:read")
    def tallies(page: dict[str, Any]) -> dict[str, Any]:
        """Integrations overdue, doses held for want of one, and doses given without: by month."""
        return paged(oversight.tallies(clinic_reads(store), **page))
