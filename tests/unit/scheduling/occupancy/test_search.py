"""The search finds every start there is and none that is not: judged by trying each minute."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.occupancy.bits import CELL_MIN, GRID_MIN
from services.scheduling.domain.occupancy.day import (
    Day,
    days_between,
    first_minute,
    in_the_way,
    moment,
    take,
)
from services.scheduling.domain.occupancy.needs import AS_IT_HAS_PLACES, Need, Wanted
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.openings import certified_times, openings
from services.scheduling.domain.resources.resource import Resource, Roster, Site, SiteCertificate
from shared.contracts.site import ResourceKind
from tests.kit.scheduling import NEW_YORK, POLICY, a_resource, hours, licences_of

DAYS = [date(2026, 3, 7), date(2026, 3, 8)]
"""The clocks change in New York on the second."""
ZONES = (NEW_YORK, "Asia/Kathmandu", "Australia/Lord_Howe")
ALWAYS = hours("00:00", "24:00", range(7))
SHARE = "dosing"
NEEDS = (
    Need(("room",), SHARE, AS_IT_HAS_PLACES),
    Need(("chair",)),
    Need(("nurse",), SHARE, 2),
    Need(("therapist", "sitter")),
    Need(("prescriber",), SHARE, 3),
)
PEOPLE: tuple[ResourceKind, ...] = ("nurse", "therapist", "sitter", "prescriber")


@st.composite
def resources(draw: st.DrawFn, number: int, kind: ResourceKind) -> Resource:
    also = draw(st.sets(st.sampled_from(PEOPLE), max_size=2)) - {kind} if kind in PEOPLE else ()
    opens, length = draw(st.integers(0, 20)), draw(st.integers(1, 4))
    minute = draw(st.sampled_from([0, 3, 30]))
    some = hours(f"{opens:02}:{minute:02}", f"{opens + length:02}:00", range(7))
    return a_resource(
        kind,
        f"{kind}-{number}",
        zone=draw(st.sampled_from(ZONES)),
        hours=draw(st.sampled_from([ALWAYS, ALWAYS, ALWAYS, some])),
        site=draw(st.sampled_from(["", "", "east", "west"])),
        also=tuple(sorted(also)),
        room=draw(st.sampled_from(["", "room-0", "room-1"])) if kind == "chair" else "",
        places=draw(st.integers(1, 3)),
        buffer_before_min=draw(st.sampled_from([0, 0, 7])),
        buffer_after_min=draw(st.sampled_from([0, 0, 15])),
    )


@st.composite
def rosters(draw: st.DrawFn, needs: Sequence[Need]) -> Roster:
    """One or two of each kind that is needed. People may be able to do another's work."""
    found = tuple(
        draw(resources(number, kind))
        for kind in sorted(draw(st.sampled_from(need.kinds)) for need in needs)
        for number in range(draw(st.integers(1, 2)))
    )
    sites = (Site("east", draw(st.sampled_from(ZONES)), ALWAYS),) if draw(st.booleans()) else ()
    until = datetime(2026, 3, 8, 6, tzinfo=UTC)
    certified = (SiteCertificate("east", until),) if draw(st.booleans()) else ()
    return Roster(found, sites, licences_of(*found), certified)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Diary, Wanted]:
    needs = draw(st.lists(st.sampled_from(NEEDS), min_size=1, max_size=4, unique=True))
    roster = draw(rosters(needs))
    days = {day.isoformat(): Day(day.isoformat()) for day in DAYS}
    for number in range(draw(st.integers(0, 8))):
        need, at = draw(st.sampled_from(NEEDS)), draw(st.sampled_from(roster.resources))
        start = first_minute(DAYS[0]) - 300 + draw(st.integers(0, 48 * 12)) * CELL_MIN
        length = draw(st.integers(20, 1200))
        claim = replace(need, capacity=draw(st.integers(1, 3))).claim(
            at, f"a{number}", start, start + length
        )
        for day in days_between(claim.start, claim.end):
            if day in days:
                days[day] = take(days[day], replace(claim, forced=True))
    only = draw(st.sets(st.sampled_from([each.id for each in roster.resources]), max_size=1))
    length = draw(st.sampled_from([50, 62, 150]))
    certified = draw(st.sampled_from([False, False, True]))
    return Diary(roster, list(days.values()), POLICY), Wanted(
        length, tuple(needs), frozenset(only), certified
    )


