"""The Encounter: how it opens, and what may be added to it."""

import pytest

from services.session_record.domain.adverse import report_adverse_event
from services.session_record.domain.arrival import KEYS, entry_of, open_encounter
from services.session_record.domain.encounter import check_patient
from shared.contracts.session_record import AdverseEventRecorded, EncounterOpened
from shared.kernel.errors import Rejected
from tests.kit.session_record import (
    NOON,
    OTHER,
    POLICY,
    a_dose_given,
    a_history,
    a_standing,
    an_appointment,
    an_arrival,
    an_encounter,
    arrive,
    at,
    report,
)


def test_an_encounter_opens_for_its_appointment_and_keeps_the_policy_it_opened_under() -> None:
    encounter, (event,) = open_encounter(arrive(), an_arrival(), POLICY)

    assert event == EncounterOpened("e-new", "a-dosing-1", "course-1", "dosing", 1)
    assert (encounter.status, encounter.route, encounter.arrived_at) == ("in-progress", "iv", NOON)
    assert encounter.opened_under == POLICY.reference(*KEYS)
    assert entry_of(encounter).appointment_id == "a-dosing-1"


@pytest.mark.parametrize(
    ("arrival", "code"),
    [
        (an_arrival(an_appointment(patient_id=OTHER)), "wrong-patient"),
        (an_arrival(an_appointment(status="held")), "appointment-held"),
        (an_arrival(an_appointment(status="cancelled")), "appointment-cancelled"),
        (an_arrival(an_appointment(status="missed")), "appointment-missed"),
        (an_arrival(history=a_history(a_dose_given())), "already-arrived"),
        (an_arrival(existing=an_encounter()), "encounter-exists"),
    ],
)
def test_an_arrival_for_an_appointment_that_is_not_the_patients_to_keep_is_refused(
    arrival: object, code: str
) -> None:
    with pytest.raises(Rejected) as refused:
        open_encounter(arrive(), arrival, POLICY)  # type: ignore[arg-type]  # parametrised

    assert refused.value.code == code


def test_a_patient_who_is_not_ready_is_told_everything_that_is_missing() -> None:
    with pytest.raises(Rejected) as refused:
        open_encounter(arrive(fasting=None), an_arrival(standing=a_standing(consents=())), POLICY)

    assert refused.value.code == "not-ready"
    codes = [each.code for each in refused.value.blockers]
    assert codes == ["no-valid-consent", "not-fasting"]
    assert all(each.words in refused.value.reason for each in refused.value.blockers)


def test_preparation_and_integration_do_not_ask_for_readiness() -> None:
    unready = a_standing(clearances=(), consents=())
    arrival = an_arrival(an_appointment("preparation", 1), standing=unready)
    command = arrive(fasting=None, escort_arranged=None)

    encounter, _ = open_encounter(command, arrival, POLICY)

    assert encounter.session == "preparation"


def test_an_integration_session_cannot_start_before_the_end_of_its_dose() -> None:
    appointment = an_appointment("integration", 1)
    going_on = a_dose_given(days=-1, finished_at=None)
    later = a_dose_given(days=0.1)
    for entry in (going_on, later):
        with pytest.raises(Rejected) as refused:
            open_encounter(arrive(), an_arrival(appointment, history=a_history(entry)), POLICY)
        assert refused.value.code == "dose-not-finished"


def test_an_integration_session_follows_its_dose() -> None:
    history = a_history(a_dose_given(days=-1))

    encounter, _ = open_encounter(
        arrive(), an_arrival(an_appointment("integration", 1), history=history), POLICY
    )

    assert encounter.session == "integration"


def test_an_adverse_event_is_recorded_even_after_the_end() -> None:
    ended = an_encounter(status="finished", finished_at=at(120))

    encounter, event = report_adverse_event(report(600, grade=3), ended)

    assert event == AdverseEventRecorded(
        "e-dosing-1", "course-1", "nausea", 3, False, "resolved", at(600)
    )
    assert [each.grade for each in encounter.adverse_events] == [3]


def test_nothing_is_recorded_for_another_patient() -> None:
    with pytest.raises(Rejected) as refused:
        check_patient(report(), an_encounter(patient_id=OTHER))

    assert refused.value.code == "wrong-patient"
