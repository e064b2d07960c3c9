"""The roster over HTTP: sites, and resources with what keeps each from being booked."""

from typing import Any

from flask_smorest import Blueprint

from services.scheduling.application.roster import reading
from shared.codec.schema import schema_class
from shared.kernel.policy import Policy
from shared.runtime import clock
from shared.storage.store import Store
from shared.web.reading import Page, clinic_policy, clinic_reads, needs, page_of, paged

ResourceSchema = schema_class(reading.ResourceView)
SiteSchema = schema_class(reading.SiteView)


def add_roster(blp: Blueprint, store: Store, policy: Policy) -> None:
    @blp.get("/resources")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(ResourceSchema))
    @needs("records:read")
    def resources(page: dict[str, Any]) -> dict[str, Any]:
        """Rooms, chairs, monitors and people: when they are there, and what keeps them from being
        booked."""
        now, own = clock.utc_now(), clinic_policy(policy)
        return paged(reading.resources(clinic_reads(store), now=now, policy=own, **page))

    @blp.get("/sites")
    @blp.arguments(Page, location="query")
    @blp.response(200, page_of(SiteSchema))
    @needs("records:read")
    def sites(page: dict[str, Any]) -> dict[str, Any]:
        """The clinic's sites: when they are open, until when they may give esketamine."""
        return paged(reading.sites(clinic_reads(store), **page))
