"""A file that is corrected after the clearance: what rested on it falls, in every service."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.intake.domain.evidence.conditions import REQUIRED
from shared.client.outcomes import OutcomesStream
from shared.contracts import site
from shared.contracts.intake import ClearanceWithdrawn
from shared.contracts.outcomes import OutcomeResult
from tests.e2e.clinical.asked import (
    arrive,
    blockers,
    clearance,
    codes,
    start_of,
    statuses,
)
from tests.e2e.published import told
from tests.e2e.site_day import PHQ_9_MILD, PHQ_9_SEVERE, SiteDay, a_while_ago
from tests.kit.eventually import eventually

BELOW_THRESHOLD = [1, 1, 1, 1, 1, 1, 1, 1, 1]


def phq_9_below_the_threshold(day: SiteDay, patient: str, at: datetime) -> None:
    said = {"instrument": "phq-9", "answers": BELOW_THRESHOLD, "amends": f"phq-9-{patient}"}
    day.taken(site.ScreeningAnswered, patient, at, **said)


def a_contraindication(day: SiteDay, patient: str, at: datetime) -> None:
    findings = [{"condition": each.code, "finding": "absent"} for each in REQUIRED]
    findings[0]["finding"] = "present"
    said = {"findings": findings, "amends": f"checked-{patient}"}
    day.taken(site.ContraindicationsChecked, patient, at, **said)


Correction = Callable[[SiteDay, str, datetime], None]
CORRECTIONS: list[tuple[Correction, str]] = [
    (phq_9_below_the_threshold, "depression-below-threshold"),
    (a_contraindication, REQUIRED[0].code),
]


@pytest.mark.parametrize(("correct", "code"), CORRECTIONS, ids=[c.__name__ for c, _ in CORRECTIONS])
def test_a_clearance_whose_grounds_are_corrected_away_stops_the_next_dose_everywhere(
    network: dict[str, Any], riverside: SiteDay, correct: Correction, code: str
) -> None:
    start = a_while_ago(130)
    patient = riverside.admitted(start)
    preparation, first_dose, *_ = riverside.appointments(patient)
    riverside.attend(patient, preparation)
    riverside.until_ready(patient, first_dose)

    correct(riverside, patient, start_of(preparation, 55))

    decided = clearance(riverside, patient)
    assert (decided["granted"], decided["decision"]["outcome"]) == (None, "revoked")
    eventually(lambda: statuses(riverside, patient) == {"pending"})
    at = start_of(first_dose)
    expected = {"appointment-held", "no-valid-clearance"}
    eventually(lambda: blockers(riverside, patient, first_dose, at) == expected)
    refused = arrive(riverside, patient, first_dose, at)
    assert (refused.verdict, refused.code) == ("rejected", "appointment-held")
    [ended] = told(network, ClearanceWithdrawn, patient)
    assert code in codes(ended["reasons"])


def test_the_analysts_are_told_the_corrected_baseline(
    network: dict[str, Any], riverside: SiteDay
) -> None:
    start = a_while_ago(128)
    patient = riverside.admitted(start)
    preparation, first_dose, *_ = riverside.appointments(patient)
    riverside.attend(patient, preparation)
    riverside.attend(patient, first_dose)
    riverside.assess(patient, start_of(first_dose, 20 * 60), PHQ_9_MILD)
    eventually(lambda: baselines(riverside, patient) == {20})

    phq_9_below_the_threshold(riverside, patient, start_of(first_dose, 21 * 60))

    eventually(lambda: baselines(riverside, patient) == {9})
    assert eventually(lambda: [(20, -17), (9, -6)] in revised(network))


def baselines(day: SiteDay, patient: str) -> set[float]:
    """Of every PHQ-9 after a dose."""
    found = day.get("outcomes", f"trajectories/{patient}")
    return {each["baseline"] for each in found["results"] if each["after_dose"]} if found else set()


def revised(network: dict[str, Any]) -> list[list[tuple[float | None, float | None]]]:
    """(baseline, change) of each result after a dose, revision by revision."""
    found: defaultdict[str, list[tuple[float | None, float | None]]] = defaultdict(list)
    for each in OutcomesStream.of(network).events():
        told = each.data
        if isinstance(told, OutcomeResult) and told.after_dose:
            found[told.result_id].append((told.baseline, told.change))
    return list(found.values())


def test_an_amendment_that_comes_before_what_it_amends_waits_and_is_then_applied(
    riverside: SiteDay,
) -> None:
    start = a_while_ago(126)
    patient = riverside.refer(start)
    corrected = site.ScreeningAnswered("phq-9", tuple(BELOW_THRESHOLD), amends=f"first-{patient}")
    at = start + timedelta(hours=2)
    amendment = riverside.client.event(corrected, patient, time=at)

    assert riverside.client.post(amendment).verdict == "deferred"
    first = {"instrument": "phq-9", "answers": PHQ_9_SEVERE, "event_id": f"first-{patient}"}
    riverside.taken(site.ScreeningAnswered, patient, start + timedelta(hours=1), **first)

    eventually(lambda: totals(riverside, patient) == [9])
    assert riverside.client.post(amendment).first == "accepted"


def totals(day: SiteDay, patient: str) -> list[float]:
    """Of the questionnaires that count."""
    return [each["total"] for each in day.client.get("intake", f"patients/{patient}")["screenings"]]
