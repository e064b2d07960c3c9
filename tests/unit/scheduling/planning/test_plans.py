"""A whole course is planned on what is free, and what is planned can be booked as it is."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, g
from flask_smorest import Api, Blueprint

from services.scheduling.adapters import solver
from services.scheduling.adapters.reading.plans import add_plans
from services.scheduling.application import plans
from services.scheduling.application.diaries import Diaries
from services.scheduling.application.plans import Asked, PlanView
from services.scheduling.domain.occupancy.day import minutes
from services.scheduling.domain.planning.crowding import crowded_days, on_days
from services.scheduling.domain.resources.resource import Roster
from shared.codec.schema import load
from shared.contracts import intake, site
from shared.storage.reads import Reads
from shared.web.identity import Principal
from tests.kit.scheduling import (
    CLINIC,
    NEW_YORK,
    NOW,
    POLICY,
    Clinic,
    a_free_calendar,
    a_resource,
    a_roster,
    hours,
    overlaps,
    taken,
)


@pytest.fixture(autouse=True)
def _no_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where OR-Tools is not installed."""
    monkeypatch.setattr(solver, "find_spec", lambda _name: None)


def planned(clinic: Clinic, **asked: Any) -> PlanView:
    given: dict[str, Any] = {"now": NOW, "horizon_d": 90} | asked
    course = clinic.course()
    found = plans.plan(clinic.reads, Diaries(POLICY), solver.solve, course.id, Asked(**given))
    assert found
    return found.aggregate


def a_clinic(roster: Roster | None = None, **changes: Any) -> Clinic:
    return Clinic().staffed(roster).cleared(**changes)


