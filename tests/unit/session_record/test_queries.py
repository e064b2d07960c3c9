"""What HTTP reads: encounters with all that was recorded, and readiness without an arrival."""

from services.session_record.application import queries
from services.session_record.application.queries import ReadinessQuestion
from shared.contracts import scheduling
from tests.kit.session_record import (
    NOON,
    OTHER,
    PATIENT,
    POLICY,
    SessionRecord,
    at,
    first_dose,
    heard,
    knowledge,
    preparation,
)

DOSING = ReadinessQuestion("a-dosing-1")


def a_service(*steps: object) -> SessionRecord:
    service = SessionRecord()
    service.take(*knowledge(), *steps)  # type: ignore[arg-type]  # steps of any kind
    return service


def test_an_encounter_shows_what_was_recorded_in_it() -> None:
    read = queries.encounter(a_service(*first_dose()).reads, "e-dosing-1")

    assert read
    view = read.aggregate
    assert (view.status, len(view.readings), view.alarms) == ("finished", 8, ())
    assert view.dose
    assert (view.dose.dose_mg, view.dose.dose_mg_per_kg) == (40.0, 0.5)
    assert view.discharge
    assert read.version == 12


def test_an_unknown_encounter_is_not_found() -> None:
    assert queries.encounter(a_service().reads, "e-dosing-1") is None


def test_encounters_are_listed_by_patient_a_page_at_a_time() -> None:
    reads = a_service(*first_dose()).reads

    first = queries.encounters(reads, limit=1, patient_id=PATIENT)
    rest = queries.encounters(reads, limit=5, patient_id=PATIENT, after=first[-1].cursor)

    names = [each.aggregate.encounter_id for each in (*first, *rest)]
    assert names == ["e-dosing-1", "e-preparation-0"]
    assert queries.encounters(reads, limit=5, patient_id=OTHER) == []


def test_readiness_says_what_is_missing_at_the_start_of_the_appointment() -> None:
    service = a_service()

    before = queries.readiness_of(service.reads, PATIENT, DOSING, POLICY)
    service.take(*preparation())
    after = queries.readiness_of(service.reads, PATIENT, DOSING, POLICY)

    assert before
    assert (before.at, before.ready) == (NOON, False)
    assert [each.code for each in before.blockers] == ["preparation-missing"]
    assert after
    assert after.ready


def test_readiness_can_be_asked_for_another_time() -> None:
    reads = a_service(*preparation()).reads
    late = ReadinessQuestion("a-dosing-1", at(days=100))

    view = queries.readiness_of(reads, PATIENT, late, POLICY)

    assert view
    assert [each.code for each in view.blockers] == [
        "no-valid-clearance",
        "pregnancy-not-excluded",
        "weight-out-of-date",
        "pressure-out-of-date",
    ]


def test_readiness_names_an_appointment_that_cannot_be_kept() -> None:
    held = heard(scheduling.AppointmentHeld("a-dosing-1", "course-1", "safety-hold"))
    view = queries.readiness_of(a_service(*preparation(), held).reads, PATIENT, DOSING, POLICY)

    assert view
    assert [each.code for each in view.blockers] == ["appointment-held"]


def test_readiness_of_an_appointment_that_is_not_the_patients_is_not_found() -> None:
    reads = a_service().reads

    assert queries.readiness_of(reads, OTHER, DOSING, POLICY) is None
    assert queries.readiness_of(reads, PATIENT, ReadinessQuestion("a-unknown"), POLICY) is None


def test_a_session_without_a_dose_needs_no_readiness() -> None:
    view = queries.readiness_of(
        a_service().reads, PATIENT, ReadinessQuestion("a-preparation-0"), POLICY
    )

    assert view
    assert view.ready
