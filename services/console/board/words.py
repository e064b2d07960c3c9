"""How the clinic's things are called: sessions, patients' tokens, resources, alarms."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

ROUTES = {"iv": "IV", "im": "IM", "sl": "sublingual", "esketamine": "esketamine"}
SEVERITIES = {"emergency": "bad", "stop": "bad", "alert": "warn"}
TOKEN_LENGTH = 8


def token(patient_id: str) -> str:
    """What stands for a patient on a wall: enough to tell apart, nobody's name."""
    return patient_id[:TOKEN_LENGTH]


def session_name(session: str, number: int, route: str = "") -> str:
    """`Dosing 2, IV`."""
    name = f"{session.capitalize()} {number}" if number else session.capitalize()
    return f"{name}, {ROUTES.get(route, route)}" if route and session == "dosing" else name


def resource_name(resource_id: str, clinic: str) -> str:
    """`harbor-room-2` at harbor -> `Room 2`."""
    return resource_id.removeprefix(f"{clinic}-").replace("-", " ").capitalize()


def spoken(code: str) -> str:
    """`integration-missing` -> `integration missing`."""
    return code.replace("-", " ")


def alarm_words(said: Mapping[str, Any]) -> tuple[str, str]:
    """(state, words) of an alarm."""
    state, rule = SEVERITIES[said["severity"]], said["rule"]
    if rule.startswith("symptom-"):
        return state, f"Emergency: {spoken(rule.removeprefix('symptom-'))}"
    measure = spoken(rule.rpartition("-")[0])
    return (
        state,
        f"{said['severity'].capitalize()}: {measure} {said['value']:g} (limit {said['limit']:g})",
    )


def minutes_between(moment: str | None, now: datetime) -> int | None:
    if not moment:
        return None
    return int((now - datetime.fromisoformat(moment)).total_seconds() // 60)
