"""The analysts' guide tells of every column there is, and of none that there is not."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.outcomes import OutcomeResult, OutcomeSubject

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "analyst.md"


@pytest.mark.parametrize(
    ("heading", "contract"),
    [
        ("## The columns of a result", OutcomeResult),
        ("## The columns of a subject", OutcomeSubject),
    ],
)
def test_every_column_is_documented_once_and_none_that_is_not_there(
    heading: str, contract: type[Any]
) -> None:
    part = GUIDE.read_text(encoding="utf-8").split(heading)[1].split("\n## ")[0]
    rows = [line.split("|") for line in part.splitlines() if line.startswith("| `")]

    documented = [name for row in rows for name in re.findall(r"`([a-z_]+)`", row[1])]

    assert sorted(documented) == sorted(each.name for each in fields(contract))
    assert all(row[3].strip() and row[4].strip() for row in rows)
