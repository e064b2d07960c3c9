"""What the demo's desk tells of courses to come: valid, in time, and alive when it is looked at."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.codec import schema, strict_json
from shared.contracts import site
from shared.local.demo.clinics import CLINICS, Clinic, resource
from shared.local.demo.desk.planning import BOOKED_AHEAD, Planned, requests, twists
from shared.local.demo.people import AT_THE_DESK, Fate, Person, cohort
from shared.local.demo.story import Happening
from tests.kit.demo.told import SEED, TODAY

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)


def at_desk(clinic: Clinic) -> dict[Fate, Person]:
    return {one.fate: one for one in cohort(clinic, SEED, TODAY) if one.fate in AT_THE_DESK}


def planned(clinic: Clinic, one: Person) -> Iterator[Planned]:
    """A preparation, a dose and its integration, a day apart, from the day that was asked for."""
    day = NOW + timedelta(days=BOOKED_AHEAD.get(one.fate, 1))
    who = (resource(clinic, "room-1"), resource(clinic, "therapist-2"))
    for session, days in (("preparation", 0), ("dosing", 1), ("integration", 2)):
        start = day + timedelta(days=days)
        end = start + timedelta(hours=1)
        yield Planned(f"{one.fate}-{session}", session, int(days > 0), start, end, who)


def told(clinic: Clinic) -> list[Happening]:
    people = at_desk(clinic)
    courses = {fate: list(planned(clinic, one)) for fate, one in people.items()}
    asked = [each for one in people.values() for each in requests(one, NOW)]
    return asked + twists(clinic, people, courses, NOW)


@pytest.mark.parametrize("clinic", CLINICS, ids=lambda each: each.name)
def test_everybody_at_the_desk_is_there_once_and_cleared(clinic: Clinic) -> None:
    people = [one for one in cohort(clinic, SEED, TODAY) if one.fate in AT_THE_DESK]

    assert [one.fate for one in people] == list(AT_THE_DESK)
    assert all(one.is_cleared and not one.is_dosed for one in people)


@pytest.mark.parametrize("clinic", CLINICS, ids=lambda each: each.name)
def test_the_desk_tells_what_is_valid_and_nothing_of_the_future(clinic: Clinic) -> None:
    happenings = told(clinic)

    for each in happenings:
        content = strict_json.loads(strict_json.dumps(each.data))
        assert schema.load(type(each.data), content, closed=True) == each.data
        assert each.time <= NOW
    assert len({each.event_id for each in happenings}) == len(happenings)


def test_of_who_is_to_be_planned_nothing_is_told() -> None:
    people = at_desk(CLINICS[0])

    assert people["to-plan"].id not in {each.subject for each in told(CLINICS[0])}


def test_who_is_overbooked_takes_the_very_people_and_time_of_another() -> None:
    happenings = told(CLINICS[0])
    forced = next(e.data for e in happenings if isinstance(e.data, site.CourseBookingForced))

    (slot,) = forced.slots
    other = next(planned(CLINICS[0], at_desk(CLINICS[0])["reschedules"]))
    assert (slot.start, slot.resources) == (other.start, other.resources)
    assert forced.reason


def test_the_feed_of_a_therapist_is_the_last_word() -> None:
    last = told(CLINICS[0])[-1]

    assert (last.subject, last.data) == ("riverside-therapist-1", site.FeedOpened("resource"))
