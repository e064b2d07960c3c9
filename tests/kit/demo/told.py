"""The demo's patients as services would meet them: a course as booked, and what Kafka has told."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from shared.contracts import intake, scheduling, site
from shared.contracts.site import Route
from shared.local.demo.clinics import CLINICS, TRD, certificate, credentials
from shared.local.demo.people import Person
from shared.local.demo.story import Appointment, Happening
from shared.local.services import POLICY
from shared.runtime.policy_file import load
from shared.storage.steps import Step
from tests.kit.session_record.steps import heard, posted

TODAY = date(2026, 11, 23)
UNTIL = datetime.combine(TODAY, time(), UTC)
OPENED = UNTIL - timedelta(days=260)
SEED = 11
TEMPLATES = load(POLICY).protocols


def a_course(person: Person) -> list[Appointment]:
    """Appointments as scheduling could have booked them."""
    template = TEMPLATES[person.protocol]
    first = datetime.combine(person.referred_on, time(15), UTC) + timedelta(days=14)
    gap = timedelta(hours=max(72, template.dose_gap_h))
    planned = [
        ("preparation", 0, first - timedelta(days=number + 1))
        for number in range(template.preparations)
    ]
    for dose in range(1, template.doses + 1):
        planned.append(("dosing", dose, first + gap * (dose - 1)))
        planned.append(("integration", dose, first + gap * (dose - 1) + timedelta(hours=26)))
    return [
        Appointment(f"{person.id}-{session}-{start:%d%H}", session, dose, start)
        for session, dose, start in sorted(planned, key=lambda each: each[2])
    ]


def happened(each: Happening) -> Step:
    """The step of it, posted as the feed does."""
    return posted(each.data, each.time, each.subject, each.event_id)


def staff_and_site() -> Iterator[Step]:
    """What the first clinic's services know of whoever signs, and of its certificate."""
    for each in credentials(CLINICS[0], OPENED):
        told: site.CredentialRecorded = each.data
        yield heard(
            intake.PractitionerCredentialed(
                each.subject, told.role, told.valid_from, told.valid_until
            ),
            OPENED,
            each.subject,
        )
    yield happened(certificate(OPENED))


def file_of(person: Person, admitted: Sequence[Happening]) -> Iterator[Step]:
    """What intake has told of somebody who is cleared."""
    since = admitted[0].time
    yield heard(
        intake.PatientRegistered(person.indication, f"person-{person.id[:8]}"), since, person.id
    )
    for each in admitted:
        if isinstance(each.data, site.WorkUpRecorded):
            result = intake.WorkUpKnown(each.data.item, each.data.result, each.data.performed_at)
            yield heard(result, each.time, person.id)
    told = (
        intake.VitalSignsKnown(124, 78, person.weight_kg, since),
        intake.EscortNamed(f"contact-{person.id[:8]}", "friend"),
        intake.PatientConsented("v1", person.route, since + timedelta(days=365), True),
        intake.PatientCleared(
            f"clearance-{person.id}",
            person.indication,
            person.protocol,
            person.route,
            since + timedelta(days=8),
            since + timedelta(days=38),
            since + timedelta(days=98),
            intake.PolicyUsed("network", "1"),
        ),
    )
    for data in told:
        yield heard(data, since + timedelta(days=8), person.id)


def calendar_of(person: Person, course: Sequence[Appointment]) -> Iterator[Step]:
    """What scheduling has told: the course and when its sessions are."""
    template, since, name = TEMPLATES[person.protocol], course[0].start, f"course-{person.id}"
    opened = scheduling.CourseOpened(
        name,
        f"clearance-{person.id}",
        person.indication,
        person.protocol,
        person.route,
        template.preparations,
        template.doses,
    )
    yield heard(opened, since, person.id)
    for each in course:
        booked = scheduling.AppointmentBooked(
            each.id,
            name,
            each.session,  # type: ignore[arg-type]
            each.dose_number,
            person.route,
            each.start,
            each.start + timedelta(hours=3),
            person.clinic.zone,
            ("room-1",),
        )
        yield heard(booked, since, person.id)


def depressed(person: Person, protocol: str, route: Route) -> Person:
    """The same person, depressed and under another protocol."""
    return replace(person, protocol=protocol, route=route, indication=TRD)
