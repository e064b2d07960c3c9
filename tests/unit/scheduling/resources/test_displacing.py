"""What is booked and does not fit the changed roster is called off and wants to be planned anew."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.application.documents import GROUPS, ROSTER, ROSTERS
from services.scheduling.domain.course.course import Appointment
from services.scheduling.domain.resources.resource import (
    Licence,
    Resource,
    Roster,
    Site,
    SiteCertificate,
)
from shared.contracts import intake, session_record, site
from shared.contracts.site import Certificate, Closure
from tests.kit.scheduling import (
    CERTIFICATES,
    LICENSED,
    NEW_YORK,
    NOW,
    Clinic,
    RacingStore,
    a_resource,
    a_roster,
    cleared,
    credentialed,
    declared,
    hours,
)
from tests.unit.scheduling.lifecycle.test_groups import MEETS, PATIENTS, opened, takes_part

DAY = timedelta(days=1)
REQUEST = site.CourseBookingRequested(NOW)
ROSTER_OF_ONE_SITE = replace(
    a_roster(site="main"), sites=(Site("main", NEW_YORK, hours("08:00", "18:00")),)
)


def booked(roster: Roster = ROSTER_OF_ONE_SITE) -> Clinic:
    clinic = Clinic().staffed(roster).cleared()
    assert clinic.say(REQUEST).verdict == "accepted"
    return clinic


def the(clinic: Clinic, name: str) -> Resource:
    found = clinic.reads.get(ROSTERS, ROSTER)
    assert found
    return next(each for each in found.aggregate.resources if each.id == name)


def redeclare(clinic: Clinic, name: str, **changes: object) -> None:
    changed = replace(the(clinic, name), **changes)  # type: ignore[arg-type]
    assert clinic.say(declared(changed), subject=name).verdict == "accepted"


def called_off(clinic: Clinic) -> dict[str, str]:
    """By name of the session, the reason."""
    return {e.name: e.reason for e in clinic.course().appointments if e.status == "cancelled"}


def appointment(clinic: Clinic, name: str) -> Appointment:
    return next(each for each in clinic.course().appointments if each.name == name)


def on(clinic: Clinic, name: str) -> date:
    return appointment(clinic, name).start.date()


ALL = {
    "preparation-1",
    *(f"{session}-{number}" for session in ("dosing", "integration") for number in range(1, 7)),
}
DOSES = {f"dosing-{number}" for number in range(1, 7)}


def test_an_absence_displaces_what_is_booked_on_its_days_and_nothing_else() -> None:
    clinic = booked()
    day = on(clinic, "dosing-2")

    redeclare(clinic, "nurse-1", absences=(Closure(day, day, "ill"),))

    assert called_off(clinic) == {"dosing-2": "resource-unavailable"}
    assert clinic.course().replan_for == "resource-unavailable"
    freed = {c.appointment_id for each in clinic.days() for c in each.claims}
    assert appointment(clinic, "dosing-2").id not in freed


def test_an_absence_on_a_day_without_appointments_displaces_nothing() -> None:
    clinic = booked()
    day = on(clinic, "dosing-2") - DAY

    redeclare(clinic, "nurse-1", absences=(Closure(day, day, "ill"),))

    assert called_off(clinic) == {}


def test_a_resource_that_is_withdrawn_displaces_all_that_it_was_booked_for() -> None:
    clinic = booked()

    redeclare(clinic, "monitor-1", active=False)

    assert called_off(clinic).keys() == DOSES


def test_shorter_hours_displace_what_is_no_longer_within_them() -> None:
    clinic = booked()
    wall = ZoneInfo(NEW_YORK)
    early = {e.name for e in clinic.course().appointments if e.start.astimezone(wall).hour < 12}
    assert early
    assert early != ALL

    redeclare(clinic, "room-1", hours=hours("12:00", "17:00"))

    assert called_off(clinic).keys() == early


def test_longer_hours_and_other_buffers_displace_nothing() -> None:
    clinic = booked()

    redeclare(clinic, "room-1", hours=hours("06:00", "22:00"), buffer_after_min=30)

    assert called_off(clinic) == {}


def test_a_closed_site_displaces_what_is_booked_there() -> None:
    clinic = booked()
    day = on(clinic, "dosing-1")
    closed = (Closure(day, day, "storm"),)

    clinic.say(site.SiteDeclared(NEW_YORK, hours("08:00", "18:00"), (), closed), subject="main")

    same_day = {e.name for e in clinic.course().appointments if e.start.date() == day}
    assert called_off(clinic) == dict.fromkeys(same_day, "site-closed")


def test_a_closed_site_displaces_nothing_elsewhere() -> None:
    clinic = booked()
    closed = (Closure(NOW.date(), NOW.date() + 90 * DAY, "storm"),)

    clinic.say(site.SiteDeclared(NEW_YORK, hours(), (), closed), subject="harbor")

    assert called_off(clinic) == {}


def test_sch_6_a_licence_that_ends_displaces_what_comes_after_its_end() -> None:
    clinic = booked()
    last = on(clinic, "dosing-3")

    clinic.hear(credentialed(Licence("nurse-1", "nurse", LICENSED[0], last)))

    assert called_off(clinic) == dict.fromkeys(
        ("dosing-4", "dosing-5", "dosing-6"), "licence-ended"
    )


def test_sch_6_a_second_licence_keeps_what_is_booked() -> None:
    clinic = booked()
    other = Licence("nurse-1", "nurse", LICENSED[0] + DAY, LICENSED[1], "second")

    clinic.hear(credentialed(other))
    clinic.hear(credentialed(Licence("nurse-1", "nurse", LICENSED[0], NOW.date())))

    assert called_off(clinic) == {}


def test_sch_6_a_certificate_that_ends_displaces_what_comes_after() -> None:
    clinic = booked()
    ends = Certificate("acls", on(clinic, "dosing-5"))
    others = tuple(each for each in CERTIFICATES if each.code != "acls")

    redeclare(clinic, "nurse-1", certificates=(*others, ends))

    assert called_off(clinic).keys() == {"dosing-6"}


def test_sch_6_only_what_a_person_was_booked_for_in_the_lost_role_is_displaced() -> None:
    """As sitter one may still be in the room of a dose; a preparation needs a therapist."""
    roster = a_roster(a_resource("therapist", also=("sitter",)))
    clinic = booked(roster)

    clinic.hear(credentialed(Licence("therapist-1", "therapist", LICENSED[0], NOW.date() - DAY)))
    assert called_off(clinic).keys() == ALL - DOSES

    clinic.hear(credentialed(Licence("therapist-1", "sitter", LICENSED[0], NOW.date() - DAY)))
    assert called_off(clinic).keys() == ALL


def test_what_was_booked_before_licences_were_asked_for_is_not_displaced_for_that() -> None:
    clinic = booked()
    old = clinic.reads.get(ROSTERS, ROSTER)
    assert old
    _put(clinic, replace(old.aggregate, licences=()))
    day = on(clinic, "dosing-2")

    redeclare(clinic, "nurse-1", absences=(Closure(day, day, "ill"),))
    assert called_off(clinic) == {}

    redeclare(clinic, "monitor-1", absences=(Closure(day, day, "maintenance"),))
    assert called_off(clinic).keys() == {"dosing-2"}


def _put(clinic: Clinic, roster: Roster) -> None:
    session = clinic.store.session()
    [document] = session.find(ROSTERS.name, [ROSTERS.key("riverside", ROSTER)])
    session.replace(
        ROSTERS.name,
        [{**document, "version": document["version"] + 1, "state": ROSTERS.state(roster)}],
    )
    session.commit()


def test_what_has_begun_by_the_time_of_the_change_stands() -> None:
    clinic = booked()
    clinic.now = appointment(clinic, "dosing-2").start + timedelta(minutes=30)

    redeclare(clinic, "nurse-1", active=False)

    assert called_off(clinic).keys() == DOSES - {"dosing-1", "dosing-2"}


def test_what_is_held_has_no_time_to_lose_and_is_looked_at_when_it_is_to_stand_again() -> None:
    clinic = booked()
    clinic.hear(intake.SafetyHoldRaised(()))
    day = on(clinic, "dosing-2")

    redeclare(clinic, "nurse-1", absences=(Closure(day, day, "ill"),))
    assert called_off(clinic) == {}

    clinic.hear(intake.SafetyHoldLifted("seen"))
    assert called_off(clinic)["dosing-2"] == "resource-unavailable"
    assert appointment(clinic, "dosing-1").status == "booked"


def test_sch_5_when_the_certificate_of_the_site_ends_earlier_its_esketamine_is_displaced() -> None:
    certified = (SiteCertificate("main", NOW + 300 * DAY),)
    roster = replace(ROSTER_OF_ONE_SITE, certified=certified)
    clinic = Clinic().staffed(roster).cleared(protocol="esketamine-8", route="esketamine")
    clinic.hear(session_record.PatientEnrolmentKnown("rems-1"))
    clinic.hear(intake.PatientConsented("v1", "esketamine", NOW + 365 * DAY, analysts_stream=True))
    assert clinic.say(REQUEST).verdict == "accepted"
    until = appointment(clinic, "dosing-7").start

    clinic.hear(session_record.SiteCertificateKnown(until), subject="main")

    assert called_off(clinic) == dict.fromkeys(("dosing-7", "dosing-8"), "site-certificate-ended")


def test_sch_5_other_routes_need_no_certified_site() -> None:
    clinic = booked(replace(ROSTER_OF_ONE_SITE, certified=(SiteCertificate("main", NOW + DAY),)))

    clinic.hear(session_record.SiteCertificateKnown(NOW), subject="main")

    assert called_off(clinic) == {}


@pytest.mark.parametrize("absent", [("room-1",), ("nurse-1", "prescriber-1")])
def test_sch_10_a_booking_that_races_an_absence_books_around_it(absent: tuple[str, ...]) -> None:
    clinic = Clinic().staffed().cleared()
    away = (Closure(NOW.date(), NOW.date() + 9 * DAY, "ill"),)

    def rival() -> None:
        for name in absent:
            redeclare(clinic, name, absences=away)

    assert Clinic(RacingStore(clinic.store, rival)).say(REQUEST).verdict == "accepted"

    doses = [e for e in clinic.course().appointments if e.session == "dosing"]
    assert min(each.start.date() for each in doses) > NOW.date() + 9 * DAY


def test_sch_5_a_patients_enrolment_is_known() -> None:
    clinic = Clinic().cleared()
    assert not clinic.standing().enrolled

    clinic.hear(session_record.PatientEnrolmentKnown("rems-1"))

    assert clinic.standing().enrolled


@pytest.mark.parametrize("lost", ["room-1", "therapist-1"])
def test_a_group_that_loses_its_room_or_therapist_is_cancelled_with_all_its_seats(
    lost: str,
) -> None:
    clinic = Clinic().staffed(a_roster(a_resource("room", places=6)))
    for each in PATIENTS[:2]:
        clinic.hear(cleared(), subject=each)
    assert opened(clinic).verdict == "accepted"
    assert [takes_part(clinic, each).verdict for each in PATIENTS[:2]] == ["accepted"] * 2

    away = (Closure(MEETS.date(), MEETS.date(), "ill"),)
    redeclare(clinic, "nurse-1", absences=away)
    assert seats(clinic) == ["booked", "booked"]
    redeclare(clinic, lost, absences=away)

    assert seats(clinic) == ["cancelled", "cancelled"]
    group = clinic.reads.get(GROUPS, "circle")
    assert group
    assert (group.aggregate.status, group.aggregate.reason) == ("cancelled", "resource-unavailable")
    assert not [c for day in clinic.days() for c in day.claims if c.appointment_id == "circle"]


def seats(clinic: Clinic) -> list[str]:
    found = (clinic.course(patient_id=each).appointments for each in PATIENTS[:2])
    return [each.status for one in found for each in one if each.group == "circle"]
