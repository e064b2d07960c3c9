"""The pages of a clinic and of outcomes: what each role asks for, and sections that fail alone."""

from pathlib import Path
from typing import Any

import pytest

from tests.kit.console import Console

PATIENT = "126b6838-1229-4dbb-b78c-59e2902519ff"
HOSTILE = "<script>alert('a')</script>"
EMPTY: dict[str, Any] = {"items": [], "next": "", "more": False}
DAY = {"day": "2026-03-02", "zone": "Europe/London", "resources": []}
RATE = {
    "numerator": 5,
    "denominator": 10,
    "percent": 50.0,
    "low": 23.7,
    "high": 76.3,
    "lost": 2,
    "suppressed": False,
}
HIDDEN = dict.fromkeys(RATE) | {"suppressed": True}


def report(rate: dict[str, Any] = RATE) -> dict[str, Any]:
    change = {"mean": -6.2, "low": -8.7, "high": -3.7, "suppressed": False}
    both = {"observed": rate}
    window = {"window": "latest", "response": both, "remission": both, "change": change}
    row = {
        "clinic": "harbor",
        "indication": "ptsd",
        "patients": {"value": 12, "suppressed": False},
        "windows": [window],
        "instrument": "pcl-5",
    }
    said = {"as_of": "2026-03-02T12:00:00Z", "warnings": ["Nobody was randomised."]}
    return {**said, "definitions": [], "items": [row]}


@pytest.fixture
def console(tmp_path: Path) -> Console:
    said: dict[tuple[str, str], tuple[int, Any]] = {
        ("session-record", "/v1/monitoring"): (200, EMPTY),
        ("session-record", "/v1/tasks"): (200, EMPTY),
        ("scheduling", "/v1/calendar"): (200, {"days": [DAY]}),
        ("scheduling", "/v1/appointments"): (200, EMPTY),
        ("scheduling", "/v1/integrations/overdue"): (200, EMPTY),
        ("intake", "/v1/holds"): (200, EMPTY),
        ("outcomes", "/v1/alerts"): (200, EMPTY),
        ("analytics", "/v1/reports/outcomes"): (200, report()),
    }
    return Console(tmp_path, said)


def shown(console: Console, path: str, person: str = "harbor-nurse") -> str:
    answer = console.client_of(person).get(path)
    assert answer.status_code == 200
    return answer.text


def test_a_quiet_day_is_told_in_words(console: Console) -> None:
    page = shown(console, "/clinic")

    assert "nobody is in the room" in page
    assert "Nobody is held." in page
    assert "Every dose is integrated in time." in page


@pytest.mark.parametrize(
    ("away", "told"),
    [
        (("session-record", "/v1/monitoring"), "session-record does not answer"),
        (("scheduling", "/v1/calendar"), "scheduling does not answer"),
        (("intake", "/v1/holds"), "intake does not answer"),
        (("outcomes", "/v1/alerts"), "outcomes does not answer"),
    ],
)
def test_a_service_that_is_away_costs_the_board_one_section(
    console: Console, away: tuple[str, str], told: str
) -> None:
    del console.said[away]

    page = shown(console, "/clinic")

    assert told in page
    assert "Nothing is to be done." in page


def test_a_hold_is_told_with_its_reason_and_leads_to_the_patient(console: Console) -> None:
    reason = {"code": "c", "words": f"A psychiatrist sees them. {HOSTILE}", "source": ""}
    hold = {"patient_id": PATIENT, "raised_at": "2026-03-01T10:00:00Z", "reasons": [reason]}
    console.said["intake", "/v1/holds"] = (200, {"items": [hold], "more": True})

    page = shown(console, "/clinic/waiting")

    assert f'href="/patients/{PATIENT}"' in page
    assert "A psychiatrist sees them." in page
    assert "1 and more" in page
    assert HOSTILE not in page


def test_a_dose_of_today_that_lacks_something_is_told_before_it(console: Console) -> None:
    coming = {
        "appointment_id": "a",
        "patient_id": PATIENT,
        "session": "dosing",
        "dose_number": 3,
        "status": "booked",
        "reason": "",
        "start": "2126-03-02T10:00:00Z",
        "end": "2126-03-02T12:00:00Z",
        "resources": [],
        "group": "",
    }
    console.said["scheduling", "/v1/appointments"] = (200, {"items": [coming], "next": ""})
    blockers = [{"code": "no-escort", "words": "Nobody takes the patient home."}]
    answer = {"ready": False, "blockers": blockers}
    console.said["session-record", f"/v1/patients/{PATIENT}/readiness"] = (200, answer)

    page = shown(console, "/clinic/day?day=2126-03-02")

    assert "Nobody takes the patient home." in page


