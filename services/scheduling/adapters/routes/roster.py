"""Routes of the roster: what sites declare, and what neighbours say of licences."""

from services.scheduling.adapters.routes.needs import PLANNERS, cause, needs_roster
from services.scheduling.application.documents import STANDINGS
from services.scheduling.application.roster import changing, enrolment
from services.scheduling.domain.course.commands import EnrolPatient
from services.scheduling.domain.resources.commands import (
    DeclareResource,
    DeclareSite,
    KnowLicence,
    KnowSiteCertificate,
)
from shared.contracts import intake, session_record, site
from shared.contracts.envelope import Event
from shared.kernel.policy import Policy
from shared.storage.steps import Route, Routes, governed
from shared.storage.unit_of_work import Need


def routes(policy: Policy) -> Routes:
    return _declarations(policy) | _from_neighbours(policy)


def _declarations(policy: Policy) -> Routes:
    declared, site_declared = site.ResourceDeclared, site.SiteDeclared
    declare = governed(changing.declare_resource, policy)
    declare_site = governed(changing.declare_site, policy)
    return {
        declared.type: Route(declared, _declared, declare, needs_roster, PLANNERS),
        site_declared.type: Route(
            site_declared, _site_declared, declare_site, needs_roster, PLANNERS
        ),
    }


def _from_neighbours(policy: Policy) -> Routes:
    licensed, certified = intake.PractitionerCredentialed, session_record.SiteCertificateKnown
    enrolled = session_record.PatientEnrolmentKnown
    know = governed(changing.know_licence, policy)
    certify = governed(changing.know_site_certificate, policy)
    return {
        licensed.type: Route(licensed, _licensed, know, needs_roster),
        certified.type: Route(certified, _certified, certify, needs_roster),
        enrolled.type: Route(enrolled, _enrolled, enrolment.enrol, _standing),
    }


def _standing(event: Event) -> list[Need]:
    return [(STANDINGS, event.subject)]


def _enrolled(event: Event) -> EnrolPatient:
    return EnrolPatient(cause(event), event.time, event.subject)


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
