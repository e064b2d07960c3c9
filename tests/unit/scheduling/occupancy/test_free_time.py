"""Free time is open time less what is taken, on a grid of half hours."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.occupancy.day import Claim, Day, moment
from services.scheduling.domain.occupancy.needs import Need, Wanted
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.resource import Roster, SiteCertificate
from tests.kit.scheduling import BERLIN, NINE, POLICY, a_resource, a_roster, hours, roster_of

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


TWO_SITES = (
    a_resource("room", "room-east", site="east"),
    a_resource("therapist", "therapist-west", site="west"),
)


def test_a_session_is_at_one_site() -> None:
    apart = roster_of(*TWO_SITES)
    both = roster_of(*TWO_SITES, a_resource("therapist", "therapist-floating"))

    assert diary(roster=apart).earliest(ROOM_AND_THERAPIST, NINE) is None
    slot = diary(roster=both).earliest(ROOM_AND_THERAPIST, NINE)
    assert slot
    assert [each.id for each in slot.resources] == ["room-east", "therapist-floating"]


def test_what_stands_in_a_room_for_good_goes_with_that_room_only() -> None:
    roster = roster_of(
        a_resource("room", "room-1"),
        a_resource("room", "room-2"),
        a_resource("monitor", "monitor-1", room="room-2"),
    )
    wanted = Wanted(60, (Need(("room",)), Need(("monitor",))))

    first = diary(roster=roster).at(wanted, NINE)
    taken = diary(Claim("a", "room-2", NINE, NINE + 60), roster=roster)

    assert first
    assert [each.id for each in first.resources] == ["room-2", "monitor-1"]
    assert taken.at(wanted, NINE) is None


def test_nobody_fills_two_needs() -> None:
    wanted = Wanted(60, (Need(("nurse",)), Need(("therapist",))))
    alone = roster_of(a_resource("nurse", "r1", also=("therapist",)))
    helped = roster_of(*alone.resources, a_resource("nurse", "r2"))

    assert diary(roster=alone).earliest(wanted, NINE) is None
    slot = diary(roster=helped).at(wanted, NINE)
    assert slot
    assert [each.id for each in slot.resources] == ["r2", "r1"]


def watching(*names: str, capacity: int = 2, start: int = NINE) -> list[Claim]:
    return [Claim(each, "nurse-1", start, start + 60, "dosing", capacity) for each in names]


@pytest.mark.parametrize(
    ("there", "is_free"),
    [
        ([], True),
        (watching("a"), True),
        (watching("a", "b"), False),
        (watching("a", capacity=1), False),
        ([*watching("a"), *watching("b", start=NINE + 60)], True),
        ([Claim("a", "nurse-1", NINE + 30, NINE + 35)], False),
    ],
)
def test_a_nurse_watches_so_many_at_every_minute_as_the_strictest_ratio_allows(
    there: list[Claim], is_free: bool
) -> None:
    wanted = Wanted(120, (Need(("nurse",), "dosing", 2),))

    assert (diary(*there).at(wanted, NINE) is not None) == is_free


def test_a_nurse_who_watches_one_is_asked_before_one_who_is_free() -> None:
    roster = roster_of(a_resource("nurse", "nurse-0"), a_resource("nurse", "nurse-1"))
    wanted = Wanted(60, (Need(("nurse",), "dosing", 2),))

    packed = diary(*watching("a"), roster=roster).at(wanted, NINE)
    later = diary(*watching("a"), roster=roster).at(wanted, NINE + 60)

    assert packed
    assert later
    assert (packed.resources[0].id, later.resources[0].id) == ("nurse-1", "nurse-0")


def test_buffers_are_kept_free_and_within_the_hours() -> None:
    room = a_resource("room", buffer_before_min=10, buffer_after_min=15)
    free = diary(Claim("a", "room-1", NINE + 200, NINE + 260), roster=a_roster(room))

    assert free.at(ROOM, NINE) is None  # not open ten minutes before
    assert free.at(ROOM, NINE + 10)
    assert free.at(ROOM, NINE + 125)
    assert free.at(ROOM, NINE + 130) is None
    assert free.at(ROOM, NINE + 270)


def test_any_five_minutes_can_be_asked_for_though_half_hours_are_offered() -> None:
    free = diary()

    assert free.at(ROOM, NINE + 5)
    assert {each.start % 30 for each in free.slots(ROOM, NINE, NINE + 480)} == {NINE % 30}


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"])
def test_offers_are_on_half_hours_of_the_wall_of_the_site(zone: str) -> None:
    always = hours("00:00", "24:00", range(7))
    days = [Day(f"2026-04-0{number}") for number in (3, 4, 5, 6)]
    free = Diary(a_roster(zone=zone, hours=always), days, POLICY)

    walls = [moment(each).astimezone(ZoneInfo(zone)) for each in free.starts(ROOM, 0, free.end)]

    assert {each.minute for each in walls} == {0, 30}
    assert len(walls) > 150


def test_esketamine_is_given_in_a_room_of_a_certified_site() -> None:
    certified = replace(
        a_roster(site="main"), certified=(SiteCertificate("main", moment(NINE + 120)),)
    )
    nowhere = replace(certified, resources=a_roster().resources)
    wanted = replace(ROOM, certified=True)

    assert [each.start - NINE for each in diary(roster=certified).slots(wanted, 0, NINE + 480)] == [
        0,
        30,
        60,
    ]
    assert diary(roster=nowhere).earliest(wanted, 0) is None


def test_no_one_else_is_taken_than_who_is_named() -> None:
    roster = roster_of(a_resource("therapist", "t-1"), a_resource("therapist", "t-2"))
    wanted = Wanted(60, (Need(("therapist",)),), frozenset({"t-2"}))

    assert diary(roster=roster).at(wanted, NINE)
    assert diary(Claim("a", "t-2", NINE, NINE + 60), roster=roster).at(wanted, NINE) is None
