"""Routes of what is for people: calendar feeds, and what patients confirm."""

from services.scheduling.adapters.routes.needs import PLANNERS, cause, needs_of_patient
from services.scheduling.application.documents import (
    APPOINTMENTS,
    FEEDS,
    ROSTER,
    ROSTERS,
    STANDINGS,
)
from services.scheduling.application.people import feeds, reminding
from services.scheduling.domain.people.confirming import ConfirmAppointment, NameEscort
from services.scheduling.domain.people.feeds import ChangeFeed, feed_id
from shared.contracts import intake, site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes
from shared.storage.unit_of_work import Need


def routes(_policy: Policy) -> Routes:
    opened, closed = site.FeedOpened, site.FeedClosed
    confirmed, named = site.AppointmentConfirmed, intake.EscortNamed
    confirm = reminding.confirm_appointment
    return {
        confirmed.type: Route(confirmed, _confirmed, confirm, _needs_of_confirming, PLANNERS),
        named.type: Route(named, _named, reminding.name_escort, needs_of_patient),
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


def _needs_of_confirming(event: Event) -> list[Need]:
    return [*needs_of_patient(event), (APPOINTMENTS, event.data.appointment_id)]


def _confirmed(event: Event) -> ConfirmAppointment:
    said = event.data
    return ConfirmAppointment(
        cause(event), event.time, event.subject, said.appointment_id, said.escort, said.fasting
    )


def _named(event: Event) -> NameEscort:
    return NameEscort(cause(event), event.time, event.subject, event.data.contact_id)
