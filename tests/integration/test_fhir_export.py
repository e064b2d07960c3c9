"""What intake and session-record export as FHIR R4 is accepted by a validator that is not ours."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from services.intake.adapters import fhir as intake_fhir
from services.intake.application.identities import identity
from services.session_record.adapters import fhir as session_fhir
from services.session_record.application.documentation_queries import Session, sessions
from services.session_record.domain.encounter import Assessment, Encounter, Measurement
from shared.codec.fhir import Resource
from shared.codec.questionnaires.fhir import questionnaire
from shared.contracts import site
from shared.contracts.instruments import INSTRUMENTS
from shared.storage.reads import Reads
from tests.kit import documentation as written
from tests.kit import intake as told
from tests.kit.clinical.said import CLINIC, DECIDED, PATIENT, c_ssrs, on_day, phq_9
from tests.kit.fhir.judge import faults
from tests.kit.people import VAULT
from tests.kit.session_record.facts import PRESENT

DEFINITIONS = [questionnaire(each, None) for each in INSTRUMENTS.values()]
EVERY_ROUTE: list[site.Route] = ["iv", "im", "sl", "esketamine"]
MEASURES: list[site.Measure] = ["systolic", "heart-rate", "respiratory-rate", "body-temperature"]


def kinds(bundle: Resource) -> Counter[str]:
    return Counter(each["resource"]["resourceType"] for each in bundle["entry"])


def of_kind(bundle: Resource, kind: str) -> list[Resource]:
    found = [each["resource"] for each in bundle["entry"]]
    return [each for each in found if each["resourceType"] == kind]


# ---- intake ----------------------------------------------------------------------------------


def a_long_history() -> told.Intake:
    """A patient who was corrected, held, lifted, cleared and has withdrawn."""
    intake = told.Intake()
    first = told.everything_on_file()
    intake.take(*first)
    intake.take(
        told.posted(site.ScreeningAnswered("phq-9", phq_9(20), 20), event_id="answers"),
        told.posted(site.ScreeningAnswered("phq-9", phq_9(19), 19, amends="answers"), on_day(1)),
        told.posted(site.ScreeningAnswered("gad-7", (1, None, 2, 1, 0, 3, 1)), event_id="wrong"),
        told.posted(site.EntryRetracted("wrong", "other-patient", "nurse-1"), on_day(1)),
        told.posted(site.ScreeningAnswered("c-ssrs-screener", c_ssrs(1, 2, 4)), on_day(1)),
        told.posted(site.HoldLifted("psychiatrist-1", "seen-face-to-face"), on_day(2)),
        told.posted(site.ScreeningAnswered("brs", (3, 2, 4, 2, 5, 1)), on_day(2)),
        told.posted(told.grant(), DECIDED),
        told.posted(site.ConsentWithdrawn("patient-request"), DECIDED + timedelta(hours=1)),
        told.posted(
            site.ScreeningAnswered("c-ssrs-screener", c_ssrs(1, 2, 4)), DECIDED + timedelta(hours=2)
        ),
    )
    return intake


def test_the_judge_accepts_a_whole_file_of_intake() -> None:
    intake = a_long_history()
    about = identity(Reads(intake.store, CLINIC), VAULT, PATIENT)
    assert about

    bundle = intake_fhir.record(intake.patient(), about.aggregate, DECIDED)

    assert faults([bundle], DEFINITIONS) == []
    found = kinds(bundle)
    assert found["Consent"] == found["Patient"] == found["Condition"] == 1
    assert found["Flag"] == 2
    assert min(found[each] for each in ("QuestionnaireResponse", "Observation", "Provenance")) > 5


def test_without_the_right_to_names_the_patient_has_none() -> None:
    bundle = intake_fhir.record(a_long_history().patient(), None, DECIDED)

    assert faults([bundle], DEFINITIONS) == []
    [patient] = of_kind(bundle, "Patient")
    assert patient.keys() == {"resourceType", "id", "identifier"}


def test_what_was_corrected_is_exported_as_entered_in_error() -> None:
    bundle = intake_fhir.record(a_long_history().patient(), None, DECIDED)

    about = {each["id"]: each["status"] for each in of_kind(bundle, "QuestionnaireResponse")}
    assert Counter(about.values())["entered-in-error"] == 2
    assert Counter(about.values())["amended"] == 1


@pytest.mark.parametrize("code", INSTRUMENTS)
def test_the_judge_accepts_the_answers_to_every_instrument(code: str) -> None:
    instrument = INSTRUMENTS[code]
    given: tuple[int | None, ...] = tuple(
        instrument.values(item)[-1] for item in range(1, instrument.items + 1)
    )
    if instrument.faults(given):
        given = tuple(None if item in (7, 9) else each for item, each in enumerate(given, 1))
    intake = told.Intake()
    intake.take(*told.everything_on_file())
    [verdict] = intake.take(told.posted(site.ScreeningAnswered(instrument.code, given)))
    assert verdict.verdict == "accepted", verdict

    assert faults([intake_fhir.record(intake.patient(), None, DECIDED)], DEFINITIONS) == []


# ---- session-record --------------------------------------------------------------------------


def a_full_session(route: site.Route) -> Encounter:
    """Everything that can be in an encounter is in it."""
    usual = written.a_finished(route=route, staff=PRESENT)
    dose = written.a_dose(route=route, container="vial-1", checked_by="nurse-2")
    readings = (
        written.a_reading(5, weight_kg=80.5, respiratory_rate=14, moaas=5, symptoms=("dyspnoea",)),
        written.a_reading(50, device="monitor 1"),
    )
    measured = tuple(Measurement(written.at(55), "monitor_2", each, 60.0, "1") for each in MEASURES)
    answered = (
        Assessment("a-1", written.at(60), "cadss", "cadss/1", (0,) * 23, 7.0),
        Assessment("a-2", written.at(90), "c-ssrs-screener", "c/1", (0,) * 7, None, "low"),
    )
    return replace(
        usual,
        dose=dose,
        readings=readings,
        measurements=measured,
        assessments=answered,
        in_error=(written.a_reading(20, systolic=60),),
    )


@pytest.mark.parametrize("route", EVERY_ROUTE)
def test_the_judge_accepts_a_session_by_every_route(route: site.Route) -> None:
    bundle = session_fhir.record(
        written.PATIENT, [Session(a_full_session(route), None)], written.at(200)
    )

    assert faults([bundle], DEFINITIONS) == []
    assert kinds(bundle)["MedicationAdministration"] == 1
    assert kinds(bundle)["Observation"] > 10


def test_the_judge_accepts_a_written_record_with_its_amendments() -> None:
    dose = written.a_finished(staff=PRESENT)
    clinic = written.Clinic(dose, written.a_finished("integration"))
    goals = (replace(written.GOAL, follow_up_on=written.at(days=9).date()),)
    verdicts = clinic.take(
        written.noted("note-1"),
        written.amended("note-1", "note-2"),
        written.reported("ae-1"),
        written.told(
            "e-integration-1", integrates=dose.encounter_id, goals=goals, when=written.at(days=2)
        ),
    )
    assert {each.verdict for each in verdicts} == {"accepted"}, verdicts
    known = sessions(Reads(clinic.store, written.CLINIC), written.PATIENT)

    bundle = session_fhir.record(written.PATIENT, known, written.at(days=3))

    assert faults([bundle], DEFINITIONS) == []
    notes = {each["id"]: each["status"] for each in of_kind(bundle, "DocumentReference")}
    assert notes == {"note-1": "entered-in-error", "note-2": "current"}
    [event] = of_kind(bundle, "AdverseEvent")
    assert event["seriousness"]["coding"][0]["code"] == "Serious"
    integration = next(each for each in of_kind(bundle, "Encounter") if "partOf" in each)
    assert integration["partOf"] == {"reference": f"Encounter/{dose.encounter_id}"}
    assert kinds(bundle)["Goal"] == 1
