"""Whole journeys through the routes: posted and consumed events, states and emitted events."""

from datetime import date
from typing import Any

import pytest

from services.session_record.application.documents import (
    APPOINTMENTS,
    COURSES,
    ENCOUNTERS,
    GRANTS,
    HISTORIES,
    PRACTITIONERS,
    STANDINGS,
)
from services.session_record.domain.knowledge.staff import Staff
from shared.contracts import intake, scheduling, site
from shared.storage.documents import Collection
from tests.kit.session_record import (
    OTHER,
    PATIENT,
    SessionRecord,
    arrived,
    at,
    booked,
    cleared,
    consented,
    course_opened,
    discharged,
    finished,
    first_dose,
    given,
    heard,
    knowledge,
    observed,
    on_file,
    posted,
    preparation,
    registered,
    staff,
    supplied,
)

REASONS = (intake.CodedReason("c-ssrs-high", "high triage", "INT-8"),)


def a_service(*steps: Any) -> SessionRecord:
    """One that has heard of the usual patient and taken these."""
    service = SessionRecord()
    verdicts = service.take(*knowledge(), *steps)
    assert {each.verdict for each in verdicts} == {"accepted"}, verdicts
    return service


def the(service: SessionRecord, collection: Collection[Any], name: str = PATIENT) -> Any:
    found = service.reads.get(collection, name)
    assert found, f"no {collection.name}/{name}"
    return found.aggregate


def test_a_first_dose_from_preparation_to_discharge() -> None:
    service = a_service(*first_dose())

    assert [kind.removeprefix("session-record.encounter.") for kind, _ in service.said()] == [
        "opened.v1",
        "completed.v1",
        "task-raised.v1",
        "opened.v1",
        "dose-administered.v1",
        "completed.v1",
        "task-raised.v1",
    ]
    assert service.said()[4][1]["dose_mg_per_kg"] == 0.5
    assert the(service, ENCOUNTERS, "e-dosing-1").status == "finished"


def test_a_journey_that_comes_as_one_batch_ends_the_same() -> None:
    one_by_one, at_once = a_service(*first_dose()), SessionRecord()
    at_once.take(*knowledge())

    verdicts = at_once.take_at_once(*first_dose())

    assert {each.verdict for each in verdicts} == {"accepted"}
    assert [data for _, data in at_once.said()] == [data for _, data in one_by_one.said()]


def test_a_second_dose_follows_integration() -> None:
    service = a_service(*first_dose())

    early = service.take(arrived("dosing", 2, days=4))[0]
    service.take(arrived("integration", 1, days=2), finished("integration", 1, days=2))
    ready = service.take(arrived("dosing", 2, days=4))[0]

    assert [each.code for each in early.blockers] == ["integration-missing"]
    assert ready.verdict == "accepted"
    assert ready.created == ("encounters/e-dosing-2",)


def test_an_arrival_waits_for_its_appointment() -> None:
    service, arrival = SessionRecord(), arrived("preparation", 0, days=-3)

    assert service.take(arrival)[0].verdict == "deferred"
    service.take(*knowledge())
    assert service.resume(arrival).verdict == "accepted"


def test_an_arrival_waits_for_the_clearance_that_its_course_rests_on() -> None:
    service, arrival = SessionRecord(), arrived()
    booked_first = [
        *staff(),
        registered(),
        *on_file(),
        course_opened(),
        booked("preparation", 0, -3),
        booked(),
    ]
    service.take(*booked_first)

    assert service.take(arrival)[0].verdict == "deferred"
    service.take(consented(), cleared(), *preparation())
    assert service.resume(arrival).verdict == "accepted"


@pytest.mark.parametrize("later", [observed(), given(), discharged(), finished("dosing", 1, 0)])
def test_what_happens_in_an_unknown_encounter_waits_for_the_arrival(later: Any) -> None:
    service = a_service(*preparation())

    assert service.take(later)[0].verdict == "deferred"


def test_events_of_another_patient_in_the_encounter_are_refused() -> None:
    service = a_service(*preparation(), arrived(), observed())
    adverse = site.AdverseEventReported(
        "e-dosing-1", "nausea", 1, False, "possible", "none", "resolved"
    )

    verdicts = service.take(
        observed(patient=OTHER), given(patient=OTHER), posted(adverse, at(20), OTHER)
    )

    assert [each.code for each in verdicts] == ["wrong-patient"] * 3


