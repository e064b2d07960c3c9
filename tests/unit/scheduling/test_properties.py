"""What holds for every booking, over random hours, loads and the days the clocks change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.booking import book_course, horizon, open_course
from services.scheduling.domain.calendar import (
    Day,
    Taken,
    days_between,
    is_free,
    minutes,
    moment,
    take,
)
from services.scheduling.domain.course import Appointment, Course
from services.scheduling.domain.free_time import GRID_MIN, HORIZON_D, NEEDS, Pools, pools
from services.scheduling.domain.resource import Resource, Roster
from services.scheduling.domain.standing import Standing, grant, next_course
from shared.kernel.errors import Rejected
from shared.kernel.policy import CourseTemplate, Policy
from tests.kit.scheduling import (
    BERLIN,
    KINDS,
    NEW_YORK,
    PATIENT,
    POLICY,
    booking,
    granting,
    hours,
    overlaps,
)

ZONES = {NEW_YORK: ((3, 8), (11, 1)), BERLIN: ((3, 29), (10, 25))}
CLOCK_CHANGES = [
    (zone, datetime(2026, *day, tzinfo=UTC)) for zone, days in ZONES.items() for day in days
]
EXAMPLES = settings(max_examples=30, deadline=None, derandomize=True)


@st.composite
def weekly_hours(draw: st.DrawFn) -> tuple[object, ...]:
    opens = draw(st.integers(0, 11))
    closes = opens + draw(st.integers(4, 12))
    days = draw(st.sets(st.integers(0, 6), min_size=3))
    return hours(f"{opens:02}:{draw(st.sampled_from([0, 30])):02}", f"{closes:02}:45", sorted(days))


@st.composite
def clinics(draw: st.DrawFn) -> tuple[Roster, list[Day], datetime]:
    """Resources of one zone, partly taken, and a time shortly before its clocks change."""
    zone, change = draw(st.sampled_from(CLOCK_CHANGES))
    resources = [
        Resource(f"{kind}-{number}", kind, zone, draw(weekly_hours()))  # type: ignore[arg-type]
        for kind in KINDS
        for number in range(draw(st.integers(1, 2)))
    ]
    now = change - timedelta(hours=draw(st.integers(0, 400)))
    loads = st.tuples(st.sampled_from(resources), st.integers(0, 1200), st.integers(1, 10))
    days = _loaded(draw(st.lists(loads, max_size=60)), now)
    return Roster(tuple(sorted(resources, key=lambda each: each.id))), days, now


def _loaded(loads: Sequence[tuple[Resource, int, int]], now: datetime) -> list[Day]:
    """Half hours from `now`, taken where they are not yet."""
    days = {day: Day(day) for day in horizon(booking(at=now, earliest=now))}
    for number, (resource, start, length) in enumerate(loads):
        begin = minutes(now) + start * 30
        taken = Taken(begin, begin + length * 30, f"load-{number}", (resource.id,))
        touched = days_between(taken.start, taken.end)
        if all(is_free(days[day], taken) for day in touched):
            days.update({day: take(days[day], taken) for day in touched})
    return list(days.values())


def _book(
    roster: Roster, days: list[Day], now: datetime, protocol: str, policy: Policy = POLICY
) -> tuple[Standing, Course] | None:
    route = policy.protocols[protocol].route
    command = granting(
        at=now,
        protocol=protocol,
        route=route,
        first_dose_by=now + timedelta(days=30),
        valid_until=now + timedelta(days=90),
    )
    standing = next_course(grant(command, Standing(PATIENT)), None)
    course = open_course(standing, now, policy)
    request = booking(at=now, earliest=now)
    try:
        return standing, book_course(request, course, standing, pools(roster, days), policy)
    except Rejected as refusal:
        assert refusal.blockers
        return None


@given(clinics(), st.sampled_from(sorted(POLICY.protocols)))
@EXAMPLES
def test_no_resource_is_ever_booked_twice(
    clinic: tuple[Roster, list[Day], datetime], protocol: str
) -> None:
    if booked := _book(*clinic, protocol):
        days = {day.date: day for day in clinic[1]}
        for each in booked[1].appointments:
            for day in days_between(each.taken.start, each.taken.end):
                days[day] = take(days[day], each.taken)

        assert overlaps(list(days.values())) == []


@given(clinics(), st.sampled_from(sorted(POLICY.protocols)))
@EXAMPLES
def test_everybody_is_at_work_on_the_wall_clock(
    clinic: tuple[Roster, list[Day], datetime], protocol: str
) -> None:
    resources = {each.id: each for each in clinic[0].resources}
    if booked := _book(*clinic, protocol):
        for each in booked[1].appointments:
            used = [resources[name] for name in each.resources]

            assert tuple(resource.kind for resource in used) == NEEDS[each.session]
            assert all(_is_open(resource, each) for resource in used)
            assert minutes(each.start) % GRID_MIN == 0


def _is_open(resource: Resource, each: Appointment) -> bool:
    """Read off a clock on the wall, not computed as the scheduler does."""
    start, end = (moment.astimezone(ZoneInfo(resource.zone)) for moment in (each.start, each.end))
    return any(
        start.weekday() == hours.weekday
        and time.fromisoformat(hours.opens) <= start.time()
        and end.date() == start.date()
        and end.time() <= time.fromisoformat(hours.closes)
        for hours in resource.hours
    )


@given(clinics(), st.sampled_from(sorted(POLICY.protocols)))
@EXAMPLES
def test_order_and_windows_always_hold(
    clinic: tuple[Roster, list[Day], datetime], protocol: str
) -> None:
    if booked := _book(*clinic, protocol):
        standing, course = booked
        assert standing.clearance
        in_turn = course.appointments
        doses = [each for each in in_turn if each.session == "dosing"]
        prepared = [each for each in in_turn if each.session == "preparation"][-1]
        gap = max(course.protocol.dose_gap_h, POLICY["dose.min_gap_h"])

        assert in_turn[0].start >= clinic[2]
        assert all(one.end <= other.start for one, other in pairwise(in_turn))
        assert doses[0].start - prepared.end <= POLICY.days("prep.max_age_d")
        assert doses[0].start <= standing.clearance.first_dose_by
        assert doses[-1].start <= standing.clearance.valid_until
        assert all(b.start - a.start >= timedelta(hours=gap) for a, b in pairwise(doses))
        assert all(_is_integrated(dose, course) for dose in doses)


def _is_integrated(dose: Appointment, course: Course) -> bool:
    integration = course.appointment(f"integration-{dose.number}")
    assert integration
    after = integration.start - dose.end
    return (
        POLICY.hours("integration.window_from_h")
        <= after
        <= POLICY.hours("integration.window_to_h")
    )


@given(clinics(), st.sampled_from(sorted(POLICY.protocols)))
@EXAMPLES
def test_the_same_request_is_decided_the_same_way_again(
    clinic: tuple[Roster, list[Day], datetime], protocol: str
) -> None:
    assert _book(*clinic, protocol) == _book(*clinic, protocol)


SHORT = CourseTemplate("short", "1", "iv", 1, 1, 72, 60, 150, 60)


@given(clinics())
@EXAMPLES
def test_no_earlier_place_exists_and_none_is_missed(
    clinic: tuple[Roster, list[Day], datetime],
) -> None:
    """Judged by trying every half hour, with one therapist and a preparation of the day before."""
    roster, days, now = clinic
    alone = Roster(tuple(each for each in roster.resources if each.id != "therapist-1"))
    values = {**POLICY.values, "prep.max_age_d": 1}
    policy = replace(POLICY, values=values, protocols={"short": SHORT})

    booked = _book(alone, days, now, "short", policy)

    found = [minutes(each.start) for each in booked[1].appointments] if booked else None
    assert found == _by_trying(pools(alone, days), now)


def _by_trying(free: Pools, now: datetime) -> list[int] | None:
    begin = -(-minutes(now) // 30) * 30
    last_dose = int((now + timedelta(days=30)).timestamp() // 60)
    preparations, doses, integrations = (
        [
            start
            for start in range(begin, begin + 35 * 1440, 30)
            if _all_free(free, kind, start, length)
        ]
        for kind, length in (("preparation", 60), ("dosing", 150), ("integration", 60))
    )
    for dose in (each for each in doses if each <= last_dose):
        before = [each for each in preparations if each + 60 <= dose <= each + 1440]
        after = [each for each in integrations if dose + 150 + 1440 <= each <= dose + 150 + 4320]
        if before and after:
            return [before[0], dose, after[0]]
    return None


def _all_free(free: Pools, kind: str, start: int, length: int) -> bool:
    return all(
        any(
            opens <= start and start + length <= closes
            for each in free.get(needed, ())
            for opens, closes in zip(each.starts, each.ends, strict=True)
        )
        for needed in NEEDS[kind]  # type: ignore[index]
    )


def test_the_horizon_is_what_the_booking_reads() -> None:
    late = datetime(2026, 10, 24, 23, 59, tzinfo=UTC)

    days = horizon(booking(earliest=late))

    assert (days[0], len(days)) == (moment(minutes(late) - 1).date().isoformat(), HORIZON_D)
