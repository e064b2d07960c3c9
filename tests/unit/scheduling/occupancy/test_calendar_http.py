"""Slots, calendar and conflicts over HTTP: a clinic's own, and never who comes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from flask_smorest import Api

from services.scheduling.adapters.http import blueprint
from services.scheduling.application.documents import DAYS, ROSTER, ROSTERS
from services.scheduling.domain.occupancy.day import Claim
from services.scheduling.domain.resources.resource import Roster
from shared.contracts.site import Closure
from shared.web.identity import Principal
from tests.kit.scheduling import CLINIC, NINE, NOW, PATIENT, POLICY, Clinic

READS = frozenset({"records:read"})
SITE = Principal("s", CLINIC, "main", frozenset({"nurse"}), READS)
HARBOR = Principal("s", "harbor", "main", frozenset({"nurse"}), READS)
MORNING = "from=2026-03-02T14:00:00Z&to=2026-03-02T22:00:00Z"


@pytest.fixture
def clinic() -> Clinic:
    return Clinic().booked()


def ask(clinic: Clinic, path: str, principal: Principal = SITE) -> tuple[int, Any]:
    app = Flask("scheduling")
    app.config.update(API_TITLE="scheduling", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(clinic.store, POLICY))
    app.before_request(lambda: setattr(g, "principal", principal))
    answer = app.test_client().get(f"/v1{path}")
    return answer.status_code, answer.get_json()


def change_roster(clinic: Clinic, roster: Roster) -> None:
    document = clinic.store.collections[ROSTERS.name][ROSTERS.key(CLINIC, ROSTER)]
    document |= {"version": document["version"] + 1, "state": ROSTERS.state(roster)}


def roster(clinic: Clinic) -> Roster:
    found = clinic.reads.get(ROSTERS, ROSTER)
    assert found, "nothing is declared"
    return found.aggregate


def test_slots_say_when_on_which_wall_and_what_would_be_taken(clinic: Clinic) -> None:
    status, shown = ask(clinic, f"/slots?session=integration&{MORNING}&limit=2")

    first, _ = shown["slots"]
    assert (status, shown["blocked_by"], shown["next"]) == (200, [], None)
    assert (first["zone"], len(first["local"])) == ("America/New_York", 16)
    assert {each["kind"]: each["resource_id"] for each in first["resources"]} == {
        "room": "room-1",
        "therapist": "therapist-1",
    }


def test_no_slot_says_why_and_which_is_next(clinic: Clinic) -> None:
    window = "from=2026-03-02T03:00:00Z&to=2026-03-02T08:00:00Z"

    status, shown = ask(clinic, f"/slots?session=preparation&{window}")

    assert (status, shown["slots"]) == (200, [])
    assert {each["code"] for each in shown["blocked_by"]} == {"no-room", "no-therapist"}
    assert shown["next"]["start"] > "2026-03-02T08:00"


@pytest.mark.parametrize(
    ("asked", "code"),
    [("therapist=nobody", "unknown-therapist"), ("site=nowhere", "unknown-site")],
)
def test_who_is_not_on_the_roster_is_told_apart_from_what_is_taken(
    clinic: Clinic, asked: str, code: str
) -> None:
    _, shown = ask(clinic, f"/slots?session=preparation&{MORNING}&{asked}")

    assert [each["code"] for each in shown["blocked_by"]] == [code]


@pytest.mark.parametrize(
    "wrong",
    [
        "/slots?from=2026-03-02T14:00:00Z&to=2026-03-02T14:00:00Z",
        "/slots?from=2026-03-02T14:00:00Z&to=2026-06-11T14:00:01Z",
        "/slots?from=2026-03-02T14:00:00",
        "/slots?limit=201",
        "/slots?session=sleep",
        "/calendar",
        "/calendar?day=2026-03-02&zone=Atlantis",
        "/calendar?day=2026-03-02&days=32",
    ],
)
def test_what_makes_no_sense_is_refused(clinic: Clinic, wrong: str) -> None:
    assert ask(clinic, wrong)[0] == 422


def test_the_calendar_shows_open_and_taken_time_by_local_day(clinic: Clinic) -> None:
    status, shown = ask(clinic, "/calendar?day=2026-03-02&days=2&resource=room-1")

    monday, tuesday = shown["days"]
    [room] = monday["resources"]
    assert (status, monday["zone"], monday["start"]) == (
        200,
        "America/New_York",
        "2026-03-02T05:00:00Z",
    )
    assert room["open"] == [{"start": "2026-03-02T14:00:00Z", "end": "2026-03-02T22:00:00Z"}]
    assert len(room["busy"]) == 2
    assert tuesday["start"] == monday["end"]
    assert PATIENT not in str(shown)


def test_the_day_on_which_the_clocks_change_has_23_hours(clinic: Clinic) -> None:
    _, shown = ask(clinic, "/calendar?day=2026-03-08&zone=America/New_York")

    [day] = shown["days"]
    assert (day["start"], day["end"]) == ("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z")


def test_what_spans_midnight_of_utc_is_one_time(clinic: Clinic) -> None:
    late = NINE + 9 * 60 + 30
    for day, start, end in (
        ("2026-03-02", late, late + 30),
        ("2026-03-03", late + 30, late + 60),
    ):
        put(clinic, day, Claim("late", "room-1", start, end))

    _, shown = ask(clinic, "/calendar?day=2026-03-02&resource=room-1")

    [busy] = [e for e in shown["days"][0]["resources"][0]["busy"] if e["appointment_id"] == "late"]
    assert (busy["start"], busy["end"]) == ("2026-03-02T23:30:00Z", "2026-03-03T00:30:00Z")


def test_where_nothing_is_wrong_there_are_no_conflicts(clinic: Clinic) -> None:
    assert ask(clinic, f"/conflicts?{MORNING}") == (200, {"conflicts": []})


def test_what_is_booked_twice_is_a_conflict_and_by_decision_it_is_called_so(clinic: Clinic) -> None:
    start = clinic.days()[0].claims[0].start
    put(clinic, "2026-03-02", Claim("bug", "room-1", start, start + 5))
    put(clinic, "2026-03-02", Claim("forced", "room-1", start, start + 5, forced=True))

    _, shown = ask(clinic, f"/conflicts?{MORNING}")

    codes = [each["code"] for each in shown["conflicts"]]
    assert sorted(codes) == ["double-booked", "overbooked", "overbooked"]


def test_who_is_away_or_lost_the_licence_is_in_conflict_with_what_is_booked(clinic: Clinic) -> None:
    found = roster(clinic)
    away = Closure(NOW.date(), NOW.date(), "sick")
    resources = tuple(
        replace(each, absences=(away,)) if each.id == "therapist-1" else each
        for each in found.resources
        if each.id != "monitor-1"
    )
    licences = tuple(
        replace(each, valid_until=NOW.date() - timedelta(days=1))
        if each.practitioner == "nurse-1"
        else each
        for each in found.licences
    )
    change_roster(clinic, replace(found, resources=resources, licences=licences))

    _, shown = ask(clinic, f"/conflicts?{MORNING}")

    assert {each["resource_id"]: each["code"] for each in shown["conflicts"]} == {
        "monitor-1": "unknown-resource",
        "nurse-1": "without-licence",
        "therapist-1": "not-open",
    }


def test_another_clinic_sees_nothing(clinic: Clinic) -> None:
    _, free = ask(clinic, f"/slots?session=preparation&{MORNING}", HARBOR)
    _, shown = ask(clinic, "/calendar?day=2026-03-02", HARBOR)

    assert [each["code"] for each in free["blocked_by"]] == ["no-room", "no-therapist"]
    assert shown["days"][0]["resources"] == []
    assert ask(clinic, f"/conflicts?{MORNING}", HARBOR)[1] == {"conflicts": []}


def test_a_token_without_the_scope_reads_nothing(clinic: Clinic) -> None:
    nobody = replace(SITE, scopes=frozenset())

    for path in ("/slots", "/calendar?day=2026-03-02", "/conflicts"):
        assert ask(clinic, path, nobody)[0] == 403


def put(clinic: Clinic, day: str, claim: Claim) -> None:
    """Onto the day, whatever there is."""
    days = clinic.store.collections[DAYS.name]
    key = DAYS.key(CLINIC, day)
    document = days.get(key) or {"_id": key, "clinic": CLINIC, "version": 0, "state": None}
    known = DAYS.aggregate(document).claims if document["state"] else ()
    claims = tuple(sorted((*known, claim), key=lambda each: (each.start, each.appointment_id)))
    state = {"date": day, "claims": [vars_of(each) for each in claims]}
    days[key] = document | {"version": document["version"] + 1, "state": state}


def vars_of(claim: Claim) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in Claim.__slots__}
