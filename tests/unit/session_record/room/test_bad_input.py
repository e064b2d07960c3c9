"""What cannot be so is refused with a code and what it looks like; nothing is half done."""

from typing import Any

import pytest

from services.session_record.application.documents import ENCOUNTERS
from services.session_record.domain.adverse import TERMS, report_adverse_event, unresolved
from services.session_record.domain.dose.administration import administer_dose
from services.session_record.domain.monitoring.vitals import record_measurement, record_vitals
from services.session_record.domain.weights import Weight
from shared.contracts import site
from shared.kernel.errors import Rejected
from tests.kit.session_record import (
    NOON,
    POLICY,
    SessionRecord,
    a_given_dose,
    a_situation,
    an_encounter,
    arrived,
    at,
    give,
    given,
    knowledge,
    measure,
    observe,
    posted,
    preparation,
    report,
    supplied,
)

EMPTY = an_encounter(readings=())


def refused(act: Any, *args: Any) -> tuple[str, str]:
    with pytest.raises(Rejected) as refusal:
        act(*args)
    return refusal.value.code, refusal.value.reason


@pytest.mark.parametrize(
    ("values", "code", "looks"),
    [
        ({"systolic": 80, "diastolic": 120}, "impossible-value", "swapped"),
        ({"systolic": 120, "diastolic": 120}, "impossible-value", "swapped"),
        ({"systolic": 16, "diastolic": 10}, "looks-like-other-unit", "kPa (120 mm[Hg])"),
        ({"heart_rate": 2}, "looks-like-other-unit", "/s"),
        ({"oxygen_saturation": 1}, "looks-like-other-unit", "looks like 1 (100 %)"),
        ({"heart_rate": 300}, "impossible-value", "between 20 and 250"),
        ({"weight_kg": 600.0}, "looks-like-other-unit", "[lb_av]"),
    ],
)
def test_impossible_vitals_and_mixed_units_are_refused_with_what_they_look_like(
    values: dict[str, Any], code: str, looks: str
) -> None:
    found, words = refused(record_vitals, observe(**values), EMPTY, (), POLICY)

    assert found == code
    assert looks in words


@pytest.mark.parametrize(
    ("what", "code", "looks"),
    [
        ({"unit": "kPa", "value": 16.0}, "wrong-unit", "120.01 mm[Hg]"),
        ({"unit": "bar", "value": 16.0}, "wrong-unit", "send it in mm[Hg]"),
        ({"value": 16.5}, "looks-like-other-unit", "kPa"),
        (
            {"measure": "body-temperature", "unit": "Cel", "value": 98.6},
            "looks-like-other-unit",
            "[degF] (37 Cel)",
        ),
        ({"measure": "body-temperature", "unit": "[degF]", "value": 98.6}, "wrong-unit", "37 Cel"),
        ({"measure": "body-weight", "unit": "[lb_av]", "value": 176.0}, "wrong-unit", "79.8"),
    ],
)
def test_a_device_that_tells_another_unit_is_refused_with_the_value_in_ours(
    what: dict[str, Any], code: str, looks: str
) -> None:
    found, words = refused(record_measurement, measure(**what), EMPTY, (), POLICY)

    assert found == code
    assert looks in words


def test_a_weight_in_pounds_is_found_by_the_weight_before() -> None:
    known = (Weight(at(days=-3), 80.0),)

    code, words = refused(record_vitals, observe(weight_kg=176.0), EMPTY, known, POLICY)

    assert code == "weight-jump"
    assert "pounds (79.8 kg)" in words


def test_a_weight_within_the_policys_jump_or_after_a_long_time_is_taken() -> None:
    near, old = (Weight(at(days=-3), 80.0),), (Weight(at(days=-31), 40.0),)

    assert record_vitals(observe(weight_kg=92.0), EMPTY, near, POLICY)
    assert record_vitals(observe(weight_kg=80.0), EMPTY, old, POLICY)
    assert refused(record_vitals, observe(weight_kg=92.1), EMPTY, near, POLICY)[0] == "weight-jump"


@pytest.mark.parametrize(
    ("minutes", "code"), [(-0.1, "before-arrival"), (120.1, "encounter-finished")]
)
def test_nothing_is_measured_before_the_arrival_or_after_the_end(minutes: float, code: str) -> None:
    ended = an_encounter(readings=(), status="finished", finished_at=at(120))

    assert refused(record_vitals, observe(minutes), ended, (), POLICY)[0] == code
    assert refused(record_measurement, measure(minutes), ended, (), POLICY)[0] == code


