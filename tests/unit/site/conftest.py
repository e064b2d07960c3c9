"""Tests kill programs, not machines: they need not wait for the disk."""

import pytest


@pytest.fixture(autouse=True)
def _in_no_hurry_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.site.agent.database.LASTING", "OFF")
