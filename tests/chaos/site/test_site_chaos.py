"""The real agent behind a bad link, killed at every step: each event once, in order.

`make test` runs the short form, `make site-chaos SEED=n` (CHAOS=long) the long one.
"""

import os
from collections.abc import Iterator

import pytest

from tests.chaos.site.agent import KILLS
from tests.chaos.site.checker import vacuous, violations
from tests.chaos.site.run import LONG, PROCESSES, SHORT, run
from tests.kit.network import RunningNetwork, running_network

SIZE = LONG if os.environ.get("CHAOS") == "long" else SHORT
SEED = int(os.environ.get("SEED", "1"))


@pytest.fixture(scope="module")
def network() -> Iterator[RunningNetwork]:
    with running_network(PROCESSES) as network:
        yield network


def test_two_days_of_events_take_effect_once_and_in_order_whatever_befalls_link_and_agent(
    network: RunningNetwork,
) -> None:
    print(f"seed {SEED}")
    outcome = run(network, SEED, SIZE)

    print(f"{len(outcome.evidence.said)} events; toxics {dict(outcome.happened.toxics)}")
    print(f"killed {dict(outcome.happened.kills)}; {outcome.happened.duplicates} duplicates")
    print(f"answers by status {outcome.statuses}")
    assert violations(outcome.evidence) == {}
    assert vacuous(outcome.happened, SIZE.must_meet, KILLS) == []
