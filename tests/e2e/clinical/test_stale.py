"""Nobody is dosed on knowledge that is too old: intake's relay is frozen, real clocks go on.

The bound of the policy is 15 minutes; the door is started anew under one of a few seconds.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.local.services import POLICY
from tests.e2e.clinical.asked import arrive, codes
from tests.e2e.site_day import SiteDay
from tests.kit.eventually import eventually
from tests.kit.network import RunningNetwork

DOOR, RELAY = "session-record-api-1", "intake-relay-1"
BOUND = timedelta(seconds=3)


@pytest.fixture
def frozen(running: RunningNetwork | None, tmp_path: Path) -> Iterator[RunningNetwork]:
    """The network with a strict door and, until it is thawed, a frozen relay of intake."""
    if running is None:
        pytest.skip("the processes of this network are not ours to freeze")
    policy = json.loads(POLICY.read_text(encoding="utf-8"))
    policy["values"]["knowledge.max_age_min"]["value"] = BOUND / timedelta(minutes=1)
    strict = tmp_path / "policy.json"
    strict.write_text(json.dumps(policy), encoding="utf-8")
    try:
        _restart(running, DOOR, POLICY_FILE=str(strict))
        running.processes[RELAY].freeze()
        yield running
    finally:
        running.processes[RELAY].thaw()
        _restart(running, DOOR)


def _restart(network: RunningNetwork, name: str, **environment: str) -> None:
    network.processes[name].stop()
    network.start(name, **environment)
    network.wait_ready(name)


@pytest.fixture
def arrived(riverside: SiteDay) -> tuple[str, dict[str, Any]]:
    """A patient who may be dosed today, and the appointment."""
    days_ago = datetime.now(UTC) - timedelta(days=6)
    patient = riverside.admitted(days_ago)
    preparation, dosing, *_ = riverside.appointments(patient)
    riverside.attend(patient, preparation)
    riverside.until_ready(patient, dosing | {"start": datetime.now(UTC).isoformat()})
    return patient, dosing


def test_an_arrival_is_refused_as_stale_until_intake_is_heard_again(
    riverside: SiteDay, arrived: tuple[str, dict[str, Any]], frozen: RunningNetwork
) -> None:
    patient, dosing = arrived

    at = eventually(lambda: now_if_stale(riverside, patient, dosing))
    refused = arrive(riverside, patient, dosing, at)

    assert (refused.code, codes(refused.blockers)) == ("not-ready", {"stale"})
    assert "intake has not been heard since" in refused.reason
    frozen.processes[RELAY].thaw()
    heard = eventually(lambda: all_known_after(riverside, patient, dosing, at))
    assert arrive(riverside, patient, dosing, heard).verdict == "accepted"


def now_if_stale(day: SiteDay, patient: str, appointment: dict[str, Any]) -> datetime | None:
    now, known = datetime.now(UTC), known_until(day, patient, appointment)
    return now if now - known["intake_known_until"] > BOUND else None


def all_known_after(
    day: SiteDay, patient: str, appointment: dict[str, Any], moment: datetime
) -> datetime | None:
    """Up to when both services are known here, once that is after the moment."""
    until = min(known_until(day, patient, appointment).values())
    return until if until > moment else None


def known_until(day: SiteDay, patient: str, appointment: dict[str, Any]) -> dict[str, datetime]:
    asked = {"appointment_id": appointment["appointment_id"]}
    found = day.client.get("session-record", f"patients/{patient}/readiness", **asked)
    names = ("intake_known_until", "scheduling_known_until")
    return {name: datetime.fromisoformat(found[name]) for name in names}
