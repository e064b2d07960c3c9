"""SES-10: the REMS form is made from this session's record alone, and sent when it is whole."""

from dataclasses import replace
from typing import Any

import pytest

from services.session_record.domain.documentation.commands import Content, SubmitRems
from services.session_record.domain.documentation.records import Record, Signature
from services.session_record.domain.documentation.rems import RemsForm, form_of, submit
from services.session_record.domain.encounter import Encounter
from shared.contracts import site
from shared.kernel.errors import Rejected
from tests.kit.documentation import (
    ANSWERS,
    DOSE,
    PATIENT,
    POLICY,
    UNDER,
    Clinic,
    a_dose,
    a_finished,
    a_reading,
    a_record,
    an_esketamine_session,
    answered,
    at,
    noted,
    posted,
    reported,
    signed,
    told,
)

SUBMIT = SubmitRems("submit-1", at(days=1), PATIENT, DOSE, "confirmation-1")


def answers(**what: Any) -> Content:
    named = {name: getattr(ANSWERS, name) for name in ANSWERS.__slots__}
    return Content(rems_answers=site.RemsAnswers(**(named | what)))


def a_form(encounter: Encounter | None = None, *contents: Content) -> RemsForm:
    found = encounter or an_esketamine_session()
    form = form_of(signed_record(found, *(contents or (answers(),))), found, POLICY)
    assert form
    return form


def signed_record(encounter: Encounter, *contents: Content) -> Record:
    signature = Signature(at(150), "prescriber-1", UNDER)
    return replace(a_record(encounter, *contents), signature=signature)


def test_ses_10_a_whole_record_fills_the_form() -> None:
    form = a_form()

    assert form.missing == ()
    assert (form.dose_mg, form.lot, form.treated_at) == (56.0, "lot-1", at(10))
    assert (form.total_min, form.ready_to_leave_min) == (120, 120)
    assert form.pressure_at_40
    assert form.pressure_at_40.at == at(50)
    assert (form.vitals_acceptable_before, form.vitals_acceptable_after) == (True, True)
    assert (form.prescriber, form.pulse_oximetry) == ("prescriber-1", True)
    assert not form.serious_adverse_event


ESK = a_dose(route="esketamine", dose_mg=56.0, dose_mg_per_kg=None, lot="")


@pytest.mark.parametrize(
    ("encounter", "missing"),
    [
        (an_esketamine_session(dose=ESK), ["lot"]),
        (
            an_esketamine_session(readings=(a_reading(50), a_reading(125))),
            ["pressure_before", "vitals_acceptable_before"],
        ),
        (an_esketamine_session(readings=(a_reading(5), a_reading(125))), ["pressure_at_40"]),
        (
            an_esketamine_session(discharge=None),
            [
                "pressure_at_end",
                "vitals_acceptable_after",
                "pulse_oximetry",
                "total_min",
                "ready_to_leave_min",
            ],
        ),
    ],
    ids=["lot", "before", "at 40", "end"],
)
def test_ses_10_what_the_session_lacks_is_missing_and_never_filled_in(
    encounter: Encounter, missing: list[str]
) -> None:
    assert sorted(a_form(encounter).missing) == sorted(missing)


@pytest.mark.parametrize(("minutes", "found"), [(44, False), (45, True), (55, True), (56, False)])
def test_ses_10_the_reading_at_40_minutes_may_be_five_minutes_off(
    minutes: float, found: bool
) -> None:
    readings = (a_reading(5), a_reading(minutes), a_reading(125))

    form = a_form(an_esketamine_session(readings=readings))

    assert (form.pressure_at_40 is not None) == found


def test_ses_10_without_answers_each_question_is_named() -> None:
    form = a_form(None, Content(note=site.ChartNote("plan", "x")))

    assert set(form.missing) == {
        "setting",
        "benzodiazepines",
        "sedative_hypnotics",
        "psychostimulants",
        "maois",
        "sedation",
        "dissociation",
    }


def test_ses_10_none_is_an_answer_and_an_episode_without_an_end_is_none() -> None:
    assert a_form(None, answers(sedation=None, dissociation=None)).missing == ()
    assert a_form(None, answers(sedation=site.Episode(15))).missing == ("sedation",)


def test_ses_10_vital_signs_in_the_stop_range_are_not_acceptable() -> None:
    readings = (a_reading(5), a_reading(50), a_reading(125, systolic=185))

    form = a_form(an_esketamine_session(readings=readings))

    assert (form.vitals_acceptable_before, form.vitals_acceptable_after) == (True, False)


def test_only_esketamine_has_a_form() -> None:
    assert form_of(a_record(a_finished()), a_finished(), POLICY) is None
    with pytest.raises(Rejected, match="no-esketamine"):
        submit(SUBMIT, a_record(a_finished()), a_finished(), POLICY)


def test_ses_10_an_unsigned_or_incomplete_form_is_not_submitted_and_all_is_named() -> None:
    encounter = an_esketamine_session(dose=ESK)

    with pytest.raises(Rejected) as refusal:
        submit(SUBMIT, a_record(encounter, answers()), encounter, POLICY)

    assert refusal.value.code == "rems-form-incomplete"
    codes = [each.code for each in refusal.value.blockers]
    assert codes == ["record-unsigned", "prescriber-missing", "lot-missing"]


def test_ses_10_submitting_closes_the_task_and_happens_once() -> None:
    clinic = Clinic(an_esketamine_session())
    clinic.take(noted(), told(themes=("grief",)), answered(), signed())

    codes = clinic.codes(*(posted(site.RemsSubmitted(DOSE, "c-1"), at(days=1)) for _ in range(2)))

    assert codes == ["", "already-submitted"]
    assert clinic.record().rems


def test_a_serious_adverse_event_is_on_the_form_as_it_stands_now() -> None:
    clinic = Clinic(an_esketamine_session())
    clinic.take(reported())

    form = form_of(a_record(clinic.encounter()), clinic.encounter(), POLICY)

    assert form
    assert form.serious_adverse_event