def test_who_looked_in_is_told_where_a_service_keeps_it(console: Console) -> None:
    before = shown(console, "/clinic/waiting")
    row = {
        "who": "medical-director",
        "reason": "An emergency on the road",
        "service": "intake",
        "path": f"/v1/patients/{PATIENT}",
        "at": "2026-03-02T10:00:00Z",
        "subject": PATIENT,
    }
    for service in ("intake", "scheduling", "session-record", "outcomes"):
        console.said[service, "/v1/audit/break-glass"] = (404, {})
    without = shown(console, "/clinic/waiting")
    console.said["intake", "/v1/audit/break-glass"] = (200, {"items": [row], "next": ""})

    assert "An emergency on the road" in shown(console, "/clinic/waiting")
    assert "Break-glass" in before  # all are away, and it says so
    assert "Break-glass" not in without


@pytest.mark.parametrize("path", ["/clinic", "/clinic/now", "/patients", f"/patients/{PATIENT}"])
@pytest.mark.parametrize("person", ["operations", "analyst"])
def test_what_belongs_to_a_clinic_is_for_its_own_people(
    console: Console, path: str, person: str
) -> None:
    assert console.client_of(person).get(path).status_code == 403
    assert console.asked == []


def test_a_day_that_is_none_is_refused(console: Console) -> None:
    assert console.client_of("harbor-nurse").get("/clinic?day=soon").status_code == 400


def test_a_patient_whom_nobody_knows_is_not_found(console: Console) -> None:
    for place in ("/v1/patients/nobody", "/v1/patients/nobody/clearance"):
        console.said["intake", place] = (404, {})
    console.said["outcomes", "/v1/trajectories/nobody"] = (404, {})
    console.said["scheduling", "/v1/courses"] = (200, EMPTY)
    console.said["scheduling", "/v1/sites"] = (200, EMPTY)
    console.said["session-record", "/v1/encounters"] = (200, EMPTY)

    assert console.client_of("harbor-nurse").get("/patients/nobody").status_code == 404


def test_the_report_shows_each_rate_with_its_interval_and_those_lost(console: Console) -> None:
    page = shown(console, "/outcomes", "operations")

    assert "50.0 %" in page
    assert "23.7 to 76.3" in page
    assert "5 of 10" in page
    assert "PCL-5 -6.2 (-8.7 to -3.7)" in page


def test_what_a_release_hides_is_said_to_be_too_few(console: Console) -> None:
    console.said["analytics", "/v1/reports/outcomes"] = (200, report(HIDDEN))

    page = shown(console, "/outcomes", "analyst")

    assert "too few to show" in page
    assert "The newest release" in page
    assert 'name="as_of"' not in page


def asked_for(console: Console, name: str) -> list[dict[str, str]]:
    return [dict(each.url.params) for each in console.asked if each.url.path == name]


def test_an_analyst_asks_for_the_release_and_never_for_another_day(console: Console) -> None:
    shown(console, "/outcomes?by=indication&as_of=2026-01-31", "analyst")

    assert asked_for(console, "/v1/reports/outcomes") == [{"by": "indication"}]


def test_others_may_look_back_to_the_end_of_a_day(console: Console) -> None:
    shown(console, "/outcomes?as_of=2026-01-31", "operations")

    (query,) = asked_for(console, "/v1/reports/outcomes")
    assert query == {"by": "clinic,indication", "as_of": "2026-01-31T23:59:59Z"}


@pytest.mark.parametrize("query", ["by=clinic", "by=nonsense", "window=never", "as_of=soon"])
def test_a_clinic_is_not_compared_and_nonsense_is_refused(console: Console, query: str) -> None:
    assert console.client_of("harbor-nurse").get(f"/outcomes?{query}").status_code == 400


@pytest.mark.parametrize(("status", "answered"), [(200, 200), (403, 403), (422, 503)])
def test_a_picture_is_fetched_with_the_readers_own_token(
    console: Console, status: int, answered: int
) -> None:
    console.said["analytics", "/v1/charts/survival.svg"] = (status, {})

    answer = console.client_of("harbor-nurse").get("/outcomes/charts/survival.svg?of=response")

    assert answer.status_code == answered
    assert console.asked[-1].headers["Authorization"].startswith("Bearer ")
    assert console.asked[-1].url.params["of"] == "response"


def test_a_picture_that_is_away_is_said_to_be_so(console: Console) -> None:
    answer = console.client_of("harbor-nurse").get("/outcomes/charts/survival.svg")

    assert answer.status_code == 503


@pytest.mark.parametrize("odd", [{"items": [{"strange": 1}]}, {"items": "text"}, ["a"]])
def test_an_answer_of_another_shape_costs_a_section_and_no_page(console: Console, odd: Any) -> None:
    for place in (("session-record", "/v1/monitoring"), ("intake", "/v1/holds")):
        console.said[place] = (200, odd)

    page = shown(console, "/clinic")

    assert page.count("answers in a way that this console does not know") == 2
