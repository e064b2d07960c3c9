"""Through the runner and the real routes: what is posted and heard, what is kept and told."""

from collections import Counter
from datetime import timedelta

import pytest

from services.scheduling.application.documents import APPOINTMENTS, COURSES
from services.scheduling.domain.course.standing import course_id
from shared.codec import schema, strict_json
from shared.contracts import intake, session_record, site
from shared.contracts.topics import COURSE
from shared.contracts.topics import PATIENT as PATIENT_TOPIC
from shared.storage.journal import JOURNAL
from tests.kit.scheduling import (
    CLINIC,
    NOW,
    PATIENT,
    ROUTES,
    Clinic,
    CountingStore,
    RacingStore,
    a_roster,
    cleared,
    completed,
    heard,
    hours,
    overlaps,
    posted,
)

DAY = timedelta(days=1)
OTHER = "0b2f2b52-6c39-4a7f-8c56-0d8f3a8b8a02"
REQUEST = site.CourseBookingRequested(NOW)
HOLD = intake.SafetyHoldRaised(())
LIFT = intake.SafetyHoldLifted("seen")
WITHDRAWN = intake.ConsentRevoked("patient-request")
REVOKED = intake.ClearanceWithdrawn("clearance-1", ())
CONSENT = intake.PatientConsented("v1", "iv", NOW + 365 * DAY, analysts_stream=True)


def statuses(clinic: Clinic, session: str = "dosing") -> set[str]:
    return {each.status for each in clinic.course().appointments if each.session == session}


def test_a_granted_clearance_opens_the_course_of_its_protocol() -> None:
    clinic = Clinic().cleared()

    course = clinic.course()
    assert (course.status, course.protocol.code, course.clearance_id) == (
        "active",
        "iv-6",
        "clearance-1",
    )
    assert clinic.told() == ["opened"]


def test_a_patient_has_one_active_course() -> None:
    clinic = Clinic().booked().cleared(clearance_id="clearance-2")

    assert clinic.course().clearance_id == "clearance-2"
    assert clinic.standing().courses == 1


def test_a_clearance_for_another_protocol_takes_the_place_of_the_course() -> None:
    clinic = Clinic().booked()

    clinic.cleared(clearance_id="clearance-2", protocol="im-4", route="im")

    assert clinic.course(1).status == "revoked"
    assert clinic.course(2).status == "active"
    assert Counter(clinic.told(since=14)) == {"appointment-cancelled": 13, "opened": 1}
    assert not any(day.claims for day in clinic.days())


def test_a_protocol_that_the_policy_does_not_have_opens_nothing() -> None:
    clinic = Clinic()

    verdict = clinic.hear(cleared(protocol="iv-99"))

    assert (verdict.verdict, verdict.code) == ("rejected", "unknown-protocol")
    assert clinic.told() == []


def test_a_zone_that_does_not_exist_is_answered_with_its_path() -> None:
    declared = site.ResourceDeclared("room", "Nowhere/Atlantis", hours())

    verdict = Clinic().say(declared, subject="room-1")

    assert (verdict.verdict, verdict.path) == ("invalid", "/data/zone")


def test_booking_a_course_books_every_session_and_takes_its_time() -> None:
    clinic = Clinic().staffed().cleared()

    verdict = clinic.say(REQUEST)

    lines = clinic.reads.page(APPOINTMENTS)
    assert verdict.verdict == "accepted"
    assert sum(each.startswith("appointments/") for each in verdict.created) == len(lines) == 13
    assert clinic.told() == ["opened", *["appointment-booked"] * 13]
    assert sum(len({each.appointment_id for each in day.claims}) for day in clinic.days()) == 13
    assert {each.aggregate.day for each in lines} == {day.date for day in clinic.days()}


def test_a_booking_waits_for_the_clearance_that_is_on_its_way() -> None:
    clinic = Clinic().staffed()
    unheard = clinic.say(REQUEST)
    assert clinic.hear(CONSENT).verdict == "accepted"

    waiting = clinic.say(REQUEST)

    assert (unheard.verdict, waiting.verdict) == ("deferred", "deferred")
    entries = clinic.store.session().where(JOURNAL, {"verdict": "deferred"}, order="order")
    assert entries[1]["waits_in"] == COURSES.name
    assert entries[1]["waits_for"] == f"{CLINIC}/{course_id(PATIENT, 1)}"


