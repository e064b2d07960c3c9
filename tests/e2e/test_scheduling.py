"""A course through real processes: planned, kept, booked, held by a safety event, and replanned."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts import site
from tests.e2e.site_day import C_SSRS_HIGH, SiteDay, arrival_of
from tests.kit.eventually import eventually

KEPT_MIN = 60


def the_plan(day: SiteDay, patient: str, earliest: datetime) -> dict[str, Any]:
    course = day.course(patient)
    assert course
    asked = {"earliest": earliest.isoformat()}
    plan: dict[str, Any] = day.client.get(
        "scheduling", f"courses/{course['course_id']}/plan", **asked
    )
    return plan


def statuses(day: SiteDay, patient: str, session: str) -> list[str]:
    """Of what is not called off, in order of time."""
    found = (each for each in day.appointments(patient) if each["session"] == session)
    return [each["status"] for each in found if each["status"] != "cancelled"]


def in_calendar(day: SiteDay, patient: str) -> int:
    """How many appointments the patient's own calendar shows."""
    feeds = day.get("scheduling", "feeds", owner="patient", id=patient)
    path = feeds["items"][-1]["path"].removeprefix("/v1/")
    answer = day.client.connection.send("scheduling", "GET", path)
    assert answer.headers["content-type"].startswith("text/calendar")
    return int(answer.text.count("BEGIN:VEVENT"))


def cleared(day: SiteDay, at: datetime) -> str:
    patient = day.refer(at)
    day.screen(patient, at)
    day.clear(patient, at + timedelta(minutes=1))
    eventually(lambda: day.course(patient))
    return patient


def booked(day: SiteDay, at: datetime) -> str:
    """As planned by the solver, kept for the patient, and taken."""
    patient = cleared(day, at)
    plan = the_plan(day, patient, at + timedelta(days=3))
    asked = {"earliest": plan["slots"][0]["start"], "slots": plan["slots"]}
    day.taken(site.CourseBookingRequested, patient, at, **asked, propose_min=KEPT_MIN)
    day.taken(site.ProposalAccepted, patient, at + timedelta(minutes=5))
    return patient


def a_little_ago() -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=10)


def test_a_plan_is_kept_for_the_patient_and_booked_at_the_very_times(riverside: SiteDay) -> None:
    now = a_little_ago()
    patient = cleared(riverside, now)

    plan = the_plan(riverside, patient, now + timedelta(days=3))
    assert [each["session"] for each in plan["slots"]] == [
        "preparation",
        *["dosing", "integration"] * 6,
    ]
    asked = {"earliest": plan["slots"][0]["start"], "slots": plan["slots"]}
    riverside.taken(site.CourseBookingRequested, patient, now, **asked, propose_min=KEPT_MIN)
    kept = riverside.appointments(patient)
    riverside.taken(site.ProposalAccepted, patient, now + timedelta(minutes=1))

    assert [each["status"] for each in kept] == ["proposed"] * 13
    assert [each["start"] for each in kept] == [each["start"] for each in plan["slots"]]
    found = riverside.appointments(patient)
    assert [(each["status"], each["start"]) for each in found] == [
        ("booked", each["start"]) for each in kept
    ]


def test_a_high_risk_answer_holds_every_dose_and_no_integration_until_it_is_lifted(
    riverside: SiteDay,
) -> None:
    now = a_little_ago()
    patient = booked(riverside, now)
    high = {"instrument": "c-ssrs-screener", "answers": C_SSRS_HIGH}
    lift = {"signer": "psychiatrist-1", "reason": "seen-face-to-face"}

    riverside.taken(site.ScreeningAnswered, patient, now + timedelta(minutes=6), **high)
    eventually(lambda: statuses(riverside, patient, "dosing") == ["pending"] * 6)
    assert statuses(riverside, patient, "integration") == ["booked"] * 6
    riverside.taken(site.HoldLifted, patient, now + timedelta(minutes=7), **lift)

    eventually(lambda: statuses(riverside, patient, "dosing") == ["booked"] * 6)


def test_a_dose_that_lost_its_nurse_while_it_was_held_is_proposed_anew_and_taken(
    riverside: SiteDay,
) -> None:
    now = a_little_ago()
    patient = booked(riverside, now)
    first = next(each for each in riverside.appointments(patient) if each["session"] == "dosing")
    nurse = next(each for each in first["resources"] if each.startswith("nurse-"))
    high = {"instrument": "c-ssrs-screener", "answers": C_SSRS_HIGH}
    lift = {"signer": "psychiatrist-1", "reason": "seen-face-to-face"}
    away = {"first": first["day"], "last": first["day"], "reason": "ill"}

    riverside.taken(site.ScreeningAnswered, patient, now + timedelta(minutes=6), **high)
    eventually(lambda: "booked" not in statuses(riverside, patient, "dosing"))
    riverside.employ(nurse, now + timedelta(minutes=7), absences=[away])
    riverside.taken(site.HoldLifted, patient, now + timedelta(minutes=8), **lift)
    eventually(lambda: "proposed" in statuses(riverside, patient, "dosing"))
    riverside.taken(site.ProposalAccepted, patient, now + timedelta(minutes=9))

    assert statuses(riverside, patient, "dosing") == ["booked"] * 6
    again = next(
        each
        for each in riverside.appointments(patient)
        if each["session"] == "dosing" and each["status"] == "booked"
    )
    assert nurse not in again["resources"] or again["day"] != first["day"]


def test_what_is_booked_is_in_the_patients_calendar_and_session_record_lets_the_patient_in(
    riverside: SiteDay,
) -> None:
    now = a_little_ago()
    patient = booked(riverside, now)

    riverside.taken(site.FeedOpened, patient, now + timedelta(minutes=6), owner="patient")
    assert in_calendar(riverside, patient) == 13

    preparation = riverside.appointments(patient)[0]
    riverside.until_ready(patient, preparation)
    encounter, arrival = arrival_of(preparation)
    riverside.taken(site.EncounterArrived, patient, now + timedelta(minutes=8), **arrival)
    assert riverside.get("session-record", f"encounters/{encounter}")["status"] == "in-progress"
