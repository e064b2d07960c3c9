"""Free time is open time less what is taken, on a grid of half hours."""

from services.scheduling.domain.occupancy.day import Claim, Day
from services.scheduling.domain.occupancy.needs import Need, Wanted
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.resource import Roster
from tests.kit.scheduling import BERLIN, NINE, POLICY, a_resource, a_roster, hours

ROOM = Wanted(60, (Need(("room",)),))
ROOM_AND_THERAPIST = Wanted(60, (Need(("room",)), Need(("therapist",))))


def diary(*claims: Claim, roster: Roster | None = None) -> Diary:
    return Diary(roster or a_roster(), [Day("2026-03-02", claims)], POLICY)


def test_the_earliest_slot_is_when_all_that_is_needed_is_free_together() -> None:
    taken = (
        Claim("a", "room-1", NINE, NINE + 60),
        Claim("b", "therapist-1", NINE + 90, NINE + 150),
    )

    slot = diary(*taken).earliest(ROOM_AND_THERAPIST, NINE)

    assert slot
    assert (slot.start, slot.end) == (NINE + 150, NINE + 210)
    assert [each.id for each in slot.resources] == ["room-1", "therapist-1"]


def test_a_second_room_helps_when_the_first_is_taken() -> None:
    rooms = (a_resource("room", "room-1"), a_resource("room", "room-2"))

    slot = diary(Claim("a", "room-1", NINE, NINE + 480), roster=Roster(rooms)).earliest(ROOM, NINE)

    assert slot
    assert slot.resources == (rooms[1],)


def test_starts_are_on_the_half_hour() -> None:
    slot = diary(Claim("a", "room-1", NINE, NINE + 50)).earliest(ROOM, NINE + 1)

    assert slot
    assert slot.start == NINE + 60


def test_what_is_not_active_cannot_be_booked() -> None:
    closed = Roster((a_resource("room", active=False),))

    assert diary(roster=closed).earliest(ROOM, NINE) is None


def test_nothing_is_free_outside_the_hours_or_beyond_the_days_looked_at() -> None:
    short = diary(roster=a_roster(hours=hours("09:00", "10:00", range(7))))

    assert short.earliest(ROOM, NINE)
    assert short.earliest(Wanted(61, ROOM.needs), NINE) is None
    assert short.earliest(ROOM, NINE + 1) is None


def test_resources_in_different_zones_meet_where_both_are_open() -> None:
    rooms = a_resource("room", zone=BERLIN, hours=hours("14:00", "18:00"))

    slot = diary(roster=a_roster(rooms)).earliest(ROOM_AND_THERAPIST, NINE - 600)

    assert slot
    assert slot.start == NINE