def test_nothing_is_booked_if_one_session_finds_no_place() -> None:
    clinic = Clinic().staffed(a_roster(without=["nurse"])).cleared()

    verdict = clinic.say(REQUEST)

    assert (verdict.verdict, verdict.code) == ("rejected", "no-capacity")
    assert [each.code for each in verdict.blockers] == ["no-nurse", "first-dose-in-time"]
    assert clinic.course().appointments == ()
    assert clinic.days() == []


def test_the_same_request_comes_to_the_same_bytes() -> None:
    def told() -> list[object]:
        clinic = Clinic().staffed()
        clinic.run(heard(cleared(), id="clearance"))
        clinic.run(posted(REQUEST, id="request"))
        return list(clinic.records())

    assert told() == told()


def test_a_request_that_comes_twice_books_once() -> None:
    clinic = Clinic().staffed().cleared()

    first, again = clinic.run(posted(REQUEST, id="request"), posted(REQUEST, id="request"))

    assert (again.verdict, again.created) == ("duplicate", first.created)
    assert clinic.told().count("appointment-booked") == 13


def test_two_requests_in_one_batch_do_not_meet() -> None:
    clinic = Clinic().staffed().cleared()
    clinic.hear(cleared(), subject=OTHER)

    verdicts = clinic.run(posted(REQUEST), posted(REQUEST, subject=OTHER))

    assert [each.verdict for each in verdicts] == ["accepted", "accepted"]
    assert overlaps(clinic.days()) == []


def test_of_two_requests_that_race_for_a_day_the_loser_books_around_the_winner() -> None:
    clinic = Clinic().staffed().cleared()
    clinic.hear(cleared(), subject=OTHER)
    rival = Clinic(RacingStore(clinic.store, lambda: clinic.say(REQUEST, subject=OTHER)))

    verdict = rival.say(REQUEST)

    assert verdict.verdict == "accepted"
    assert clinic.course(patient_id=OTHER).appointments[0].start == NOW + timedelta(hours=2)
    assert overlaps(clinic.days()) == []
    assert sum(len({each.appointment_id for each in day.claims}) for day in clinic.days()) == 26


def test_a_booking_reads_each_collection_once() -> None:
    clinic = Clinic().staffed().cleared()
    counted = CountingStore(clinic.store)

    assert Clinic(counted).say(REQUEST).verdict == "accepted"

    assert set(counted.reads.values()) == {1}


def test_a_safety_hold_frees_the_time_of_every_dose_to_come() -> None:
    clinic = Clinic().booked()

    clinic.hear(HOLD)

    assert clinic.told(since=14) == ["appointment-held"] * 6
    assert (statuses(clinic), statuses(clinic, "integration")) == ({"pending"}, {"booked"})
    assert sum(len({each.appointment_id for each in day.claims}) for day in clinic.days()) == 7
    assert clinic.course().status == "on-hold"


def test_doses_stand_again_when_the_hold_is_lifted() -> None:
    clinic = Clinic().booked()
    before = clinic.days()

    clinic.hear(HOLD)
    clinic.hear(LIFT)

    assert clinic.told(since=20) == ["appointment-restored"] * 6
    assert clinic.days() == before


def test_a_dose_whose_time_was_taken_meanwhile_is_called_off_and_another_time_proposed() -> None:
    clinic = Clinic().booked()
    clinic.hear(HOLD)
    clinic.hear(cleared(), subject=OTHER)
    assert clinic.say(REQUEST, subject=OTHER).verdict == "accepted"

    clinic.hear(LIFT)

    doses = [each for each in clinic.course().appointments if each.session == "dosing"]
    assert {each.reason for each in doses if each.status == "cancelled"} == {"time-taken"}
    assert {each.number for each in doses if each.status == "proposed"} == {1, 2, 3, 4, 5, 6}
    assert overlaps(clinic.days()) == []


@pytest.mark.parametrize(
    ("reason", "lifting"),
    [
        (HOLD, LIFT),
        (WITHDRAWN, CONSENT),
        (REVOKED, cleared(clearance_id="clearance-2")),
    ],
    ids=["safety-hold", "consent-withdrawn", "clearance-revoked"],
)
def test_each_reason_holds_alone_and_is_lifted_by_its_own_event(
    reason: object, lifting: object
) -> None:
    clinic = Clinic().booked()

    clinic.hear(reason)
    held = statuses(clinic)
    clinic.hear(lifting)

    assert (held, statuses(clinic)) == ({"pending"}, {"booked"})


