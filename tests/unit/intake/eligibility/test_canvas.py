"""The canvas of the service names every rule, and every test that it names is there."""

import re
from pathlib import Path

from services.intake.domain.eligibility.registry import PATIENT_RULES, REQUEST_RULES

ROOT = Path(__file__).parents[4]
CANVAS = (ROOT / "services" / "intake" / "README.md").read_text()


def test_every_rule_has_its_line() -> None:
    named = set(re.findall(r"`([a-z0-9-]+)`", CANVAS))

    assert {rule.name for rule in PATIENT_RULES + REQUEST_RULES} <= named


def test_every_test_that_it_names_is_there() -> None:
    tests = (ROOT / "tests" / "unit" / "intake").rglob("test_*.py")
    written = {name for each in tests for name in re.findall(r"def (test_\w+)", each.read_text())}

    assert set(re.findall(r"`(test_\w+)`", CANVAS)) <= written
