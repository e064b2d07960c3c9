"""Every alert fires when it should and not just below: promtool plays the fixtures."""

from pathlib import Path

import pytest

from tests.kit.watching.files import FIXTURES, PROMETHEUS, RULES
from tests.kit.watching.prometheus import promtool


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda file: file.stem)
def test_the_alerts_fire_as_the_fixture_says(fixture: Path) -> None:
    promtool("test", "rules", str(fixture))


def test_prometheus_takes_the_rules_and_the_configuration() -> None:
    promtool("check", "rules", *map(str, RULES))
    promtool("check", "config", str(PROMETHEUS / "prometheus.yml"))
