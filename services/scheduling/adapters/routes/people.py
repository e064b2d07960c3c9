"""Routes of what is for people: calendar feeds, and what patients confirm."""

from services.scheduling.adapters.routes.needs import PLANNERS, cause
from services.scheduling.application import feeds
from services.scheduling.application.documents import FEEDS, ROSTER, ROSTERS, STANDINGS
from services.scheduling.domain.people.feeds import ChangeFeed, feed_id
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes
from shared.storage.unit_of_work import Need


def routes(_policy: Policy) -> Routes:
    opened, closed = site.FeedOpened, site.FeedClosed
    return {
        opened.type: Route(opened, _feed, feeds.open_feed, _needs_of_opening, PLANNERS),
        closed.type: Route(closed, _feed, feeds.close_feed, _needs_of_feed, PLANNERS),
    }


def _needs_of_feed(event: Event) -> list[Need]:
    return [(FEEDS, feed_id(event.data.owner, event.subject))]


def _needs_of_opening(event: Event) -> list[Need]:
    owner: Need = (STANDINGS, event.subject)
    if event.data.owner == "resource":
        owner = (ROSTERS, ROSTER)
    return [*_needs_of_feed(event), owner]


def _feed(event: Event) -> ChangeFeed:
    return ChangeFeed(cause(event), event.time, event.data.owner, event.subject)