@given(situations())
@settings(max_examples=60, deadline=None)
def test_what_is_offered_is_what_trying_every_time_finds(found: tuple[Diary, Wanted]) -> None:
    diary, wanted = found
    tried = range(diary.begin, diary.end, CELL_MIN)
    free = {start: list(_sites_free(diary, wanted, start)) for start in tried}

    offered = {each.start for each in diary.slots(wanted, diary.begin, diary.end)}

    assert offered == {
        start
        for start, sites in free.items()
        if any(_on_the_wall(diary.roster, wanted, site, start) for site in sites)
    }
    assert {start for start in tried if diary.at(wanted, start)} == {
        start for start, sites in free.items() if sites
    }


@given(situations())
@settings(max_examples=40, deadline=None)
def test_what_is_offered_can_be_taken(found: tuple[Diary, Wanted]) -> None:
    diary, wanted = found
    for slot in diary.slots(wanted, diary.begin, diary.end):
        assert _is_sound(diary, wanted, slot.resources, slot.start)


def _sites_free(diary: Diary, wanted: Wanted, start: int) -> Iterator[str]:
    """The sites at which some choice of resources can be had from then on."""
    able = [
        [each for each in diary.roster.resources if set(each.kinds) & set(need.kinds)]
        for need in wanted.needs
    ]
    named = [[each for each in of if each.id in wanted.only] or of for of in able]
    able = [
        [each for each in of if _is_free(diary, need, each, wanted, start)]
        for need, of in zip(wanted.needs, named, strict=True)
    ]
    for site in sorted({each.site for of in named for each in of} - {""}) or [""]:
        if any(_is_possible(diary, wanted, chosen, start, site) for chosen in _choices(able)):
            yield site


def _choices(able: Sequence[Sequence[Resource]]) -> Iterator[tuple[Resource, ...]]:
    if not able:
        yield ()
        return
    for rest in _choices(able[1:]):
        yield from ((each, *rest) for each in able[0])


def _is_free(diary: Diary, need: Need, resource: Resource, wanted: Wanted, start: int) -> bool:
    claim = need.claim(resource, "new", start, start + wanted.length)
    days = (DAYS[0], len(DAYS))
    opened = (
        interval
        for kind in need.kinds
        for interval in openings(resource, kind, diary.roster, days, POLICY)
    )
    within = diary.begin <= claim.start and claim.end <= diary.end
    return (
        within
        and any(opens <= claim.start and claim.end <= closes for opens, closes in opened)
        and not any(in_the_way(day, claim) for day in diary.days)
    )


def _is_possible(
    diary: Diary, wanted: Wanted, chosen: tuple[Resource, ...], start: int, site: str
) -> bool:
    rooms = [
        each.id
        for need, each in zip(wanted.needs, chosen, strict=True)
        if "room" in need.kinds and (each.site == site or not wanted.certified)
    ]
    needs_room = any("room" in need.kinds for need in wanted.needs)
    return (
        len({each.id for each in chosen}) == len(chosen)
        and {each.site for each in chosen} <= {site, ""}
        and (not needs_room or bool(rooms))
        and all(each.room in ("", *rooms) for each in chosen if needs_room)
        and (not wanted.certified or _is_certified(diary, site, start, wanted.length))
    )


def _is_certified(diary: Diary, site: str, start: int, length: int) -> bool:
    times = certified_times(diary.roster, site, (DAYS[0], len(DAYS)))
    return any(begin <= start and start + length <= end for begin, end in times)


def _is_sound(diary: Diary, wanted: Wanted, chosen: tuple[Resource, ...], start: int) -> bool:
    free = all(
        _is_free(diary, need, each, wanted, start)
        for need, each in zip(wanted.needs, chosen, strict=True)
    )
    return free and any(
        _is_possible(diary, wanted, chosen, start, site) for site in ("east", "west", "")
    )


def _on_the_wall(roster: Roster, wanted: Wanted, site: str, start: int) -> bool:
    """Half hours of the site, or of the first that could be the room, or could be anything."""
    declared = roster.site(site)
    named = {each.site for each in roster.resources} - {""}
    able = [
        each
        for need in sorted(wanted.needs, key=lambda need: "room" not in need.kinds)
        for each in sorted(roster.resources, key=lambda each: each.id)
        if set(each.kinds) & set(need.kinds)
        and each.site in ("", site)
        and (not wanted.only or _may(roster, need, each, wanted))
        and not (wanted.certified and "room" in need.kinds and each.site != site)
    ]
    assert able or named
    zone = declared.zone if declared else able[0].zone
    return moment(start).astimezone(ZoneInfo(zone)).minute % GRID_MIN == 0


def _may(roster: Roster, need: Need, resource: Resource, wanted: Wanted) -> bool:
    named = [
        each.id
        for each in roster.resources
        if set(each.kinds) & set(need.kinds) and each.id in wanted.only
    ]
    return not named or resource.id in named