def ask(clinic: Clinic, path: str) -> tuple[int, Any]:
    app, blp = Flask("scheduling"), Blueprint("scheduling", __name__, url_prefix="/v1")
    app.config.update(API_TITLE="scheduling", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    add_plans(blp, clinic.store, Diaries(POLICY), lambda: NOW)
    Api(app).register_blueprint(blp)
    reader = Principal("s", CLINIC, "main", frozenset({"nurse"}), frozenset({"records:read"}))
    app.before_request(lambda: setattr(g, "principal", reader))
    answer = app.test_client().get(f"/v1{path}")
    return answer.status_code, answer.get_json()


def weekdays(plan: PlanView) -> set[int]:
    zone = ZoneInfo(NEW_YORK)
    return {each.start.astimezone(zone).weekday() for each in plan.sessions}


def test_every_session_has_its_time_its_people_and_its_room() -> None:
    plan = planned(a_clinic())

    first, dose, *_ = plan.sessions
    assert plan.status == "greedy"
    assert [each.name for each in plan.sessions[:3]] == [
        "preparation-1",
        "dosing-1",
        "integration-1",
    ]
    assert (first.local, first.zone) == ("Mon 2026-03-02 09:00", NEW_YORK)
    assert dose.resources == (
        "room-1", "chair-1", "monitor-1", "prescriber-1", "nurse-1", "therapist-1",
    )  # fmt: skip
    assert {each.therapist for each in plan.sessions} == {plan.lead} == {"therapist-1"}
    assert plan.cost == sum(each.cost for each in plan.costs)


def test_what_is_planned_is_booked_when_it_is_posted_back() -> None:
    clinic = a_clinic()
    plan = planned(clinic)

    assert clinic.say(site.CourseBookingRequested(NOW, plan.slots)).verdict == "accepted"

    booked = [(each.name, each.start, each.resources) for each in clinic.course().appointments]
    assert booked == [(each.name, each.start, each.resources) for each in plan.sessions]


def test_sessions_of_a_plan_leave_each_other_the_time_that_people_and_rooms_need_between() -> None:
    roster = a_roster(
        a_resource("room", buffer_after_min=20),
        a_resource("therapist", buffer_before_min=10, buffer_after_min=15),
    )
    clinic = a_clinic(roster)
    plan = planned(clinic)

    assert clinic.say(site.CourseBookingRequested(NOW, plan.slots)).verdict == "accepted"
    assert overlaps(clinic.days()) == []
    assert all(a.end + timedelta(minutes=25) <= b.start for a, b in pairwise(plan.sessions))


def test_what_stands_keeps_its_time_and_is_not_planned_again() -> None:
    clinic = a_clinic().booked()
    last = clinic.course().appointment("integration-6")
    assert last
    assert clinic.say(site.AppointmentCancelled(last.id, "patient-asked")).verdict == "accepted"

    plan = planned(clinic)

    assert [each.name for each in plan.sessions if not each.stands] == ["integration-6"]
    assert [(each.session, each.number) for each in plan.slots] == [("integration", 6)]


def test_days_and_hours_that_the_patient_prefers_are_kept_where_they_are_free() -> None:
    clinic = a_clinic()
    stated = site.PreferencesStated(weekdays=(0, 2, 4), not_before="10:00", zone=NEW_YORK)
    assert clinic.say(stated).verdict == "accepted"

    plan = planned(clinic)

    assert weekdays(plan) <= {0, 2, 4}
    assert min(each.start.astimezone(ZoneInfo(NEW_YORK)).hour for each in plan.sessions) == 10
    assert {each.term: each.count for each in plan.costs}["outside"] == 0

    morning = planned(clinic, weekdays=range(5), not_before="09:00", not_after="14:00")

    assert max(each.end.astimezone(ZoneInfo(NEW_YORK)).hour for each in morning.sessions) <= 14
    assert {each.term: each.count for each in morning.costs}["outside"] == 0


def test_the_therapist_who_is_asked_for_leads() -> None:
    two = a_roster(a_resource("therapist", "therapist-1"), a_resource("therapist", "therapist-2"))
    clinic = a_clinic(two)

    assert planned(clinic, therapist="therapist-2").lead == "therapist-2"
    assert planned(clinic, therapist="nobody").lead == "therapist-1"


def test_a_course_on_hold_is_not_planned_and_the_reason_is_given() -> None:
    clinic = a_clinic()
    clinic.hear(intake.SafetyHoldRaised(()))

    plan = planned(clinic)

    assert (plan.status, plan.slots) == ("infeasible", ())
    assert [each.code for each in plan.blocked_by] == ["safety-hold"]


def test_a_plan_that_does_not_exist_says_what_is_in_the_way() -> None:
    plan = planned(a_clinic(a_roster(without=("monitor",))))

    assert plan.status == "infeasible"
    assert [each.code for each in plan.blocked_by] == ["no-monitor", "first-dose-in-time"]


def test_nothing_is_planned_before_it_is_asked_for() -> None:
    later = NOW + timedelta(days=5)

    plan = planned(a_clinic(), earliest=later)

    assert min(each.start for each in plan.sessions) >= later


def test_a_time_on_the_wall_stays_what_it_is_when_the_clocks_change() -> None:
    plan = planned(a_clinic(a_roster(hours=hours("09:00", "14:00"))))

    before, after = (
        [each for each in plan.sessions if (each.start >= change) == later]
        for change in [datetime(2026, 3, 8, 7, tzinfo=UTC)]
        for later in (False, True)
    )
    assert before
    assert after
    assert {each.local[-5:] for each in (before[0], after[0])} == {"09:00"}


def test_on_a_crowded_day_a_session_costs_more() -> None:
    """Of two rooms one is taken all Monday: half is crowded where half is the limit."""
    roster = a_roster(a_resource("room", "room-1"), a_resource("room", "room-2"))
    opens = minutes(datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(NEW_YORK)))
    diary = a_free_calendar(roster, *taken(opens, opens + 8 * 60, "other", "room-1"))
    zone = ZoneInfo(NEW_YORK)

    assert crowded_days(diary, zone, 50) == {date(2026, 3, 2)}
    assert crowded_days(diary, zone, 51) == frozenset()
    assert on_days([opens, opens + 24 * 60], frozenset({date(2026, 3, 2)}), zone) == {opens}


def test_a_site_asks_over_http_and_posts_the_slots_back() -> None:
    clinic = a_clinic()
    path = f"/courses/{clinic.course().id}/plan?horizon_d=60&weekdays=0&weekdays=2&weekdays=4"

    status, plan = ask(clinic, path)

    assert (status, plan["status"], plan["blocked_by"]) == (200, "greedy", [])
    assert plan["sessions"][0]["local"] == "Mon 2026-03-02 09:00"
    asked = load(
        site.CourseBookingRequested,
        {"earliest": NOW.isoformat(), "slots": plan["slots"]},
        closed=True,
    )
    assert clinic.say(asked).verdict == "accepted"
    assert ask(clinic, "/courses/nobody/plan")[0] == 404


@pytest.mark.parametrize(
    "query",
    [
        "horizon_d=0",
        "horizon_d=121",
        "weekdays=7",
        "not_before=9:00",
        "not_after=24:01",
        "earliest=2026-03-02T09:00:00",
        "earliest=9999-12-31T00:00:00Z",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(query: str) -> None:
    clinic = a_clinic()

    assert ask(clinic, f"/courses/{clinic.course().id}/plan?{query}")[0] == 422


def test_another_clinic_has_no_such_course() -> None:
    clinic = a_clinic()
    reads = Reads(clinic.store, "harbor")

    found = plans.plan(reads, Diaries(POLICY), solver.solve, clinic.course().id, Asked(NOW, 90))

    assert found is None
