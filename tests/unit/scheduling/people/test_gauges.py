"""The clinics' numbers of scheduling: open by the wall, full by the minute, overdue until held."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.scheduling.adapters.gauges import gauges
from services.scheduling.domain.capacity.today import is_open, used_today
from services.scheduling.domain.occupancy.day import Claim, Day, days_between, minutes
from services.scheduling.domain.resources.resource import Roster, Site
from shared.contracts.site import Closure
from shared.runtime import metrics
from shared.runtime.metrics import Reading
from shared.storage.operations.sightings import Sightings
from tests.kit.scheduling import (
    BERLIN,
    CLINIC,
    NEW_YORK,
    NOW,
    POLICY,
    Clinic,
    a_resource,
    a_roster,
    completed,
    dosed,
    hours,
    roster_of,
)

VANCOUVER = "America/Vancouver"
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


def measured(clinic: Clinic, now: datetime = NOW) -> dict[tuple[str, tuple[str, ...]], Any]:
    Sightings(clinic.store.session, lambda: NOW).note("/clinics/riverside/sites/main", CLINIC, 0)
    found: Iterable[Reading] = gauges(clinic.store.session(), POLICY, now)
    return {(gauge._name, labels): value for gauge, labels, value in found}


def at_site(zone: str = NEW_YORK, **changes: Any) -> Roster:
    return replace(a_roster(), sites=(Site("main", zone, hours(), **changes),))


@pytest.mark.parametrize(
    ("hour", "minute", "open_"),
    [(13, 59, False), (14, 0, True), (21, 59, True), (22, 0, False)],
)
def test_a_clinic_is_open_by_the_wall_of_its_site(hour: int, minute: int, open_: bool) -> None:
    now = MONDAY.replace(hour=hour, minute=minute)

    assert is_open(at_site(), now, POLICY) is open_


def test_a_clinic_is_open_on_the_evening_that_is_tomorrow_in_utc() -> None:
    late = replace(a_roster(), sites=(Site("main", VANCOUVER, hours("12:00", "20:00")),))

    assert is_open(late, datetime(2026, 3, 3, 3, 59, tzinfo=UTC), POLICY)
    assert not is_open(late, datetime(2026, 3, 3, 4, 0, tzinfo=UTC), POLICY)


def test_a_clinic_is_open_while_one_of_its_sites_is_and_on_no_closed_day() -> None:
    closed = at_site(closures=(Closure(MONDAY.date(), MONDAY.date(), "holiday"),))
    other = replace(closed, sites=(*closed.sites, Site("second", BERLIN, hours())))

    assert not is_open(closed, MONDAY.replace(hour=15), POLICY)
    assert is_open(other, MONDAY.replace(hour=15), POLICY)
    assert not is_open(other, MONDAY.replace(hour=16), POLICY)


def test_a_clinic_without_sites_is_open_while_a_room_or_chair_is() -> None:
    assert is_open(a_roster(), MONDAY.replace(hour=15), POLICY)
    assert not is_open(a_roster(), MONDAY.replace(hour=23), POLICY)
    assert not is_open(roster_of(), MONDAY.replace(hour=15), POLICY)


def day_of(*claims: Claim) -> list[Day]:
    names = {name for each in claims for name in days_between(each.start, each.end)}
    return [Day(name, claims) for name in sorted(names)][:1]


def claim(resource: str, start: datetime, length: timedelta, **changes: Any) -> Claim:
    return Claim("a-1", resource, minutes(start), minutes(start + length), **changes)


def test_a_kind_is_used_by_what_is_booked_of_what_is_open_today() -> None:
    roster = roster_of(a_resource("room"), a_resource("room", "room-2"), a_resource("chair"))
    taken = claim("room-1", MONDAY.replace(hour=15), 4 * HOUR)

    used = used_today(roster, day_of(taken), MONDAY.replace(hour=12), POLICY)

    assert used == {"room": 0.25, "chair": 0.0}


def test_who_is_shared_by_two_is_half_taken_by_each() -> None:
    taken = claim("room-1", MONDAY.replace(hour=15), 4 * HOUR, share="dosing", capacity=2)

    used = used_today(roster_of(a_resource("room")), day_of(taken), MONDAY, POLICY)

    assert used == {}, "midnight of UTC is Sunday evening in New York, when nothing is open"
    assert used_today(
        roster_of(a_resource("room")), day_of(taken), MONDAY.replace(hour=9), POLICY
    ) == {"room": 0.25}


def test_the_rules_measure_what_is_posted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_clinics", {})
    clinic = Clinic().booked()
    first = clinic.course().appointment("preparation-1")
    assert first

    found = measured(clinic, first.start)

    assert found["clinic_open", (CLINIC,)] is True
    assert 0 < found["capacity_used_ratio", (CLINIC, "room")] <= 1
    assert found["integrations_overdue", (CLINIC,)] == 0
    assert set(found) >= {("capacity_used_ratio", (CLINIC, kind)) for kind in ("chair", "nurse")}


def test_a_clinic_that_has_declared_nothing_is_neither_open_nor_closed() -> None:
    assert set(measured(Clinic())) == {("integrations_overdue", (CLINIC,))}


def test_an_integration_is_overdue_from_when_the_clock_said_so_until_it_is_held() -> None:
    clinic = Clinic().booked()
    overdue = ("integrations_overdue", (CLINIC,))
    clinic.hear(completed(clinic, "preparation-1"))
    clinic.hear(dosed(clinic, 1))
    assert measured(clinic)[overdue] == 0

    clinic.strike(clinic.course().dosed[0].at + timedelta(days=7))
    assert measured(clinic)[overdue] == 1
    clinic.hear(completed(clinic, "integration-1"))

    assert measured(clinic)[overdue] == 0
