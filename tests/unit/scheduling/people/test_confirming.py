"""The patient's word is kept on the appointment, and told; SCH-7: an escort has a name."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.scheduling.domain.course.course import Appointment
from shared.contracts import intake, site
from tests.kit.scheduling import Clinic

ESCORT = intake.EscortNamed("contact-1", "sibling")
CONFIRMED = b"scheduling.course.attendance-confirmed.v1"


@pytest.fixture
def clinic() -> Clinic:
    return Clinic().booked()


def named(clinic: Clinic, name: str) -> Appointment:
    found = clinic.course().appointment(name)
    assert found
    return found


def confirm(clinic: Clinic, name: str, **said: Any) -> Any:
    return clinic.say(site.AppointmentConfirmed(named(clinic, name).id, **said))


def told(clinic: Clinic) -> list[tuple[Any, Any]]:
    found = [each for each in clinic.records() if dict(each.headers)["ce_type"] == CONFIRMED]
    said = [json.loads(each.value or b"{}") for each in found]
    return [(each["escort"], each["fasting"]) for each in said]


def test_what_is_confirmed_is_kept_and_told(clinic: Clinic) -> None:
    assert confirm(clinic, "dosing-1", fasting=True).verdict == "accepted"

    assert named(clinic, "dosing-1").confirmed
    assert told(clinic) == [(None, True)]


def test_an_escort_without_a_name_at_intake_is_no_escort(clinic: Clinic) -> None:
    refused = confirm(clinic, "dosing-1", escort=True)
    clinic.hear(ESCORT)

    assert (refused.code, refused.blockers[0].source) == ("escort-unnamed", "SCH-7")
    assert "introduce the escort" in refused.reason
    assert confirm(clinic, "dosing-1", escort=True).verdict == "accepted"
    assert told(clinic) == [(True, None)]


def test_only_a_dose_needs_an_escort(clinic: Clinic) -> None:
    assert confirm(clinic, "integration-1", escort=True).verdict == "accepted"


def test_what_was_confirmed_before_stays(clinic: Clinic) -> None:
    clinic.hear(ESCORT)
    confirm(clinic, "dosing-1", escort=True)
    confirm(clinic, "dosing-1", fasting=True)
    confirm(clinic, "dosing-1", escort=False)

    assert told(clinic) == [(True, None), (True, True), (False, True)]


def test_what_is_called_off_held_or_over_cannot_be_confirmed(clinic: Clinic) -> None:
    gone = named(clinic, "integration-6").id
    clinic.say(site.AppointmentCancelled(gone, "patient-asked"))
    assert clinic.say(site.AppointmentConfirmed(gone)).code == "not-confirmable"

    clinic.hear(intake.SafetyHoldRaised(()))
    assert confirm(clinic, "dosing-1").code == "not-confirmable"

    clinic.now = named(clinic, "integration-1").start - timedelta(minutes=1)
    assert confirm(clinic, "integration-1").verdict == "accepted"
    clinic.now += timedelta(minutes=1)
    assert confirm(clinic, "integration-1").code == "not-confirmable"


def test_a_stranger_confirms_nothing(clinic: Clinic) -> None:
    said = site.AppointmentConfirmed(named(clinic, "dosing-1").id)

    assert clinic.say(said, subject="somebody").verdict in ("deferred", "rejected")
    assert told(clinic) == []
