"""A stricter clinic policy changes decisions, in whole services; `make policy` shows all of it."""

from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from flask import Flask, g
from flask_smorest import Api
from rich.console import Console

from services.intake.adapters.events import routes as intake_routes
from services.session_record.adapters.events import routes as session_routes
from services.session_record.adapters.http import blueprint
from shared.kernel.policy import ClinicPolicy, Policy
from shared.local.policy import print_policy
from shared.storage.steps import Routes, Step
from shared.web.identity import Principal
from tests.kit import session_record
from tests.kit.clinical.said import (
    CLINIC,
    DECIDED,
    POLICY,
)
from tests.kit.intake import (
    Intake,
    everything_on_file,
    grant,
    posted,
)
from tests.kit.people import VAULT
from tests.kit.session_record import (
    SessionRecord,
    arrived,
    given,
    knowledge,
    observed,
    preparation,
    supplied,
)

ELSEWHERE = "summit"


def tightened(network: Policy, clinic: str, **values: float) -> Policy:
    """The network's policy in which `clinic` has these values (with `__` for the dot)."""
    own = {name.replace("__", "."): value for name, value in values.items()}
    signed = ClinicPolicy("1", date(2026, 1, 1), "medical-director", own)
    return replace(network, clinics={clinic: signed})


def under(routes: Routes, *steps: Step) -> tuple[Step, ...]:
    """The same steps, taken by a service that was started with another policy."""
    return tuple(
        replace(step, route=routes[step.envelope.type]) if step.envelope else step for step in steps
    )


def cleared(policy: Policy) -> Intake:
    """The patient has 18 of 27 on the PHQ-9; the network asks for 10."""
    service = Intake()
    steps = (*everything_on_file(), posted(grant(), DECIDED))
    service.take(*under(intake_routes(policy, VAULT), *steps))
    return service


@pytest.mark.parametrize(
    ("clinic", "granted", "version"),
    [
        (CLINIC, False, f"{POLICY.version}.{CLINIC}-1"),
        (ELSEWHERE, True, POLICY.version),
    ],
)
def test_a_clinic_that_asks_for_a_higher_phq_9_does_not_clear_whom_another_clears(
    clinic: str, granted: bool, version: str
) -> None:
    service = cleared(tightened(POLICY, clinic, phq9__eligible_min=19))

    (decision,) = service.patient().decisions
    kind, told = service.said()[-1]
    assert (decision.outcome == "granted") is granted
    assert decision.policy.values["phq9.eligible_min"] == (10 if granted else 19)
    assert kind.endswith("clearance-granted.v1") or not granted
    assert told["policy"] == {"id": "network", "version": version}


@pytest.mark.parametrize(
    ("clinic", "verdict", "codes"),
    [
        (
            session_record.CLINIC,
            "rejected",
            ["blood-pressure-hold", "blood-pressure-recheck"],
        ),
        (ELSEWHERE, "accepted", []),
    ],
)
def test_a_clinic_with_a_lower_hold_refuses_the_dose_that_another_gives(
    clinic: str, verdict: str, codes: list[str]
) -> None:
    policy = tightened(session_record.POLICY, clinic, bp__predose_hold_systolic=140)
    service = SessionRecord()

    steps = (*knowledge(), *preparation(), arrived(), *supplied(), observed(systolic=140), given())
    *_, dose = service.take(*under(session_routes(policy), *steps))

    assert (dose.verdict, [each.code for each in dose.blockers]) == (verdict, codes)


def test_a_read_answers_under_the_policy_of_the_callers_clinic() -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation())
    policy = tightened(session_record.POLICY, session_record.CLINIC, dose__min_gap_h=96)
    app = Flask("session-record")
    app.config.update(API_TITLE="session-record", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    Api(app).register_blueprint(blueprint(service.store, policy))
    nurse = Principal(
        "s", session_record.CLINIC, "main", frozenset({"nurse"}), frozenset({"records:read"})
    )
    app.before_request(lambda: setattr(g, "principal", nurse))

    path = f"/v1/patients/{session_record.PATIENT}/readiness?appointment_id=a-dosing-1"
    answer = app.test_client().get(path).get_json()

    assert answer["policy_version"] == f"{policy.version}.{session_record.CLINIC}-1"


def printed(clinic: str = "") -> str:
    told = StringIO()
    print_policy(POLICY, clinic, Console(file=told, soft_wrap=True, highlight=False))
    return told.getvalue()


def test_make_policy_prints_every_key_with_its_value_and_direction() -> None:
    lines = {line.split()[0]: line.split() for line in printed().splitlines() if line.strip()}

    for key, term in POLICY.terms.items():
        assert lines[key][1] == f"{term.value:g}"
        assert term.tighter in lines[key]


def test_make_policy_says_who_approved_it_and_from_when() -> None:
    (head, *_) = printed().splitlines()

    for word in (POLICY.id, POLICY.version, str(POLICY.effective_from), POLICY.approved_by):
        assert word in head


def test_make_policy_prints_every_row_of_every_table() -> None:
    told = printed()
    rows = [*POLICY.protocols, *POLICY.schedules, *POLICY.drugs, *POLICY.antidepressants]
    rows += [*POLICY.measures, *dict.fromkeys(POLICY.regions.values())]

    assert [each for each in rows if f"\n{each} " not in told] == []
    assert all(each.version in told for each in POLICY.consents)
    assert max(map(len, told.splitlines())) <= 100


def test_make_policy_shows_what_a_change_is_judged_by() -> None:
    told = " ".join(printed().split())

    assert "phq-9 states/1 5.66 0.89 3 6; 6 18.5 (4.7)" in told
    assert "who-5 states/1 20 0.85 10 - -" in told
    assert all(clinic in told for clinic in POLICY.regions)


def test_make_policy_of_a_clinic_shows_the_networks_value_beside_each_of_its_own() -> None:
    own, told = POLICY.clinics["harbor"].values, printed("harbor")

    assert POLICY.of("harbor").version in told
    for key, value in own.items():
        (line,) = (line for line in told.splitlines() if line.startswith(f"{key} "))
        assert f"{value:g} ({POLICY[key]:g})" in line


def test_make_policy_of_a_clinic_without_values_of_its_own_says_so() -> None:
    assert "summit has no values of its own" in printed("summit")


def test_a_policy_that_is_changed_in_a_test_is_changed_at_its_clinics_too() -> None:
    changed = replace(POLICY, values={**POLICY.values, "dose.min_gap_h": 100})

    assert changed.of("harbor")["dose.min_gap_h"] == 100
