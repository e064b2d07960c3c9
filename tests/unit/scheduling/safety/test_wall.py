"""What was meant by a time is what the clock on the wall shows, whatever becomes of its zone."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.application.documents import DAYS
from services.scheduling.domain.occupancy.day import Claim, days_between, minutes, take
from services.scheduling.domain.safety.anchoring import meant, next_midnight, on_the_wall, rules_of
from shared.contracts import intake, site
from tests.kit.scheduling import CLINIC, NOW, PATIENT, Clinic, a_roster, cleared, overlaps
from tests.unit.scheduling.safety.zones import TOWN, publish

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WINTER, SUMMER = -5 * HOUR, -4 * HOUR
USUAL, LATER = datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 3, 15, 7, tzinfo=UTC)
OTHER = "0b2f2b52-6c39-4a7f-8c56-0d8f3a8b8a02"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the zones of the test are published."""
    before = zoneinfo.TZPATH
    publish(tmp_path, (USUAL, SUMMER), first=WINTER)
    yield tmp_path
    zoneinfo.reset_tzpath(to=before)
    ZoneInfo.clear_cache()


def a_town() -> Clinic:
    """Two patients are booked, one after the other, across the change."""
    clinic = Clinic().staffed(a_roster(zone=TOWN)).cleared()
    clinic.hear(cleared(), subject=OTHER)
    for patient in (PATIENT, OTHER):
        said = clinic.say(site.CourseBookingRequested(NOW), subject=patient)
        assert said.verdict == "accepted"
    return clinic


def walls(clinic: Clinic, patient: str = PATIENT) -> list[str]:
    found = clinic.course(patient_id=patient).appointments
    return [on_the_wall(each.start, TOWN) for each in found]


@pytest.mark.usefixtures("folder")
def test_an_appointment_keeps_what_the_clock_shows_beside_its_moment() -> None:
    clinic = a_town()

    for each in clinic.course().appointments:
        assert (each.wall, each.zone) == (on_the_wall(each.start, TOWN), TOWN)


def test_when_the_rules_of_a_zone_change_appointments_keep_the_time_on_the_wall(
    folder: Path,
) -> None:
    clinic = a_town()
    before = walls(clinic), walls(clinic, OTHER)
    moments = {each.id: each.start for each in clinic.course().appointments}

    publish(folder, (LATER, SUMMER), first=WINTER)
    clinic.strike(NOW + DAY)

    assert (walls(clinic), walls(clinic, OTHER)) == before
    for each in clinic.course().appointments:
        between = USUAL <= moments[each.id] < LATER
        assert each.start - moments[each.id] == (HOUR if between else timedelta())
        assert each.reason == ("zone-rules" if between else "")
    assert clinic.told().count("appointment-moved") > 0
    assert overlaps(clinic.days()) == []


def test_the_time_that_is_taken_moves_along(folder: Path) -> None:
    clinic = a_town()

    publish(folder, (LATER, SUMMER), first=WINTER)
    clinic.strike(NOW + DAY)

    booked = {(each.id, int(each.start.timestamp()) // 60) for each in clinic.course().appointments}
    taken = {(claim.appointment_id, claim.start) for day in clinic.days() for claim in day.claims}
    assert booked <= taken


@pytest.mark.usefixtures("folder")
def test_while_the_rules_are_the_same_nothing_moves_day_after_day() -> None:
    clinic = a_town()
    before = walls(clinic)

    clinic.strike(NOW + timedelta(hours=20))

    assert "appointment-moved" not in clinic.told()
    assert walls(clinic) == before


def test_a_held_dose_is_meant_for_the_same_time_on_the_wall(folder: Path) -> None:
    clinic = a_town()
    clinic.hear(intake.SafetyHoldRaised(()))
    before = walls(clinic)

    publish(folder, (LATER, SUMMER), first=WINTER)
    clinic.strike(NOW + DAY)

    assert walls(clinic) == before
    reasons = {e.reason for e in clinic.course().appointments if e.session == "dosing"}
    assert reasons == {"safety-hold"}


def test_what_it_takes_is_taken_even_where_another_stands_and_that_shows(folder: Path) -> None:
    """The stranger keeps no time on this wall, so it does not move."""
    clinic = a_town()
    moving = next(e for e in clinic.course().appointments if USUAL <= e.start < LATER)
    room, start = moving.resources[0], minutes(moving.start + HOUR)
    put(clinic, Claim("stranger", room, start, start + 60, forced=True))

    publish(folder, (LATER, SUMMER), first=WINTER)
    clinic.strike(NOW + DAY)

    moved = next(e for e in clinic.course().appointments if e.id == moving.id)
    assert moved.start == moving.start + HOUR
    assert {each.forced for each in moved.claims} == {True}
    assert {resource for resource, _, _ in overlaps(clinic.days())} == {room}


def put(clinic: Clinic, claim: Claim) -> None:
    key = DAYS.key(CLINIC, days_between(claim.start, claim.end)[0])
    document = clinic.store.collections[DAYS.name][key]
    document["state"] = DAYS.state(take(DAYS.aggregate(document), claim))


@pytest.mark.parametrize(
    ("wall", "moment"),
    [
        ("2026-03-29T01:59", "2026-03-29T00:59"),
        ("2026-03-29T02:30", "2026-03-29T01:30"),  # skipped: read as 03:30
        ("2026-03-29T03:30", "2026-03-29T01:30"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # twice: the first
        ("2026-10-25T03:00", "2026-10-25T02:00"),
    ],
)
def test_skipped_times_are_the_hour_after_and_of_two_it_is_the_first(
    wall: str, moment: str
) -> None:
    assert meant(wall, "Europe/Berlin") == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_the_rules_of_a_zone_are_when_its_clocks_change_and_to_what() -> None:
    assert rules_of("Europe/Berlin", 2026) == (
        "+0100",
        "2026-03-29T01:00 +0200",
        "2026-10-25T01:00 +0100",
        "2027-03-28T01:00 +0200",
        "2027-10-31T01:00 +0100",
    )


def test_midnight_is_that_of_the_wall() -> None:
    assert next_midnight(NOW, "America/New_York") == datetime(2026, 3, 3, 5, tzinfo=UTC)
    assert next_midnight(NOW, "Europe/Berlin") == datetime(2026, 3, 2, 23, tzinfo=UTC)
