"""How often doses and integrations were not in order at the clinic, over HTTP."""

from typing import Any

from flask_smorest import Blueprint

from services.scheduling.application.safety import oversight
from services.scheduling.domain.safety.tally import Tally
from shared.codec.schema import schema_class
from shared.storage.store import Store
from shared.web.reading import (
    Most,
    Page,
    bounded,
    bounded_of,
    clinic_reads,
    needs,
    page_of,
    paged,
)

TallySchema = schema_class(Tally)
OverdueSchema = bounded_of(schema_class(oversight.OverdueView))


def add_oversight(blp: Blueprint, store: Store) -> None:
    @blp.get("/oversight")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(TallySchema))
    @needs("records:read")
    def tallies(page: dict[str, Any]) -> dict[str, Any]:
        """Integrations overdue, doses held for want of one, and doses given without: by month."""
        return paged(oversight.tallies(clinic_reads(store), **page))

    @blp.get("/integrations/overdue")
    @blp.arguments(Most, location="query")
    @blp.response(200, OverdueSchema)
    @needs("records:read")
    def overdue(most: dict[str, Any]) -> dict[str, Any]:
        """The doses that nobody has integrated in time: whose they are, and since when."""
        limit = most["limit"]
        return bounded(oversight.overdue(clinic_reads(store), limit + 1), limit)