def test_an_arrival_of_another_patient_is_refused_and_not_kept_waiting() -> None:
    service = a_service(*preparation())

    assert service.take(arrived(patient=OTHER))[0].code == "wrong-patient"


def test_a_repeated_dose_event_is_a_duplicate_and_another_one_is_refused() -> None:
    service = a_service(*preparation(), arrived(), *supplied(), observed(), given(event_id="dose"))

    again, other = service.take(given(event_id="dose"), given(12))

    assert (again.verdict, again.first) == ("duplicate", "accepted")
    assert other.code == "already-given"
    assert "second device" in other.reason


def test_consent_withdrawn_after_the_arrival_stops_the_dose() -> None:
    service = a_service(*preparation(), arrived(), *supplied(), observed())
    service.take(heard(intake.ConsentRevoked("patient-request"), at(6)))

    refused = service.take(given())[0]

    assert refused.code == "dose-refused"
    assert [each.code for each in refused.blockers] == ["no-valid-consent"]


def test_a_safety_hold_closes_the_door_until_it_is_lifted() -> None:
    service = a_service(*preparation(), heard(intake.SafetyHoldRaised(REASONS), at(days=-1)))

    held = service.take(arrived())[0]
    service.take(heard(intake.SafetyHoldLifted("seen"), at(-30)))

    assert [each.code for each in held.blockers] == ["safety-hold"]
    assert service.take(arrived())[0].verdict == "accepted"


def test_a_clearance_revoked_by_intake_closes_the_door() -> None:
    revoked = intake.ClearanceWithdrawn("clearance-1", REASONS)
    service = a_service(*preparation(), heard(revoked, at(-30)))

    assert [each.code for each in service.take(arrived())[0].blockers] == ["no-valid-clearance"]


def test_an_appointment_on_hold_is_open_again_when_it_is_restored_and_not_when_cancelled() -> None:
    service = a_service(
        *preparation(), heard(scheduling.AppointmentHeld("a-dosing-1", "course-1", "safety-hold"))
    )

    held = service.take(arrived())[0]
    service.take(
        heard(scheduling.AppointmentRestored("a-dosing-1", "course-1")),
        heard(scheduling.AppointmentCalledOff("a-dosing-2", "course-1", "patient-request")),
    )
    restored, cancelled = service.take(arrived(), arrived("dosing", 2, days=4))

    assert held.code == "appointment-held"
    assert restored.verdict == "accepted"
    assert cancelled.code == "appointment-cancelled"


def test_an_appointment_that_was_missed_is_used_up() -> None:
    missed = scheduling.AppointmentNotKept("a-dosing-1", "course-1", "dosing", 1, "no-show")
    service = a_service(*preparation(), heard(missed))

    assert service.take(arrived())[0].code == "appointment-missed"


def test_an_appointment_that_is_moved_is_the_same_at_its_new_time() -> None:
    start, end = at(days=1), at(150, days=1)
    moved = scheduling.AppointmentMoved(
        "a-dosing-1", "course-1", start, end, "Europe/London", ("room-2",), "patient-request"
    )
    service = a_service(*preparation(), heard(moved))

    appointment = the(service, APPOINTMENTS, "a-dosing-1")
    assert (appointment.start, appointment.end) == (start, end)
    assert appointment.zone == "Europe/London"
    assert service.take(arrived(days=1))[0].verdict == "accepted"


def test_who_arrives_for_a_proposed_appointment_waits_until_it_is_booked() -> None:
    service = a_service(*preparation())
    start, end = at(days=8), at(150, days=8)
    moved = scheduling.AppointmentMoved(
        "a-dosing-3", "course-1", start, end, "Europe/London", ("room-2",), "patient-request"
    )
    declined = scheduling.AppointmentCalledOff("a-dosing-3", "course-1", "proposal-declined")

    service.take(heard(moved), heard(declined))
    waiting = service.take(arrived("dosing", 3, days=8))[0]

    assert waiting.verdict == "deferred"


def test_a_course_that_the_prescriber_adapts_asks_for_the_preparations_it_then_has() -> None:
    adapted = scheduling.CourseAdapted("course-1", 2, 6, 72, "prescriber-1", "needs-more-time")
    service = a_service(*preparation(), heard(adapted))

    refused = service.take(arrived())[0]

    assert [each.code for each in refused.blockers] == ["preparation-missing"]


