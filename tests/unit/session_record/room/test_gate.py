"""The gate at the door: each fact at its bound, and who may answer for going on (SES-1, SCH-*)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.session_record.domain.arrival import open_encounter
from services.session_record.domain.history import History
from services.session_record.domain.knowledge.standing import WorkUp
from services.session_record.domain.overrides import ALLOWED
from services.session_record.domain.readiness import door as doors
from services.session_record.domain.readiness import patient
from services.session_record.domain.readiness.patient import Heard
from services.session_record.domain.weights import Weight
from shared.contracts import site
from shared.contracts.session_record import OverrideUsed
from shared.kernel.errors import Rejected
from tests.kit.session_record import (
    NOON,
    PATIENT,
    POLICY,
    PRACTITIONERS,
    PRESENT,
    a_candidate,
    a_clearance,
    a_consent,
    a_door,
    a_dose_given,
    a_history,
    a_practitioner,
    a_standing,
    a_work_up,
    an_appointment,
    an_arrival,
    an_entry,
    an_override,
    arrive,
    at,
    integrated,
)

MINUTE = timedelta(minutes=1)


def refused(command: Any, arrival: Any) -> list[str]:
    with pytest.raises(Rejected) as refusal:
        open_encounter(command, arrival, POLICY)
    assert refusal.value.code == "not-ready"
    return [each.code for each in refusal.value.blockers]


@pytest.mark.parametrize(
    ("work_up", "is_ready"),
    [
        (a_work_up(performed_at=NOON - timedelta(days=30)), True),
        (a_work_up(performed_at=NOON - timedelta(days=30) - MINUTE), False),
        (a_work_up(result="positive"), False),
        (a_work_up(result="not-applicable", performed_at=at(days=-300)), True),
        (a_work_up(performed_at=NOON + MINUTE), False),
        (WorkUp("ecg", "normal", at(days=-1)), False),
    ],
)
def test_int_7_a_negative_pregnancy_test_is_in_date_or_none_is_needed(
    work_up: WorkUp, is_ready: bool
) -> None:
    door = a_door(a_candidate(standing=a_standing(work_ups=(work_up,))))

    assert (doors.pregnancy_not_excluded(door, POLICY) == "") == is_ready


def test_int_7_the_newest_test_counts_whichever_was_told_last() -> None:
    tests = (a_work_up(result="positive", performed_at=at(days=-1)), a_work_up())
    door = a_door(a_candidate(standing=a_standing(work_ups=tests)))

    assert "positive" in doors.pregnancy_not_excluded(door, POLICY)


@pytest.mark.parametrize(("days", "is_ready"), [(-30, True), (-31, False)])
def test_ses_2_at_the_door_a_weight_of_thirty_days_is_enough(days: int, is_ready: bool) -> None:
    standing = a_standing(weights=(Weight(at(days=days), 80.0),))
    door = a_door(a_candidate(standing=standing, history=History(PATIENT)))

    assert (doors.weight_out_of_date(door, POLICY) == "") == is_ready


@pytest.mark.parametrize(("days", "is_ready"), [(-30, True), (-31, False), (1, False)])
def test_at_the_door_a_blood_pressure_of_thirty_days_is_enough(days: int, is_ready: bool) -> None:
    standing = a_standing(pressures=(at(days=days),))
    door = a_door(a_candidate(standing=standing, history=History(PATIENT)))

    assert (doors.pressure_out_of_date(door, POLICY) == "") == is_ready


def test_a_dose_of_the_last_thirty_days_keeps_the_blood_pressure_in_date() -> None:
    standing, given = a_standing(pressures=()), a_history(a_dose_given(days=-7))

    assert doors.pressure_out_of_date(a_door(a_candidate(standing=standing)), POLICY)
    later = a_door(a_candidate(standing=standing, history=given))
    assert not doors.pressure_out_of_date(later, POLICY)


@pytest.mark.parametrize(
    ("escort", "known", "is_named"),
    [
        ("contact-1", ("contact-1",), True),
        ("contact-2", ("contact-1",), False),
        ("", ("contact-1",), True),
        ("", (), False),
    ],
)
def test_sch_7_the_escort_is_one_that_intake_has_told_of(
    escort: str, known: tuple[str, ...], is_named: bool
) -> None:
    door = a_door(a_candidate(standing=a_standing(escorts=known)), escort=escort)

    assert (doors.escort_not_named(door, POLICY) == "") == is_named


def test_sch_7_a_named_escort_is_an_arranged_one() -> None:
    assert doors.no_escort(a_door(escort="contact-1", escort_arranged=None), POLICY) == ""


@pytest.mark.parametrize("missing", PRESENT)
def test_sch_6_every_required_role_is_there(missing: site.StaffPresent) -> None:
    present = tuple(each for each in PRESENT if each != missing)

    assert missing.role in doors.roles_missing(a_door(present=present), POLICY)


def test_sch_6_a_sitter_stands_in_for_the_therapist() -> None:
    sitter = a_practitioner("sitter-1")
    door = a_door(present=(*PRESENT[:2], site.StaffPresent("sitter", "sitter-1")))
    known = replace(door.staff, known={**PRACTITIONERS, "sitter-1": sitter})

    assert doors.roles_missing(replace(door, staff=known), POLICY) == ""


@pytest.mark.parametrize(
    ("credential", "holds"),
    [
        ({"valid_until": date(2026, 3, 2)}, True),
        ({"valid_until": date(2026, 3, 1)}, False),
        ({"valid_from": date(2026, 3, 3)}, False),
        ({"role": "nurse"}, False),
    ],
)
def test_int_5_a_prescriber_without_a_licence_on_that_day_is_not_there(
    credential: dict[str, Any], holds: bool
) -> None:
    known = {**PRACTITIONERS, "prescriber-1": a_practitioner("prescriber-1", **credential)}

    arrival = an_arrival(practitioners=known)

    if holds:
        assert open_encounter(arrive(), arrival, POLICY)
    else:
        assert refused(arrive(), arrival) == ["roles-missing"]


def test_sch_5_esketamine_needs_a_certified_site_and_an_enrolled_patient() -> None:
    standing = a_standing(
        clearances=(a_clearance(route="esketamine"),), consents=(a_consent(route="esketamine"),)
    )
    arrival = an_arrival(an_appointment(route="esketamine"), standing=standing)
    enrolled = replace(a_history(), enrolled_at=at(days=-5))

    ready = replace(arrival, history=enrolled, certified_until=NOON)

    assert refused(arrive(), arrival) == ["patient-not-enrolled", "site-not-certified"]
    assert refused(arrive(at=NOON + MINUTE), ready) == ["site-not-certified"]
    assert open_encounter(arrive(), ready, POLICY)


@pytest.mark.parametrize(("indication", "least"), [("ptsd", 2), ("existential-distress", 2)])
def test_sch_2_some_indications_need_more_preparation(indication: Any, least: int) -> None:
    door = a_door(a_candidate(standing=a_standing(indication=indication)))

    assert f"1 of {least}" in doors.not_prepared(door, POLICY)


@pytest.mark.parametrize("heard", [Heard(None, NOON), Heard(NOON, None)])
def test_knowledge_of_which_nobody_can_say_how_old_it_is_is_stale(heard: Heard) -> None:
    assert refused(arrive(), an_arrival(heard=heard)) == ["stale"]


def test_knowledge_is_stale_beyond_the_policys_bound_and_never_for_a_late_report() -> None:
    bound = POLICY.minutes("knowledge.max_age_min")
    old, limit = NOON - bound - MINUTE, NOON - bound

    assert open_encounter(arrive(), an_arrival(heard=Heard(limit, limit)), POLICY)
    assert refused(arrive(), an_arrival(heard=Heard(old, NOON))) == ["stale"]
    assert patient.knowledge_too_old(a_candidate(heard=Heard(at(900), at(900))), POLICY) == ""


def test_sch_9_a_dose_at_another_clinic_counts_and_a_transferred_patient_is_not_dosed() -> None:
    moved = a_standing(transferred_at=at(days=-1))

    found = refused(arrive(), an_arrival(elsewhere=(at(days=-1),), standing=moved))

    assert found == ["dose-gap-too-short", "transferred"]


def test_an_override_lets_one_rule_pass_is_kept_and_is_said() -> None:
    unintegrated = an_arrival(history=a_history(a_dose_given(0)))
    command = arrive(overrides=(an_override("integration-missing"),))

    encounter, events = open_encounter(command, unintegrated, POLICY)

    assert refused(arrive(), unintegrated) == ["integration-missing"]
    (kept,) = encounter.overrides
    assert (kept.rule, kept.by, kept.reason) == (
        "integration-missing",
        "prescriber-1",
        "benefit-outweighs",
    )
    assert events[1:] == (
        OverrideUsed(
            "e-new",
            "integration-missing",
            "prescriber",
            "prescriber-1",
            "benefit-outweighs",
            POLICY.version,
        ),
    )


@pytest.mark.parametrize(
    "override",
    [
        an_override("integration-missing", "nurse-1", "nurse"),
        an_override("integration-missing", "nurse-1", "prescriber"),
        an_override("integration-missing", "nobody"),
    ],
)
def test_an_override_by_somebody_who_may_not_is_refused(override: site.Override) -> None:
    unintegrated = an_arrival(history=a_history(a_dose_given(0)))

    codes = refused(arrive(overrides=(override,)), unintegrated)

    assert codes == ["integration-missing", "override-not-allowed"]


@pytest.mark.parametrize("rule", ["no-valid-clearance", "no-valid-consent"])
def test_nobody_overrides_clearance_or_consent(rule: str) -> None:
    bare = an_arrival(standing=a_standing(clearances=(), consents=()))

    codes = refused(arrive(overrides=(an_override(rule),)), bare)

    assert codes.count("override-not-allowed") == 1
    assert {"no-valid-clearance", "no-valid-consent"} <= set(codes)


def test_what_must_never_be_overridden_is_not_in_the_table() -> None:
    never = {"no-valid-clearance", "no-valid-consent", "safety-hold", "dose-gap-too-short"}
    never |= {"transferred", "adverse-event-unreviewed", "roles-missing", "vitals-in-stop-range"}

    assert never.isdisjoint(ALLOWED)
    assert all(each.source for each in ALLOWED.values())


def test_an_override_that_nothing_called_for_is_not_kept() -> None:
    encounter, events = open_encounter(
        arrive(overrides=(an_override("integration-missing"),)),
        an_arrival(history=a_history(a_dose_given(0), integrated(0), an_entry("dosing", 9))),
        POLICY,
    )

    assert encounter.overrides == ()
    assert len(events) == 1
