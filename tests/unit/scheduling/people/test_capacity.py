"""How full, how much more, and what one more would add: numbers that a booking would keep."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.scheduling.domain.capacity.report import capacity, how_many
from services.scheduling.domain.capacity.scratch import Scratch
from services.scheduling.domain.occupancy.day import Day, days_between, take
from services.scheduling.domain.occupancy.needs import Wanted, wanted
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.resources.resource import Roster
from tests.kit.door import bearer
from tests.kit.scheduling import POLICY, Clinic, a_resource, a_roster, taken
from tests.unit.scheduling.people.test_feeds import app

DAY = "2026-03-02"  # a Monday; New York is open from 14:00 to 22:00 UTC
TALK = wanted("integration", "iv", 60, POLICY)
DOSE = wanted("dosing", "iv", 150, POLICY)


def monday(*claims: Any) -> list[Day]:
    day = Day(DAY)
    for each in claims:
        day = take(day, each)
    return [day]


def nine() -> int:
    return Diary(a_roster(), monday(), POLICY).begin + 14 * 60


def more(*extra: str) -> Roster:
    """The smallest clinic, and one more of each kind named."""
    kinds: Sequence[Any] = [each.split("-")[0] for each in extra]
    base = a_roster()
    others = (a_resource(kind, name) for kind, name in zip(kinds, extra, strict=True))
    licensed = tuple(
        replace(each, practitioner=name)
        for kind, name in zip(kinds, extra, strict=True)
        for each in base.licences
        if each.practitioner == f"{kind}-1"
    )
    resources = tuple(sorted((*base.resources, *others), key=lambda each: each.id))
    return replace(base, resources=resources, licences=(*base.licences, *licensed))


def test_open_and_taken_minutes_of_each_resource_and_kind() -> None:
    start = nine()
    days = monday(*taken(start, start + 120, "appointment", "room-1", "therapist-1"))

    found = capacity(a_roster(), days, "iv", POLICY)

    by_name = {each.name: (each.open_min, each.taken_min, each.share) for each in found.resources}
    assert by_name["room-1"] == (480, 120, 0.25)
    assert by_name["nurse-1"] == (480, 0, 0.0)
    assert [each.share for each in found.kinds] == sorted(
        (each.share for each in found.kinds), reverse=True
    )
    assert found.kinds[0].name in ("room", "therapist")


def test_who_is_shared_by_two_is_half_taken_by_each() -> None:
    start = nine()
    own = next(each for each in DOSE.needs if "nurse" in each.kinds)
    nurse = next(each for each in a_roster().resources if each.id == "nurse-1")
    days = monday(own.claim(nurse, "appointment", start, start + 150))

    found = capacity(a_roster(), days, "iv", POLICY)

    assert own.capacity == 2
    assert next(each for each in found.resources if each.name == "nurse-1").taken_min == 75


def test_eight_hours_hold_eight_talks_and_three_doses() -> None:
    assert how_many(TALK, a_roster(), monday(), POLICY) == 8
    assert how_many(DOSE, a_roster(), monday(), POLICY) == 3


def test_what_limits_is_what_one_more_of_adds_to() -> None:
    talks = next(
        each
        for each in capacity(more("room-2"), monday(), "iv", POLICY).fits
        if "integration" in each.sessions
    )

    assert (talks.more, talks.limited_by) == (8, "therapist")
    assert {each.kind: each.adds for each in talks.one_more} == {"therapist": 8, "room": 0}


def test_where_several_limit_together_none_is_blamed() -> None:
    talks = next(
        each
        for each in capacity(a_roster(), monday(), "iv", POLICY).fits
        if "integration" in each.sessions
    )

    assert talks.limited_by is None


@pytest.mark.parametrize("session", [TALK, DOSE])
@pytest.mark.parametrize("extra", [(), ("room-2", "nurse-2"), ("therapist-2", "room-2")])
def test_what_is_said_to_fit_can_be_booked_and_then_nothing_more(
    session: Wanted, extra: tuple[str, ...]
) -> None:
    roster, start = more(*extra), nine()
    days = monday(*taken(start + 60, start + 90, "appointment", "room-1"))

    slots = Scratch(roster, days, POLICY).fill(session, 100)
    for number, slot in enumerate(slots):
        for claim in slot.claims(f"tried-{number}"):
            assert days_between(claim.start, claim.end) == (DAY,)
            days = [take(days[0], claim)]  # asserts that nothing is taken twice

    assert slots
    assert Diary(roster, days, POLICY).earliest(session, start - 14 * 60) is None


def test_a_lead_reads_it_in_plain_words(tmp_path: Path) -> None:
    client = app(Clinic().staffed(more("room-2")), tmp_path).test_client()
    path = "/v1/capacity?from=2026-03-02&to=2026-03-02&route=iv"

    told = client.get(path, headers=bearer()).get_json()

    assert [each["says"] for each in told["fits"] if "integration" in each["sessions"]] == [
        "8 more preparation or integration sessions of 60 minutes fit; what limits is the "
        "therapist: one more like therapist-1 adds 8"
    ]


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-02&to=2026-03-01&route=iv",
        "from=2026-03-02&to=2026-06-02&route=iv",
        "route=by-train",
    ],
)
def test_a_period_is_at_most_a_quarter_and_a_route_is_one(tmp_path: Path, query: str) -> None:
    client = app(Clinic(), tmp_path).test_client()

    assert client.get(f"/v1/capacity?{query}", headers=bearer()).status_code == 422


def test_a_clinic_that_declared_nothing_has_no_room(tmp_path: Path) -> None:
    client = app(Clinic(), tmp_path).test_client()

    told = client.get("/v1/capacity?route=iv", headers=bearer()).get_json()

    assert {each["more"] for each in told["fits"]} == {0}
    assert told["kinds"] == []
