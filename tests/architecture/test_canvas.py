"""The canvases keep their word: every rule of the reference has its row, policy key and test."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.contract.catalogue import POLICY

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
OWED = {
    "intake": [f"INT-{number}" for number in range(1, 12)],
    "scheduling": [f"SCH-{number}" for number in range(1, 12)],
    "session_record": [f"SES-{number}" for number in range(1, 13)],
    "outcomes": [f"OUT-{number}" for number in range(1, 12)],
}
"""Which invariants of the clinical reference, section 7, a service answers for."""
_KEY = re.compile(r"`([a-z0-9_-]+\.[a-z0-9_.*<>-]+)`")


@cache
def known_tests() -> set[str]:
    found: set[str] = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        found.update(re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE))
    return found


def rules(service: str) -> list[list[str]]:
    """The rows of the canvas that name a test, cell by cell."""
    lines = (SERVICES / service / "README.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if len(row) > 1 and "`test_" in row[-1]]


@pytest.mark.parametrize("service", [*OWED, "site"])
def test_every_test_that_a_canvas_names_is_there(service: str) -> None:
    named = {name for row in rules(service) for name in re.findall(r"`(test_\w+)`", row[-1])}

    assert named - known_tests() == set()


@pytest.mark.parametrize("service", OWED)
def test_every_rule_of_the_reference_has_its_row(service: str) -> None:
    told = "\n".join(" ".join(row) for row in rules(service))

    assert [rule for rule in OWED[service] if not re.search(rf"\b{rule}\b", told)] == []


@pytest.mark.parametrize("service", OWED)
def test_every_policy_key_that_a_canvas_names_is_in_the_policy(service: str) -> None:
    named = {key for row in rules(service) for key in _KEY.findall(row[-2])}
    patterns = {key: re.sub(r"<[a-z]+>|\*", "[a-z0-9_-]+", key) for key in named}

    unknown = [
        key
        for key, pattern in patterns.items()
        if not any(re.fullmatch(pattern, known) for known in POLICY.values)
    ]
    assert unknown == []
