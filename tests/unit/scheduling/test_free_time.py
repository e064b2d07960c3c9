"""Free time is open time less what is taken, on a grid of half hours."""

from datetime import UTC, datetime

from services.scheduling.domain.occupancy.day import Day, Taken, minutes, take
from services.scheduling.domain.occupancy.search import NEEDS, earliest_slot, pools
from services.scheduling.domain.resources.resource import Roster
from tests.kit.scheduling import a_resource, a_roster, hours

NINE = minutes(datetime(2026, 3, 2, 14, 0, tzinfo=UTC))  # in New York
DAY = Day("2026-03-02")


def test_the_earliest_slot_is_when_all_that_is_needed_is_free_together() -> None:
    day = take(DAY, Taken(NINE, NINE + 60, "a", ("room-1",)))
    day = take(day, Taken(NINE + 90, NINE + 150, "b", ("therapist-1",)))
    free = pools(a_roster(), [day])

    slot = earliest_slot([free[kind] for kind in NEEDS["preparation"]], NINE, 60)

    assert slot
    assert (slot.start, slot.end) == (NINE + 150, NINE + 210)
    assert [each.id for each in slot.resources] == ["room-1", "therapist-1"]


def test_a_second_room_helps_when_the_first_is_taken() -> None:
    day = take(DAY, Taken(NINE, NINE + 480, "a", ("room-1",)))
    rooms = (a_resource("room", "room-1"), a_resource("room", "room-2"))

    slot = earliest_slot([pools(Roster(rooms), [day])["room"]], NINE, 60)

    assert slot
    assert slot.resources == (rooms[1],)


def test_starts_are_on_the_half_hour() -> None:
    day = take(DAY, Taken(NINE, NINE + 50, "a", ("room-1",)))
    room = pools(a_roster(), [day])["room"]

    slot = earliest_slot([room], NINE + 1, 60)

    assert slot
    assert slot.start == NINE + 60


def test_what_is_not_active_cannot_be_booked() -> None:
    free = pools(Roster((a_resource("room", active=False),)), [DAY])

    assert earliest_slot([free.get("room", ())], NINE, 60) is None


def test_nothing_is_free_outside_the_hours_or_beyond_the_days_looked_at() -> None:
    room = pools(a_roster(hours=hours("09:00", "10:00", range(7))), [DAY])["room"]

    assert earliest_slot([room], NINE, 60)
    assert earliest_slot([room], NINE, 61) is None
    assert earliest_slot([room], NINE + 1, 60) is None


def test_resources_in_different_zones_meet_where_both_are_open() -> None:
    rooms = a_resource("room", zone="Europe/Berlin", hours=hours("09:00", "17:00"))
    free = pools(a_roster(rooms), [DAY])

    slot = earliest_slot([free["room"], free["therapist"]], NINE - 600, 60)

    assert slot
    assert slot.start == NINE  # 15:00 in Berlin