def test_a_device_that_says_two_things_of_one_moment_is_refused() -> None:
    once, _ = record_measurement(measure(), EMPTY, (), POLICY)
    again, alarms = record_measurement(measure(), once, (), POLICY)

    code, words = refused(record_measurement, measure(value=130.0), once, (), POLICY)

    assert (again, alarms) == (once, ())
    assert code == "reading-conflict"
    assert "125" in words
    in_a_set = observe(device="monitor-1", systolic=131)
    assert refused(record_vitals, in_a_set, once, (), POLICY)[0] == "reading-conflict"


def test_a_dose_told_by_two_devices_is_refused_with_the_first_one() -> None:
    dosed = an_encounter(dose=a_given_dose())

    twice = refused(administer_dose, give(12), a_situation(dosed), POLICY)
    other = refused(administer_dose, give(60, dose_mg=20.0), a_situation(dosed), POLICY)

    assert twice[0] == other[0] == "already-given"
    assert "40 mg iv were given at 20:10:00 UTC by nurse-1" in twice[1]
    assert "second device" in twice[1]
    assert "medication error" in other[1]


@pytest.mark.parametrize(("minutes", "code"), [(-1, "before-arrival"), (130, "encounter-finished")])
def test_no_dose_is_given_before_the_arrival_or_after_the_end(minutes: float, code: str) -> None:
    ended = an_encounter(status="finished", finished_at=at(120))
    encounter = ended if minutes > 0 else an_encounter()

    assert refused(administer_dose, give(minutes), a_situation(encounter), POLICY)[0] == code


@pytest.mark.parametrize(
    ("term", "hint"),
    [
        ("drowsiness", "did you mean somnolence?"),
        ("hypertension", "did you mean blood-pressure-increased?"),
        ("nausae", "did you mean nausea?"),
        ("zzz", "or send other"),
    ],
)
def test_ses_6_an_unknown_term_is_refused_with_a_hint(term: str, hint: str) -> None:
    code, words = refused(report_adverse_event, report(term=term), an_encounter())

    assert code == "unknown-term"
    assert hint in words


def test_ses_6_what_the_list_does_not_have_is_taken_as_other() -> None:
    assert "other" in TERMS
    assert report_adverse_event(report(term="other"), an_encounter())


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"grade": 5, "outcome": "ongoing"}, "grade-outcome-mismatch"),
        ({"grade": 4, "outcome": "fatal", "serious": True}, "grade-outcome-mismatch"),
        ({"criteria": ("death",), "serious": True}, "grade-outcome-mismatch"),
        ({"grade": 4}, "serious-mismatch"),
        ({"criteria": ("hospitalisation",)}, "serious-mismatch"),
        ({"onset": at(21)}, "onset-after-report"),
    ],
)
def test_ses_6_an_adverse_event_that_contradicts_itself_is_refused(
    what: dict[str, Any], code: str
) -> None:
    assert refused(report_adverse_event, report(20, **what), an_encounter())[0] == code


def test_ses_6_an_adverse_event_is_unresolved_until_its_newest_report_says_otherwise() -> None:
    encounter, _ = report_adverse_event(report(30, outcome="resolved"), an_encounter())
    encounter, _ = report_adverse_event(report(20, outcome="ongoing"), encounter)

    assert unresolved(encounter, 2) == []
    worse, _ = report_adverse_event(report(40, outcome="unknown"), encounter)
    assert [each.term for each in unresolved(worse, 2)] == ["nausea"]


def test_a_refused_reading_leaves_no_trace_and_the_repaired_one_is_taken() -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation(), arrived())
    wrong = site.ObservationRecorded("e-dosing-1", 80, 120, 70, 98, 80.0)
    right = site.ObservationRecorded("e-dosing-1", 120, 80, 70, 98, 80.0)

    verdicts = service.take(posted(wrong, at(5)), posted(right, at(5)))

    assert [each.verdict for each in verdicts] == ["rejected", "accepted"]
    read = service.reads.get(ENCOUNTERS, "e-dosing-1")
    assert read
    assert len(read.aggregate.readings) == 1


def test_a_dose_in_another_encounter_than_the_one_it_was_dispensed_for_is_refused() -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation(), arrived(), *supplied())

    (verdict,) = service.take(given(encounter_id="e-preparation-0"))

    assert verdict.code == "not-a-dosing-session"
    assert at() == NOON