def test_doses_wait_for_the_last_of_several_reasons() -> None:
    clinic = Clinic().booked()
    for reason in (HOLD, WITHDRAWN, REVOKED, HOLD):
        clinic.hear(reason)

    clinic.hear(LIFT)
    clinic.hear(cleared(clearance_id="clearance-2"))

    assert statuses(clinic) == {"pending"}
    assert clinic.course().held_by == ("consent-withdrawn",)
    clinic.hear(CONSENT)
    assert statuses(clinic) == {"booked"}


def test_a_hold_heard_before_the_clearance_holds_the_course_from_its_start() -> None:
    clinic = Clinic().staffed()
    clinic.hear(HOLD)
    clinic.cleared()

    verdict = clinic.say(REQUEST)

    assert (verdict.code, clinic.course().status) == ("on-hold", "on-hold")
    clinic.hear(LIFT)
    assert clinic.say(REQUEST).verdict == "accepted"


def test_a_cancelled_appointment_is_told_and_its_session_can_be_booked_again() -> None:
    clinic = Clinic().booked()
    first = clinic.course().appointments[1]

    clinic.say(site.AppointmentCancelled(first.id, "patient-request"))

    assert clinic.told(since=14) == ["appointment-cancelled"]
    assert sum(len({each.appointment_id for each in day.claims}) for day in clinic.days()) == 12
    assert clinic.say(REQUEST).verdict == "accepted"
    assert clinic.told(since=15) == ["appointment-booked"]


def test_an_appointment_of_another_patient_cannot_be_cancelled() -> None:
    clinic = Clinic().booked()
    clinic.hear(cleared(), subject=OTHER)
    cancelled = site.AppointmentCancelled(clinic.course().appointments[0].id, "mistake")

    verdict = clinic.say(cancelled, subject=OTHER)

    assert (verdict.verdict, verdict.code) == ("rejected", "unknown-appointment")


def test_a_cancellation_for_an_unknown_patient_waits() -> None:
    cancelled = site.AppointmentCancelled("appointment", "mistake")

    assert Clinic().say(cancelled).verdict == "deferred"


def test_a_completed_encounter_fulfils_its_appointment() -> None:
    clinic = Clinic().booked()

    clinic.hear(completed(clinic, "preparation-1"))

    assert statuses(clinic, "preparation") == {"fulfilled"}
    line = clinic.reads.get(APPOINTMENTS, clinic.course().appointments[0].id)
    assert line
    assert line.aggregate.status == "fulfilled"
    assert clinic.told(since=14) == []


def test_the_last_integration_completes_the_course_and_a_new_clearance_opens_another() -> None:
    clinic = Clinic().booked()
    given = session_record.DoseAdministered(
        "encounter", clinic.course().id, 1, "iv", 40.0, 0.5, NOW + DAY
    )
    clinic.hear(given)

    clinic.hear(completed(clinic, "integration-6"))

    assert clinic.course().status == "completed"
    assert clinic.records()[-1].value == strict_json.dumps(
        {"course_id": clinic.course().id, "doses_given": 1}
    )
    clinic.cleared(clearance_id="clearance-2")
    assert clinic.course(2).status == "active"
    assert clinic.standing().last_dose_at == NOW + DAY


def test_an_encounter_of_a_course_that_never_was_is_refused() -> None:
    clinic = Clinic().cleared()
    stray = session_record.EncounterCompleted("e", "a", "nothing", "dosing", 1, NOW)

    verdict = clinic.hear(stray)

    assert (verdict.verdict, verdict.code) == ("rejected", "unknown-course")


def test_everything_told_keeps_its_contract_and_its_place_in_line() -> None:
    clinic = Clinic().booked()
    for step in (HOLD, LIFT, completed(clinic, "integration-6")):
        clinic.hear(step)
    contracts = {each.type: each for each in COURSE.types}

    for number, record in enumerate(clinic.records(), 1):
        headers = {name: value.decode() for name, value in record.headers}
        assert record.value is not None
        schema.load(contracts[headers["ce_type"]], strict_json.loads(record.value), closed=True)
        assert (headers["ce_sequence"], record.key) == (str(number), PATIENT.encode())


def test_the_routes_take_what_intake_says_of_clearance_consent_and_safety() -> None:
    taken = {each.type for each in PATIENT_TOPIC.types if each.type in ROUTES}

    assert taken == {
        intake.PatientCleared.type,
        intake.ClearanceWithdrawn.type,
        intake.PatientConsented.type,
        intake.ConsentRevoked.type,
        intake.SafetyHoldRaised.type,
        intake.SafetyHoldLifted.type,
        intake.PatientRegistered.type,
        intake.EscortNamed.type,
        intake.PatientLinked.type,
        intake.PatientTransferred.type,
    }
