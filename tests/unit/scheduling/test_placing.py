"""Pushing finds the earliest placing there is, and blames the session that finds no place.

Then what holds for every booking, over random hours, loads and the days the clocks change.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduling.domain.course.booking import book_course, horizon, open_course
from services.scheduling.domain.course.course import Appointment, Course
from services.scheduling.domain.course.standing import Standing, grant, next_course
from services.scheduling.domain.occupancy.bits import GRID_MIN
from services.scheduling.domain.occupancy.day import (
    Claim,
    Day,
    days_between,
    in_the_way,
    minutes,
    moment,
    take,
)
from services.scheduling.domain.occupancy.needs import wanted
from services.scheduling.domain.occupancy.search import HORIZON_D, Diary, Slot
from services.scheduling.domain.planning.placing import Blocked, place
from services.scheduling.domain.planning.rules import Link, Rule, Session
from services.scheduling.domain.resources.openings import openings
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import WeeklyHours
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
    roster_of,
)

RULE = Rule("a-rule", "words", "source", lambda _sessions, _terms: iter(()))
FIRST = Session("dosing", 1, 10)
SECOND = Session("integration", 1, 10)


def placed(starts: dict[str, list[int]], *links: Link, sessions: tuple[Session, ...]) -> object:
    """`starts` are the only times at which a session can start."""

    def find(session: Session, since: int) -> Slot | None:
        later = [start for start in starts[session.name] if start >= since]
        return Slot(later[0], later[0] + session.length) if later else None

    found = place(sessions, [(RULE, link) for link in links], find)
    return found if isinstance(found, Blocked) else [slot.start for slot in found]


WINDOW = Link(1, least=20, most=30, earlier=0)


def test_each_session_takes_its_earliest_time() -> None:
    starts = {"dosing-1": [0, 5], "integration-1": [10, 22]}

    assert placed(starts, WINDOW, sessions=(FIRST, SECOND)) == [0, 22]


def test_a_dose_whose_integration_finds_no_place_starts_later() -> None:
    starts = {"dosing-1": [0, 50, 80], "integration-1": [10, 102]}

    assert placed(starts, WINDOW, sessions=(FIRST, SECOND)) == [80, 102]


def test_the_session_that_finds_no_place_is_blamed_not_the_one_it_pushed() -> None:
    starts = {"dosing-1": [0, 50], "integration-1": [10, 102]}

    blocked = placed(starts, WINDOW, Link(0, most=60), sessions=(FIRST, SECOND))

    assert blocked == Blocked(SECOND, 20, 30, RULE)


def test_a_limit_that_nothing_can_move_ends_the_search() -> None:
    blocked = placed({"dosing-1": [50]}, Link(0, most=40), sessions=(FIRST,))

    assert blocked == Blocked(FIRST, 0, 40, RULE)


def test_what_stands_is_not_moved_and_the_others_are_placed_around_it() -> None:
    standing = Session("integration", 1, 10, start=60)
    starts = {"dosing-1": [0, 35, 45]}

    assert placed(starts, WINDOW, sessions=(FIRST, standing)) == [35, 60]


def test_what_stands_too_early_blocks() -> None:
    standing = Session("integration", 1, 10, start=60)

    blocked = placed({"dosing-1": [45]}, WINDOW, sessions=(FIRST, standing))

    assert isinstance(blocked, Blocked)
    assert (blocked.session, blocked.since) == (standing, 65)


Clinic = tuple[Roster, list[Day], datetime]
DOSE_WITHIN_D = 5
ZONES = {NEW_YORK: ((3, 8), (11, 1)), BERLIN: ((3, 29), (10, 25))}
CLOCK_CHANGES = [
    (zone, datetime(2026, *day, tzinfo=UTC)) for zone, days in ZONES.items() for day in days
]
EXAMPLES = settings(max_examples=20, deadline=None, derandomize=True)


@st.composite
def weekly_hours(draw: st.DrawFn) -> tuple[WeeklyHours, ...]:
    opens = draw(st.integers(0, 11))
    closes = opens + draw(st.integers(5, 12))
    days = draw(st.sets(st.integers(0, 6), min_size=4))
    return hours(f"{opens:02}:{draw(st.sampled_from([0, 30])):02}", f"{closes:02}:45", sorted(days))


@st.composite
def clinics(draw: st.DrawFn) -> Clinic:
    """Two shifts in one zone, partly taken, and a time shortly before its clocks change."""
    zone, change = draw(st.sampled_from(CLOCK_CHANGES))
    shifts = st.sampled_from([draw(weekly_hours()), draw(weekly_hours())])
    resources = [
        Resource(f"{kind}-{number}", kind, zone, draw(shifts))
        for kind in KINDS
        for number in range(draw(st.integers(1, 2)))
    ]
    now = change - timedelta(hours=draw(st.integers(0, 400)))
    loads = st.tuples(st.sampled_from(resources), st.integers(0, 1200), st.integers(1, 10))
    days = _loaded(draw(st.lists(loads, max_size=30)), now)
    return roster_of(*resources), days, now


def _loaded(loads: Sequence[tuple[Resource, int, int]], now: datetime) -> list[Day]:
    """Half hours from `now`, taken where they are not yet."""
    days = {day: Day(day) for day in horizon(booking(at=now, earliest=now))}
    for number, (resource, start, length) in enumerate(loads):
        begin = minutes(now) + start * 30
        load = Claim(f"load-{number}", resource.id, begin, begin + length * 30)
        touched = days_between(load.start, load.end)
        if not any(in_the_way(days[day], load) for day in touched):
            days.update({day: take(days[day], load) for day in touched})
    return list(days.values())


def _book(clinic: Clinic, protocol: str, policy: Policy = POLICY) -> tuple[Standing, Course]:
    roster, days, now = clinic
    command = granting(
        at=now,
        protocol=protocol,
        route=policy.protocols[protocol].route,
        first_dose_by=now + timedelta(days=DOSE_WITHIN_D),
        valid_until=now + timedelta(days=90),
    )
    standing = next_course(grant(command, Standing(PATIENT)), None)
    course = open_course(standing, now, policy)
    with suppress(Rejected):  # then the course is given back as it was, with nothing booked
        request = booking(at=now, earliest=now)
        course = book_course(request, course, standing, Diary(roster, days, policy), policy)
    return standing, course


@given(clinics(), st.sampled_from(sorted(POLICY.protocols)))
@EXAMPLES
def test_every_booking_keeps_every_rule(clinic: Clinic, protocol: str) -> None:
    standing, course = _book(clinic, protocol)

    _assert_no_resource_is_booked_twice(clinic, course)
    _assert_everybody_is_at_work(clinic, course)
    if course.appointments:
        _assert_order_and_windows(clinic, course, standing)
    assert _book(clinic, protocol) == (standing, course)


def _assert_no_resource_is_booked_twice(clinic: Clinic, course: Course) -> None:
    days = {day.date: day for day in clinic[1]}
    for each in course.appointments:
        for claim in each.claims:
            for day in days_between(claim.start, claim.end):
                days[day] = replace(days[day], claims=(*days[day].claims, claim))

    assert overlaps(list(days.values())) == []


def _assert_everybody_is_at_work(clinic: Clinic, course: Course) -> None:
    resources = {each.id: each for each in clinic[0].resources}
    for each in course.appointments:
        used = [resources[name] for name in each.resources]

        assert [resource.kind for resource in used] == [
            need.kinds[0] for need in wanted(each.session, course.route, 60, POLICY).needs
        ]
        assert all(_is_open(resource, each) for resource in used)
        assert minutes(each.start) % GRID_MIN == 0


def _assert_order_and_windows(clinic: Clinic, course: Course, standing: Standing) -> None:
    in_turn = course.appointments
    doses = [each for each in in_turn if each.session == "dosing"]
    prepared = [each for each in in_turn if each.session == "preparation"][-1]
    gap = max(course.protocol.dose_gap_h, POLICY["dose.min_gap_h"])

    assert standing.clearance
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
    earliest, latest = "integration.window_from_h", "integration.window_to_h"
    return POLICY.hours(earliest) <= after <= POLICY.hours(latest)


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


SHORT = CourseTemplate("short", "1", "iv", 1, 1, 72, 60, 150, 60)


@given(clinics())
@EXAMPLES
def test_no_earlier_place_exists_and_none_is_missed(clinic: Clinic) -> None:
    """Judged by trying every half hour, with one therapist and a preparation of the day before."""
    roster, days, now = clinic
    alone = roster_of(*(each for each in roster.resources if each.id != "therapist-1"))
    values = {**POLICY.values, "prep.max_age_d": 1}
    policy = replace(POLICY, values=values, protocols={"short": SHORT})

    _, course = _book((alone, days, now), "short", policy)

    found = [minutes(each.start) for each in course.appointments]
    assert found == _by_trying(Diary(alone, days, policy), now)


def _by_trying(diary: Diary, now: datetime) -> list[int]:
    begin = -(-minutes(now) // 30) * 30
    preparations = _starts(diary, "preparation", 60, begin)
    integrations = _starts(diary, "integration", 60, begin)
    for dose in _starts(diary, "dosing", 150, begin):
        before = [each for each in preparations if each + 60 <= dose <= each + 1440]
        after = [each for each in integrations if dose + 150 + 1440 <= each <= dose + 150 + 4320]
        if before and after and dose <= minutes(now) + DOSE_WITHIN_D * 1440:
            return [before[0], dose, after[0]]
    return []


def _starts(diary: Diary, kind: SessionKind, length: int, begin: int) -> list[int]:
    """Every start within reach, by looking at each half hour."""
    needs = wanted(kind, "iv", length, diary.policy).needs
    within = range(begin, begin + (DOSE_WITHIN_D + 5) * 1440, 30)
    return [
        start
        for start in within
        if all(
            any(_is_free(diary, each, start, start + length) for each in _able(diary, need.kinds))
            for need in needs
        )
    ]


def _able(diary: Diary, kinds: Sequence[str]) -> list[Resource]:
    return [each for each in diary.roster.resources if each.kind in kinds]


def _is_free(diary: Diary, resource: Resource, start: int, end: int) -> bool:
    days = datetime.fromisoformat(diary.days[0].date).date(), len(diary.days)
    opens = openings(resource, resource.kind, diary.roster, days, diary.policy)
    claims = [each for day in diary.days for each in day.claims if each.resource == resource.id]
    return any(opened <= start and end <= closed for opened, closed in opens) and not any(
        each.start < end and start < each.end for each in claims
    )


def test_the_horizon_is_what_the_booking_reads() -> None:
    late = datetime(2026, 10, 24, 23, 59, tzinfo=UTC)

    days = horizon(booking(earliest=late))

    assert (days[0], len(days)) == (moment(minutes(late) - 1).date().isoformat(), HORIZON_D)
