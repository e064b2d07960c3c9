"""What therapists document: it holds together, and an integration names the dose it is about."""

from typing import Any

import pytest

from shared.contracts import site
from tests.kit.documentation import (
    DOSE,
    GOAL,
    INTEGRATION,
    SETTING,
    Clinic,
    a_finished,
    an_encounter,
    at,
    noted,
    told,
)

PASSAGE = site.DifficultPassage(20, 32, "fear", "grounding", True)
WHOLE: dict[str, Any] = {
    "setting": SETTING,
    "interventions": (site.Intervention(25, "grounding", "breathe with me"),),
    "themes": ("grief", "belonging"),
    "insights": ("I was not alone.",),
    "passages": (PASSAGE,),
    "beliefs": (site.ReframedBelief("I must carry it", "I may ask", 90, 35),),
    "goals": (GOAL,),
}


def test_everything_a_therapist_says_is_kept_as_it_was_said() -> None:
    clinic = Clinic()

    clinic.take(told(**WHOLE))

    [kept] = clinic.record().therapy()
    assert kept == site.Therapy(**WHOLE)


def test_therapy_is_documented_in_parts_and_all_of_them_count() -> None:
    clinic = Clinic()

    clinic.take(told(themes=("grief",)), told(passages=(PASSAGE,)))

    assert len(list(clinic.record().therapy())) == 2


def test_nothing_that_is_written_is_told_to_anybody() -> None:
    clinic = Clinic()

    clinic.take(noted(), told(themes=("grief",), insights=("I was not alone.",)))

    assert clinic.said() == []


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (
            {"passages": (site.DifficultPassage(9, 8, "fear", "touch", True),)},
            "passage-turned-round",
        ),
        ({"goals": (GOAL, GOAL)}, "goal-twice"),
        ({"integrates": DOSE}, "not-an-integration"),
    ],
)
def test_what_contradicts_itself_is_refused(what: dict[str, Any], code: str) -> None:
    assert Clinic().codes(told(**what)) == [code]


def test_a_passage_may_end_in_the_minute_in_which_it_began() -> None:
    passage = site.DifficultPassage(9, 9, "fear", "touch", True)

    assert Clinic().codes(told(passages=(passage,))) == [""]


def test_what_is_wrong_is_said_at_once() -> None:
    verdict = Clinic().only(told(goals=(GOAL, GOAL), integrates=DOSE))

    assert [each.code for each in verdict.blockers] == ["goal-twice", "not-an-integration"]


@pytest.mark.parametrize(
    ("dose", "code"),
    [
        (a_finished(), ""),
        (a_finished(finished_at=at(days=2)), ""),
        (a_finished(finished_at=at(1, days=2)), "dose-not-finished"),
        (an_encounter(), "dose-not-finished"),
        (a_finished(course_id="course-2"), "not-a-dose-of-the-course"),
        (a_finished("preparation", encounter_id=DOSE), "not-a-dose-of-the-course"),
    ],
    ids=["finished", "just", "too late", "never", "another course", "no dose"],
)
def test_an_integration_is_of_a_finished_dose_of_the_course(dose: Any, code: str) -> None:
    clinic = Clinic(dose, an_encounter("integration"))

    assert clinic.codes(told(INTEGRATION, integrates=DOSE, when=at(days=2))) == [code]


def test_another_patients_dose_is_not_integrated() -> None:
    clinic = Clinic(a_finished(patient_id="another"), an_encounter("integration"))

    codes = clinic.codes(told(INTEGRATION, integrates=DOSE, when=at(days=2)))

    assert codes == ["not-a-dose-of-the-course"]


def test_an_integration_waits_for_a_dose_that_is_not_heard_of_yet() -> None:
    clinic = Clinic(an_encounter("integration"))

    assert clinic.only(told(INTEGRATION, integrates=DOSE, when=at(days=2))).verdict == "deferred"


def test_a_note_in_another_patients_session_is_refused() -> None:
    assert Clinic(a_finished(patient_id="another")).codes(noted()) == ["wrong-patient"]


def test_a_note_waits_for_its_session() -> None:
    assert Clinic().only(noted(encounter_id="e-unknown")).verdict == "deferred"
