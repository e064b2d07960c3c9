"""One patient's whole journey: from the referral to the analysts' stream, over real processes."""

from datetime import datetime, timedelta
from typing import Any

from shared.client.outcomes import OutcomesStream
from shared.contracts.outcomes import OutcomeResult
from tests.e2e.site_day import PHQ_9_MILD, PHQ_9_SEVERE, SiteDay, a_while_ago
from tests.kit.eventually import eventually


def test_a_referral_becomes_a_course_doses_and_a_measured_outcome(
    network: dict[str, Any], riverside: SiteDay
) -> None:
    patient = riverside.admitted(a_while_ago())
    appointments = riverside.appointments(patient)
    assert [each["session"] for each in appointments] == [
        "preparation",
        *["dosing", "integration"] * 6,
    ]

    for appointment in appointments[:5]:
        riverside.attend(patient, appointment)
        if appointment["session"] == "dosing":
            end = datetime.fromisoformat(appointment["end"])
            answers = PHQ_9_SEVERE if appointment["dose_number"] == 1 else PHQ_9_MILD
            riverside.assess(patient, end + timedelta(hours=20), answers)

    trajectory = eventually(lambda: with_doses(riverside, patient, 2))
    last = trajectory["results"][-1]
    assert (last["after_dose"], last["score"], last["baseline"]) == (2, 3, 20)
    assert (last["change"], last["percent_change"]) == (-17, -85)
    assert (last["response"], last["remission"]) == (True, True)
    assert last["suicidal_item_change"] == -1

    # Whose it is on the stream nobody can say: the result is found by what it measures.
    def published() -> list[OutcomeResult]:
        return [
            told
            for told in (each.data for each in OutcomesStream.of(network).events())
            if isinstance(told, OutcomeResult) and told.after_dose == 2 and told.change == -17
        ]

    assert eventually(published)[0].remission is True


def with_doses(site: SiteDay, patient: str, doses: int) -> dict[str, Any] | None:
    """The trajectory, once it has heard of so many doses."""
    found = site.get("outcomes", f"trajectories/{patient}")
    return found if found and found["results"][-1]["after_dose"] == doses else None


def test_a_dose_is_refused_with_everything_that_is_missing_at_once(riverside: SiteDay) -> None:
    patient = riverside.admitted(a_while_ago(100))
    first_dose = next(a for a in riverside.appointments(patient) if a["session"] == "dosing")
    start = datetime.fromisoformat(first_dose["start"])
    event = riverside.client.event(
        "session-record.encounter.arrived.v1",
        patient,
        time=start,
        encounter_id="too-early",
        appointment_id=first_dose["appointment_id"],
        fasting=False,
        escort_arranged=False,
    )

    verdict = riverside.client.post(event)
    if verdict.verdict == "deferred":  # the appointment was still on its way
        verdict = eventually(lambda: decided(riverside, event))

    assert (verdict.first or verdict.verdict) == "rejected"
    codes = " ".join(each.code for each in verdict.blockers)
    assert all(word in codes for word in ("fasting", "escort", "preparation"))


def decided(site: SiteDay, event: dict[str, Any]) -> Any:
    again = site.client.post(event)
    return again if again.first != "deferred" else None


def test_an_events_journey_can_be_followed_to_every_consumer(riverside: SiteDay) -> None:
    patient = riverside.refer(a_while_ago(50))
    event = riverside.client.event(
        "intake.screening.answered.v1",
        patient,
        time=a_while_ago(50),
        instrument="phq-9",
        answers=PHQ_9_SEVERE,
    )
    riverside.client.post(event)

    def arrived() -> dict[str, Any] | None:
        journey = riverside.client.journey(event["id"])
        published = journey["handled"][0]["published"][0] if journey else {}
        heard = [each["verdict"] for each in published.get("consumers", ())]
        done = published.get("sent") and heard and not {"not yet", "unknown"} & set(heard)
        return published if done else None

    published = eventually(arrived)

    assert published["topic"] == "intake.patient"
    assert published["offset"] >= 0
    assert {each["service"]: each["verdict"] for each in published["consumers"]} == {
        "scheduling": "ignored",
        "session-record": "ignored",
        "outcomes": "accepted",
    }
