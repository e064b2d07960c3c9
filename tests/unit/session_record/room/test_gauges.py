"""The clinics' numbers of session-record: who is in the room, and whom nobody has measured."""

from datetime import datetime, timedelta

import pytest

from services.session_record.adapters.gauges import gauges
from services.session_record.application.documents import TASKS
from services.session_record.domain.monitoring.due import is_overdue
from shared.contracts import site
from shared.storage.operations.sightings import Sightings
from tests.kit.session_record import (
    CLINIC,
    NOON,
    POLICY,
    SessionRecord,
    a_given_dose,
    a_reading,
    an_encounter,
    at,
    discharged,
    first_dose,
    knowledge,
    posted,
)

GRACE = POLICY["vitals.late_warn_min"]
POINTS = POLICY.schedules["iv"].vitals_min
DOSED = 10
"""Minutes after arrival."""


def measured(clinic: SessionRecord, now: datetime) -> dict[tuple[str, ...], object]:
    session = clinic.store.session()
    Sightings(clinic.store.session, lambda: NOON).note("/clinics/x/sites/main", CLINIC, 0)
    return {(gauge._name, *labels): n for gauge, labels, n in gauges(session, POLICY, now)}


@pytest.mark.parametrize(
    ("minutes", "overdue"),
    [
        (POINTS[1] + GRACE - 0.1, False),
        (POINTS[1] + GRACE, True),
        (POINTS[1] + 60, True),
    ],
)
def test_a_reading_is_overdue_from_when_the_clinic_is_warned(minutes: float, overdue: bool) -> None:
    dosed = an_encounter(dose=a_given_dose(DOSED))

    assert is_overdue(dosed, POLICY, at(DOSED + minutes)) is overdue


def test_a_reading_that_came_ends_it_though_an_earlier_point_was_missed() -> None:
    now = at(DOSED + POINTS[2] + GRACE)
    readings = (a_reading(weight_kg=80.0), a_reading(DOSED + POINTS[2]))
    measured_late = an_encounter(dose=a_given_dose(DOSED), readings=readings)

    assert not is_overdue(measured_late, POLICY, now)
    assert is_overdue(measured_late, POLICY, at(DOSED + POINTS[3] + GRACE))


@pytest.mark.parametrize("status", ["finished", "cancelled"])
def test_nobody_is_overdue_who_has_gone_or_had_no_dose(status: str) -> None:
    gone = an_encounter(dose=a_given_dose(DOSED), status=status)

    assert not is_overdue(gone, POLICY, at(600))
    assert not is_overdue(an_encounter(), POLICY, at(600))


def test_the_room_is_counted_from_arrival_to_discharge() -> None:
    clinic = SessionRecord()
    clinic.take(*knowledge())
    before, room = first_dose()[:-1], ("dosing_sessions_open", CLINIC)
    assert measured(clinic, NOON)[room] == 0

    clinic.take(*before)
    now = at(DOSED + 85)
    assert measured(clinic, now)[room] == 1
    assert measured(clinic, now)["vitals_overdue", CLINIC] == 0
    assert measured(clinic, now + timedelta(hours=1))["vitals_overdue", CLINIC] == 1
    clinic.take(discharged(), posted(site.EncounterFinished("e-dosing-1"), at(115)))

    found = measured(clinic, at(120))
    assert (found[room], found["vitals_overdue", CLINIC]) == (0, 0)
    assert found["tasks_open", CLINIC] == len(open_tasks(clinic)) > 0


def open_tasks(clinic: SessionRecord) -> list[str]:
    return [each["task_id"] for each in clinic.states(TASKS) if each["closed_at"] is None]


def test_adverse_events_are_counted_by_grade() -> None:
    clinic = SessionRecord()
    clinic.take(*knowledge(), *first_dose()[:-1])
    for number, grade in enumerate((1, 2, 2)):
        told = site.AdverseEventReported(
            "e-dosing-1", "nausea", grade, False, "possible", "none", "resolving"
        )
        [verdict] = clinic.take(posted(told, at(50 + number)))
        assert verdict.verdict == "accepted"

    found = measured(clinic, at(60))

    grades = [found["adverse_events", CLINIC, str(grade)] for grade in range(1, 6)]
    assert grades == [1, 1, 0, 0, 0], "sessions with such an event, each once"
