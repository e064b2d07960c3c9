"""The canvas of the service names every rule of the registry."""

import re
from pathlib import Path

from services.intake.domain.eligibility.registry import PATIENT_RULES, REQUEST_RULES

ROOT = Path(__file__).parents[4]
CANVAS = (ROOT / "services" / "intake" / "README.md").read_text()


def test_every_rule_has_its_line() -> None:
    named = set(re.findall(r"`([a-z0-9-]+)`", CANVAS))

    assert {rule.name for rule in PATIENT_RULES + REQUEST_RULES} <= named
