"""What the demo tells of its sessions, session-record takes: every event, without a refusal."""

from collections.abc import Sequence

import pytest

from services.session_record.application.documents import ENCOUNTERS, RECORDS
from shared.contracts.site import Route
from shared.local.demo import admission
from shared.local.demo.clinics import CLINICS
from shared.local.demo.people import Person, cohort
from shared.local.demo.room import sessions
from shared.local.demo.room.vitals import FORGOTTEN
from shared.local.demo.story import Appointment, Happening
from tests.kit.demo.told import (
    SEED,
    TODAY,
    UNTIL,
    a_course,
    calendar_of,
    depressed,
    file_of,
    happened,
    staff_and_site,
)
from tests.kit.session_record.service import SessionRecord

PEOPLE = cohort(CLINICS[0], SEED, TODAY)
PROTOCOLS: list[tuple[str, Route]] = [
    ("iv-6", "iv"),
    ("im-4", "im"),
    ("sl-4", "sl"),
    ("esketamine-8", "esketamine"),
]
FATES = ("treated", "serious", "skips", "lost", "moves", "unwatched")


def of_fate(fate: str) -> Person:
    return next(each for each in PEOPLE if each.fate == fate)


def a_room(person: Person, course: Sequence[Appointment]) -> SessionRecord:
    """Session-record, with all that it has heard before the first session."""
    service = SessionRecord()
    service.hear(UNTIL)
    admitted = admission.admission(person, UNTIL)
    known = (
        *staff_and_site(),
        *file_of(person, admitted),
        *map(happened, admission.enrolment(person)),
        *calendar_of(person, course),
    )
    assert {each.verdict for each in service.take(*known)} == {"accepted"}
    return service


def told(person: Person, course: Sequence[Appointment]) -> list[Happening]:
    came = sessions.took_place(person, course, UNTIL)
    found = [one for each in came for one in sessions.encounter(person, each, came)]
    return sorted(found, key=lambda each: each.time)


@pytest.mark.parametrize(("protocol", "route"), PROTOCOLS)
@pytest.mark.parametrize("fate", FATES)
def test_session_record_takes_all_that_is_told_of_a_course(
    fate: str, protocol: str, route: Route
) -> None:
    person = depressed(of_fate(fate), protocol, route)
    course = a_course(person)
    service = a_room(person, course)

    verdicts = service.take(*(happened(each) for each in told(person, course)))

    assert {(each.verdict, each.reason) for each in verdicts} == {("accepted", "")}


@pytest.mark.parametrize(("protocol", "route"), PROTOCOLS)
def test_the_clock_finds_the_one_reading_that_nobody_took(protocol: str, route: Route) -> None:
    person = depressed(of_fate("unwatched"), protocol, route)
    course = a_course(person)
    service = a_room(person, course)
    came = sessions.took_place(person, course, UNTIL)
    place = next(n for n, each in enumerate(came) if sessions.is_unwatched(person, each))
    before = [one for each in came[:place] for one in sessions.encounter(person, each, came)]
    session = sessions.encounter(person, came[place], came)
    begun, gone_on = sessions.halves(session, person)

    service.take(*(happened(each) for each in sorted(before + begun, key=lambda one: one.time)))
    service.strike(UNTIL)
    service.take(*(happened(each) for each in sorted(gone_on, key=lambda one: one.time)))

    found = [miss for each in service.states(ENCOUNTERS) for miss in each["misses"]]
    standing = {each["point_min"] for each in found if not each["resolved_at"]}
    assert standing == {FORGOTTEN[person.route]}


def test_who_misses_an_integration_is_dosed_on_a_prescribers_word() -> None:
    person = depressed(of_fate("skips"), "iv-6", "iv")
    course = a_course(person)
    service = a_room(person, course)

    service.take(*(happened(each) for each in told(person, course)))

    used = {one["rule"] for each in service.states(ENCOUNTERS) for one in each["overrides"]}
    assert "integration-missing" in used


def test_a_record_is_signed_by_who_may_sign_it() -> None:
    person = depressed(of_fate("treated"), "esketamine-8", "esketamine")
    course = a_course(person)
    service = a_room(person, course)

    service.take(*(happened(each) for each in told(person, course)))

    signers = {each["signature"]["signer"] for each in service.states(RECORDS) if each["signature"]}
    assert signers == {"prescriber-1", "therapist-1"}
