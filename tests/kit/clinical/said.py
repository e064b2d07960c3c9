"""What is said of a patient: answers, findings, trials, drugs, results; and the test's calendar."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from services.intake.domain.evidence.conditions import REQUIRED
from shared.contracts.site import (
    Contraindication,
    Finding,
    Medication,
    Trial,
    WorkUpItem,
    WorkUpResult,
)
from shared.kernel.policy import Policy
from shared.runtime.policy_file import load

POLICY: Policy = load(Path(__file__).parents[3] / "deploy" / "policy" / "network.json")
TEXT = "kap-consent-2026-02"
PATIENT, CLINIC = "6f1a0a8e-35f6-4c0e-9d52-8a2f6c1f0002", "riverside"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BORN = date(1980, 5, 1)
_numbers = itertools.count(1)


def next_number() -> int:
    return next(_numbers)


def next_id() -> str:
    return f"event-{next_number()}"


def on_day(day: int, hour: int = 9) -> datetime:
    return START.replace(hour=hour) + timedelta(days=day)


DECIDED = on_day(3)
"""When a clearance is decided, unless a test says otherwise: all builders answer before it."""


def stricter(**values: float) -> Policy:
    changed = {name.replace("__", "."): value for name, value in values.items()}
    return replace(POLICY, version="stricter", values={**POLICY.values, **changed})


# ---- what is said ----------------------------------------------------------------------------


def phq_9(total: int = 18, item_9: int = 0) -> tuple[int | None, ...]:
    rest = total - item_9
    return (*(min(3, max(0, rest - 3 * each)) for each in range(8)), item_9)


def pcl_5(each: int = 2) -> tuple[int | None, ...]:
    return (each,) * 20


def c_ssrs(*yes: int) -> tuple[int | None, ...]:
    """The seven answers of the screener, yes to these questions."""
    return tuple(int(item in yes) for item in range(1, 8))


C_SSRS_HIGH = c_ssrs(1, 2, 4)


def findings(**changed: Finding) -> tuple[Contraindication, ...]:
    """Every required condition absent, but for these (with `_` for `-`)."""
    usual: dict[str, Finding] = {each.code: "absent" for each in REQUIRED}
    said = usual | {name.replace("_", "-"): finding for name, finding in changed.items()}
    return tuple(Contraindication(code, finding) for code, finding in said.items())


def a_trial(drug: str = "sertraline", **what: Any) -> Trial:
    usual = Trial(drug, "ssri", True, 8, 20, True)
    return replace(usual, **what)


def a_drug(drug: str = "escitalopram", drug_class: str = "ssri", **what: Any) -> Medication:
    return replace(Medication(drug, drug_class), **what)


RESULTS: dict[WorkUpItem, WorkUpResult] = {
    "liver-function": "normal",
    "renal-function": "normal",
    "pregnancy-test": "negative",
    "urine-drug-screen": "negative",
    "urinary-symptoms": "negative",
    "prescription-monitoring": "normal",
}
"""The work-up of a healthy adult below 50."""
TWO_FAILED = (a_trial("sertraline"), a_trial("venlafaxine"))
