"""Routes of the roster: what sites declare, and what neighbours say of licences."""

from services.scheduling.adapters.routes.needs import PLANNERS, cause, needs_roster
from services.scheduling.application import roster
from services.scheduling.domain.resources.commands import (
    DeclareResource,
    DeclareSite,
    KnowLicence,
    KnowSiteCertificate,
)
from shared.contracts import intake, session_record, site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes


def routes(_policy: Policy) -> Routes:
    declared, site_declared = site.ResourceDeclared, site.SiteDeclared
    licensed, certified = intake.PractitionerCredentialed, session_record.SiteCertificateKnown
    return {
        declared.type: Route(declared, _declared, roster.declare_resource, needs_roster, PLANNERS),
        site_declared.type: Route(
            site_declared, _site_declared, roster.declare_site, needs_roster, PLANNERS
        ),
        licensed.type: Route(licensed, _licensed, roster.know_licence, needs_roster),
        certified.type: Route(certified, _certified, roster.know_site_certificate, needs_roster),
    }


def _declared(event: Event) -> DeclareResource:
    return DeclareResource(cause(event), event.time, event.subject, event.data)


def _site_declared(event: Event) -> DeclareSite:
    return DeclareSite(cause(event), event.time, event.subject, event.data)


def _licensed(event: Event) -> KnowLicence:
    said = event.data
    return KnowLicence(
        cause(event),
        event.time,
        said.practitioner_id,
        said.role,
        said.valid_from,
        said.valid_until,
        said.licence,
    )


def _certified(event: Event) -> KnowSiteCertificate:
    return KnowSiteCertificate(cause(event), event.time, event.subject, event.data.valid_until)
