"""The network that the journeys run against: real processes here, or the one Compose started."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from shared.client.events import Numbering
from shared.client.site import SiteClient
from tests.e2e.site_day import SiteDay, a_while_ago
from tests.kit.network import RunningNetwork, existing_network, running_network


@pytest.fixture(scope="session")
def running() -> Iterator[RunningNetwork | None]:
    """The processes, where they are ours to stop and start; None in containers."""
    if existing_network():
        yield None
    else:
        with running_network() as started:
            yield started


@pytest.fixture(scope="session")
def network(running: RunningNetwork | None) -> dict[str, Any]:
    """The content of network.json."""
    found = running.addresses if running else existing_network()
    assert found
    return found


def _site(network: dict[str, Any], client_id: str) -> SiteDay:
    day = SiteDay(SiteClient.of(network, client_id, Numbering()))
    day.open_for_business(a_while_ago() - timedelta(days=30))
    return day


@pytest.fixture(scope="session")
def riverside(network: dict[str, Any]) -> SiteDay:
    return _site(network, "riverside-main")


@pytest.fixture(scope="session")
def harbor(network: dict[str, Any]) -> SiteDay:
    return _site(network, "harbor-main")
