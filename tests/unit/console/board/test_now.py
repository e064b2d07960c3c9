"""A session's card: when somebody must measure next, in word and state, and what rings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.console.board.now import Vital, cards

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def at(minutes: float) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat()


def session(**changes: Any) -> dict[str, Any]:
    return {
        "encounter_id": "e-1",
        "patient_id": "126b6838-1229-4dbb",
        "appointment_id": "a-1",
        "session": "dosing",
        "dose_number": 2,
        "route": "iv",
        "arrived_at": at(-40),
        "dosed_at": at(-25),
        "last": [
            {"measure": "systolic", "value": 128.0, "at": at(-6)},
            {"measure": "diastolic", "value": 82.0, "at": at(-6)},
            {"measure": "oxygen-saturation", "value": 97.0, "at": at(-4)},
        ],
        "next_due_at": at(5),
        "overdue": False,
        "alarms": [],
        "misses": [],
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({"next_due_at": at(5)}, "ok", "In 5 min"),
        ({"next_due_at": at(2.5)}, "ok", "In 2 min"),
        ({"next_due_at": at(2)}, "warn", "Due now"),
        ({"next_due_at": at(-4)}, "warn", "Due now"),
        ({"next_due_at": at(-7), "overdue": True}, "bad", "Overdue by 7 min"),
        ({"next_due_at": None}, "unknown", "No more are due"),
        ({"next_due_at": None, "dosed_at": None}, "unknown", "Not before the dose"),
    ],
)
def test_a_card_says_when_the_next_vital_signs_are_due(
    changes: dict[str, Any], state: str, words: str
) -> None:
    (card,) = cards([session(**changes)], NOW, UTC)

    assert (card.due_state, card.due) == (state, words)


def test_a_card_shows_the_last_values_and_how_old_the_oldest_is() -> None:
    (card,) = cards([session()], NOW, UTC)

    assert card.vitals == (Vital("Blood pressure", "128/82", "mmHg"), Vital("Oxygen", "97", "%"))
    assert (card.vitals_age_min, card.dosed_min, card.patient) == (6, 25, "126b6838")
    assert card.session == "Dosing 2, IV"


def test_an_alarm_and_a_missed_point_make_a_card_as_grave_as_they_are() -> None:
    alarm = {"rule": "systolic-stop", "severity": "stop", "value": 185.0, "limit": 180.0}
    miss = {"point_min": 20, "severity": "warning"}

    (card,) = cards([session(alarms=[alarm], misses=[miss])], NOW, UTC)

    assert card.alarms == (
        ("bad", "Stop: systolic 185 (limit 180)"),
        ("warn", "Nobody measured at minute 20"),
    )
    assert card.state == "bad"


def test_a_symptom_is_told_without_numbers_that_mean_nothing() -> None:
    alarm = {"rule": "symptom-chest-pain", "severity": "emergency", "value": 1, "limit": 0}

    (card,) = cards([session(alarms=[alarm])], NOW, UTC)

    assert card.alarms == (("bad", "Emergency: chest pain"),)


def test_who_needs_somebody_first_comes_first() -> None:
    late = session(encounter_id="late", next_due_at=at(-9), overdue=True)
    sooner = session(encounter_id="sooner", next_due_at=at(4))
    later = session(encounter_id="later", next_due_at=at(14))

    found = cards([later, sooner, late], NOW, UTC)

    assert [each.encounter_id for each in found] == ["late", "sooner", "later"]