def test_a_grave_adverse_event_keeps_the_next_dose_until_a_newer_clearance() -> None:
    adverse = site.AdverseEventReported(
        "e-dosing-1", "hypertensive-crisis", 3, False, "probable", "medication", "resolved"
    )
    integration = (arrived("integration", 1, days=2), finished("integration", 1, days=2))
    service = a_service(*first_dose(), posted(adverse, at(40)), *integration)

    unreviewed = service.take(arrived("dosing", 2, days=4))[0]
    service.take(cleared("clearance-2", days=3))

    assert [each.code for each in unreviewed.blockers] == ["adverse-event-unreviewed"]
    assert service.take(arrived("dosing", 2, days=4))[0].verdict == "accepted"


def test_an_alarm_and_an_adverse_event_are_said_at_once() -> None:
    service = a_service(*preparation(), arrived(), observed(20, systolic=181))

    kind, alarm = service.said()[-1]

    assert kind == "session-record.encounter.vitals-alarm-raised.v1"
    assert (alarm["rule"], alarm["value"], alarm["limit"]) == ("systolic-stop", 181, 180)


def test_the_same_vitals_from_two_senders_are_one_reading_and_no_second_alarm() -> None:
    service = a_service(*preparation(), arrived(), observed(systolic=181))

    assert service.take(observed(systolic=181))[0].verdict == "accepted"
    assert len(the(service, ENCOUNTERS, "e-dosing-1").readings) == 1
    alarms = [kind for kind, _ in service.said() if "vitals-alarm" in kind]
    assert len(alarms) == 1


def test_a_replay_of_what_kafka_told_rebuilds_the_knowledge_to_the_byte() -> None:
    told = (
        *knowledge(),
        heard(intake.SafetyHoldRaised(REASONS), at(days=5)),
        heard(scheduling.AppointmentHeld("a-dosing-2", "course-1", "safety-hold"), at(days=5)),
        heard(intake.ConsentRevoked("patient-request"), at(days=6)),
    )
    lived, replayed = SessionRecord(), SessionRecord()
    lived.take(*told[:-3], *first_dose(), *told[-3:])
    replayed.take_at_once(*told)

    for collection in (STANDINGS, GRANTS, COURSES, APPOINTMENTS, PRACTITIONERS):
        assert lived.states(collection) == replayed.states(collection) != []
    assert lived.states(HISTORIES)
    assert not replayed.states(HISTORIES)


def test_a_change_to_an_appointment_that_was_never_booked_is_a_bug() -> None:
    held = scheduling.AppointmentHeld("a-unknown", "course-1", "safety-hold")

    with pytest.raises(AssertionError):
        SessionRecord().take(heard(held))


def test_sch_5_scheduling_is_told_of_a_certificate_and_of_an_enrolment() -> None:
    service = a_service(
        posted(site.SiteCertified(at(days=300)), patient="main"),
        posted(site.PatientEnrolled("rems-1")),
        posted(site.SiteCertified(at(days=200)), patient="main"),
    )

    assert [
        (kind.removeprefix("session-record.rems."), list(data.values()))
        for kind, data in service.said()
    ] == [
        ("site-certificate-recorded.v1", [at(days=300).strftime("%Y-%m-%dT%H:%M:%SZ")]),
        ("patient-enrolment-recorded.v1", ["rems-1"]),
        ("site-certificate-recorded.v1", [at(days=200).strftime("%Y-%m-%dT%H:%M:%SZ")]),
    ]


def test_sch_6_of_two_licences_in_one_role_each_has_its_own_days() -> None:
    def licence(first: date, last: date, which: str) -> Any:
        data = intake.PractitionerCredentialed("nurse-9", "nurse", first, last, which)
        return heard(data, patient="nurse-9")

    first, ahead, end = date(2026, 1, 1), date(2028, 1, 1), date(2027, 12, 31)
    service = a_service(
        licence(first, end, "a"), licence(ahead, date(2029, 1, 1), "b"), licence(first, first, "a")
    )

    known = the(service, PRACTITIONERS, "nurse-9")
    assert Staff({"nurse-9": known}, first).is_credentialed("nurse-9", ["nurse"])
    assert Staff({"nurse-9": known}, ahead).is_credentialed("nurse-9", ["nurse"])
    assert not Staff({"nurse-9": known}, end).is_credentialed("nurse-9", ["nurse"])
