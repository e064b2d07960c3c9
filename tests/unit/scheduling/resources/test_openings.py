"""SCH-6: hours and rules less absences, while the site is open, while the papers hold."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scheduling.domain.occupancy.day import minutes, moment
from services.scheduling.domain.resources import wall
from services.scheduling.domain.resources.because import because
from services.scheduling.domain.resources.openings import certified_times, openings
from services.scheduling.domain.resources.resource import (
    Licence,
    Resource,
    Roster,
    Site,
    SiteCertificate,
)
from shared.contracts.site import Certificate, Closure, RecurringHours, ResourceKind
from shared.kernel.policy import Policy
from tests.kit.scheduling import (
    BERLIN,
    CERTIFICATES,
    LICENSED,
    NEW_YORK,
    POLICY,
    a_resource,
    hours,
    roster_of,
)

MONDAY = date(2026, 6, 1)
DAY = timedelta(days=1)
WEEK = (MONDAY, 7)
LONDON = "Europe/London"
OPTIONAL = replace(POLICY, values={**POLICY.values, "licence.required": 0})


def there(
    resource: Resource,
    roster: Roster | None = None,
    kind: ResourceKind | None = None,
    zone: str = NEW_YORK,
    policy: Policy = POLICY,
) -> list[str]:
    """When it is open in the week, on the wall: `1 09:00-17:00` on Monday."""
    roster = roster or roster_of(resource)
    found = openings(resource, kind or resource.kind, roster, WEEK, policy)
    walls = [[moment(at).astimezone(ZoneInfo(zone)) for at in each] for each in found]
    return [
        f"{start.day} {start:%H:%M}-{end:%H:%M}"
        for start, end in walls
        if MONDAY <= start.date() < MONDAY + 7 * DAY
    ]


def days(shown: list[str]) -> list[int]:
    return [int(each.split()[0]) for each in shown]


def licensed(*periods: tuple[date, date], role: str = "nurse") -> tuple[Resource, Roster]:
    nurse = a_resource("nurse")
    held = tuple(Licence("nurse-1", role, *each) for each in periods)  # type: ignore[arg-type]
    return nurse, Roster((nurse,), licences=held)


def test_weekly_hours_and_rules_are_united_and_absences_taken_from_them() -> None:
    room = a_resource(
        "room",
        hours=hours("09:00", "12:00", [0, 1, 2, 3]),
        recurring=(
            RecurringHours(MONDAY, "FREQ=WEEKLY;BYDAY=MO", "11:00", "13:00"),
            RecurringHours(MONDAY, "FREQ=MONTHLY;BYDAY=1SA", "10:00", "11:00"),
        ),
        absences=(Closure(MONDAY + DAY, MONDAY + 2 * DAY, "maintenance"),),
    )

    assert there(room) == ["1 09:00-13:00", "4 09:00-12:00", "6 10:00-11:00"]


def test_an_absence_may_have_begun_long_ago_and_have_no_end_in_sight() -> None:
    away = a_resource("room", absences=(Closure(date.min, MONDAY, "a"),))
    gone = a_resource("room", absences=(Closure(MONDAY + DAY, date.max, "b"),))

    assert days(there(away)) == [2, 3, 4, 5]
    assert days(there(gone)) == [1]


def test_what_is_not_active_or_not_of_the_kind_is_never_open() -> None:
    assert there(a_resource("room", active=False)) == []
    assert there(a_resource("room"), kind="chair") == []


def test_a_resource_is_there_only_while_its_site_is_open_whatever_zone_either_names() -> None:
    site = Site(
        "main",
        LONDON,
        hours("14:00", "20:00", range(7)),
        (RecurringHours(MONDAY, "FREQ=DAILY;COUNT=1", "08:00", "24:00"),),
        (Closure(MONDAY + 4 * DAY, MONDAY + 4 * DAY, "holiday"),),
    )
    room = a_resource("room", site="main")

    roster = Roster((room,), (site,))
    assert there(room, roster) == [
        "1 09:00-17:00",
        "2 09:00-15:00",  # 20:00 in London
        "3 09:00-15:00",
        "4 09:00-15:00",
    ]


def test_a_site_that_was_not_declared_narrows_nothing() -> None:
    assert days(there(a_resource("room", site="elsewhere"))) == [1, 2, 3, 4, 5]


def test_sch_6_without_a_licence_on_record_nobody_is_booked() -> None:
    nurse = a_resource("nurse")
    alone = Roster((nurse,))

    assert there(nurse, alone) == []
    assert days(there(nurse, alone, policy=OPTIONAL)) == [1, 2, 3, 4, 5]
    assert [each.code for each in because(nurse, alone, MONDAY, POLICY)] == ["no-licence"]


def test_sch_6_the_licence_of_another_person_or_role_does_not_count() -> None:
    nurse, wrong_role = licensed(LICENSED, role="therapist")
    other = Roster((nurse,), licences=(Licence("nurse-2", "nurse", *LICENSED),))
    named = replace(nurse, practitioner="nurse-2")

    assert there(nurse, wrong_role) == []
    assert there(nurse, other) == []
    assert days(there(named, other)) == [1, 2, 3, 4, 5]


def test_sch_6_a_licence_holds_on_its_first_and_on_its_last_day() -> None:
    assert days(there(*licensed((MONDAY + DAY, MONDAY + 3 * DAY)))) == [2, 3, 4]


def test_sch_6_several_licences_unite() -> None:
    first, second = (MONDAY, MONDAY + DAY), (MONDAY + 3 * DAY, MONDAY + 3 * DAY)

    assert days(there(*licensed(second, first))) == [1, 2, 4]


def test_sch_6_a_licence_that_ended_before_it_began_never_holds() -> None:
    assert there(*licensed((MONDAY, MONDAY - DAY))) == []


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, "Pacific/Apia", "Asia/Kathmandu"])
def test_sch_6_days_of_a_licence_are_days_on_the_wall_of_the_resource(zone: str) -> None:
    always = a_resource("nurse", zone=zone, hours=hours("00:00", "24:00", range(7)))
    roster = Roster((always,), licences=(Licence("nurse-1", "nurse", MONDAY, MONDAY + DAY),))

    [(start, end)] = openings(always, "nurse", roster, WEEK, POLICY)

    clock = ZoneInfo(zone)
    assert moment(start) == datetime(2026, 6, 1, tzinfo=clock)
    assert moment(end) == datetime(2026, 6, 3, tzinfo=clock)


def test_sch_6_licences_that_follow_one_another_have_no_seam() -> None:
    periods = [(MONDAY + n * DAY, MONDAY + n * DAY) for n in range(4)]
    always = a_resource("nurse", hours=hours("00:00", "24:00", range(7)))
    held = tuple(Licence("nurse-1", "nurse", *each) for each in periods)

    assert len(openings(always, "nurse", Roster((always,), licences=held), WEEK, POLICY)) == 1


def test_sch_6_a_psychiatrist_may_be_booked_as_prescriber_and_not_the_other_way_round() -> None:
    doctor = a_resource("prescriber")
    psychiatrist = Roster((doctor,), licences=(Licence("prescriber-1", "psychiatrist", *LICENSED),))
    director = Roster((doctor,), licences=(Licence("prescriber-1", "medical-director", *LICENSED),))

    assert days(there(doctor, psychiatrist)) == [1, 2, 3, 4, 5]
    assert there(doctor, director) == []


def test_sch_6_every_certificate_that_the_role_needs_must_be_valid() -> None:
    ends = Certificate("acls", MONDAY + 2 * DAY)
    others = tuple(each for each in CERTIFICATES if each.code != "acls")

    assert days(there(a_resource("nurse", certificates=(*others, ends)))) == [1, 2, 3]
    assert there(a_resource("nurse", certificates=others)) == []
    assert days(there(a_resource("therapist", certificates=others))) == [1, 2, 3, 4, 5]


def test_sch_6_papers_are_asked_for_the_role_in_which_a_person_is_booked() -> None:
    both = a_resource("nurse", also=("sitter",))
    roster = Roster((both,), licences=(Licence("nurse-1", "nurse", *LICENSED),))

    assert days(there(both, roster, "nurse")) == [1, 2, 3, 4, 5]
    assert there(both, roster, "sitter") == []
    assert [(each.kind, each.code) for each in because(both, roster, MONDAY, POLICY)] == [
        ("sitter", "no-licence")
    ]


def test_rooms_need_no_papers() -> None:
    assert days(there(a_resource("room"), Roster((a_resource("room"),)))) == [1, 2, 3, 4, 5]


def test_sch_5_a_site_may_give_esketamine_until_its_certificate_ends() -> None:
    until = datetime(2026, 6, 3, 12, 30, tzinfo=UTC)
    roster = Roster(certified=(SiteCertificate("main", until),))
    before, after = (datetime(2026, 5, 31 - n, tzinfo=UTC) for n in (0, 21))

    assert certified_times(roster, "main", WEEK) == ((minutes(before), minutes(until)),)
    assert certified_times(roster, "other", WEEK) == ()
    assert certified_times(roster, "main", (MONDAY + 7 * DAY, 7)) == ()
    [(_, end)] = certified_times(roster, "main", (after.date(), 7))
    assert end == minutes(after) + 8 * 24 * 60


@pytest.mark.parametrize(
    ("periods", "code", "since"),
    [
        ([LICENSED], [], []),
        ([], ["no-licence"], [None]),
        ([(date(2025, 1, 1), MONDAY - DAY)], ["licence-ended"], [None]),
        ([(MONDAY + DAY, date(2030, 1, 1))], ["licence-not-begun"], [None]),
        ([(date(2025, 1, 1), MONDAY)], ["licence-ends"], [MONDAY + DAY]),
        ([(date(2025, 1, 1), MONDAY), (MONDAY + DAY, date(2030, 1, 1))], [], []),
        (
            [(date(2025, 1, 1), MONDAY), (MONDAY + 2 * DAY, date(2030, 1, 1))],
            ["licence-ends"],
            [MONDAY + DAY],
        ),
        ([(date(2025, 1, 1), MONDAY + 119 * DAY)], ["licence-ends"], [MONDAY + 120 * DAY]),
        ([(date(2025, 1, 1), MONDAY + 120 * DAY)], [], []),
    ],
)
def test_it_is_said_which_licence_is_missing_or_ends_when(
    periods: list[tuple[date, date]], code: list[str], since: list[date | None]
) -> None:
    nurse, roster = licensed(*periods)

    found = because(nurse, roster, MONDAY, POLICY)

    assert [each.code for each in found] == code
    assert [each.since for each in found] == since
    assert all("record the licence at intake" in each.words for each in found)


def test_it_is_said_what_else_keeps_a_resource_from_being_booked() -> None:
    def codes(resource: Resource) -> list[str]:
        return [each.code for each in because(resource, roster_of(resource), MONDAY, POLICY)]

    ended = Certificate("acls", MONDAY - DAY)
    assert codes(a_resource("room")) == []
    assert codes(a_resource("room", active=False)) == ["not-active"]
    assert codes(a_resource("room", hours=())) == ["never-open"]
    assert codes(a_resource("nurse", certificates=())) == ["no-certificate"]
    assert codes(a_resource("nurse", certificates=(ended,))) == ["certificate-ended"]


TIMES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


@given(TIMES, TIMES)
def test_stretches_of_time_are_united_cut_and_taken_away_minute_by_minute(
    some: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    def each_minute(intervals: Iterable[wall.Interval]) -> set[int]:
        return {at for start, end in intervals for at in range(start, end)}

    one, other = wall.united(some), wall.united(others)

    assert each_minute(one) == each_minute(some)
    assert each_minute(wall.common(one, other)) == each_minute(one) & each_minute(other)
    assert each_minute(wall.without(one, other)) == each_minute(one) - each_minute(other)
    for found in (one, wall.common(one, other), wall.without(one, other)):
        assert all(start < end for start, end in found)
        assert all(a[1] <= b[0] for a, b in pairwise(found))
