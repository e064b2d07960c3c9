"""The checker that judges every race: it finds each kind of overlap, and no other."""

from datetime import date

import pytest

from services.scheduling.domain.occupancy.day import Claim, Day
from shared.storage.memory import MemoryStore
from tests.kit.calendar.load import clinic_roster, loaded_days, put, shares
from tests.kit.calendar.overlap import sweep, swept


def found(*claims: Claim) -> list[tuple[str, int, int]]:
    days = [Day("1970-01-01", claims)]
    return [(each.resource, each.start, each.minutes) for each in swept(days)]


def test_two_appointments_on_one_room_are_found_with_their_minutes() -> None:
    first, second = Claim("a", "room-1", 0, 60), Claim("b", "room-1", 45, 90)

    assert found(first, second) == [("room-1", 45, 15)]


def test_one_that_begins_when_the_other_ends_is_no_overlap() -> None:
    assert found(Claim("a", "room-1", 0, 60), Claim("b", "room-1", 60, 90)) == []


def test_as_many_may_share_as_the_strictest_allows() -> None:
    two = [Claim(name, "nurse-1", 0, 60, "dosing", 2) for name in "ab"]

    assert found(*two) == []
    assert found(*two, Claim("c", "nurse-1", 59, 90, "dosing", 3)) == [("nurse-1", 59, 1)]


@pytest.mark.parametrize("share", ["", "group-1"])
def test_who_shares_something_else_is_in_the_way(share: str) -> None:
    shared = Claim("a", "nurse-1", 0, 60, "dosing", 2)

    assert found(shared, Claim("b", "nurse-1", 0, 60, share, 2)) == [("nurse-1", 0, 60)]


def test_one_appointment_cannot_have_a_resource_twice() -> None:
    assert found(*[Claim("a", "room-1", 0, 60, "dosing", 2)] * 2) == [("room-1", 0, 60)]


def test_what_was_forced_may_be_too_much_and_the_rest_must_fit() -> None:
    forced = Claim("c", "room-1", 0, 60, forced=True)

    assert found(Claim("a", "room-1", 0, 60), forced) == []
    assert found(Claim("a", "room-1", 0, 60), Claim("b", "room-1", 0, 60), forced) != []


def test_the_loaded_clinic_is_as_full_as_was_asked_and_without_overlap() -> None:
    store, days = MemoryStore(), loaded_days(date(2026, 3, 2), 28, load=0.8)
    put(store, "riverside", clinic_roster(), days)

    assert sweep(store) == []
    taken = shares(days)
    assert all(0.55 < share < 0.95 for name, share in taken.items() if "room" in name)
    rooms = [share for name, share in taken.items() if "room" in name]
    assert 0.7 < sum(rooms) / len(rooms) < 0.85
