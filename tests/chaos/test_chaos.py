"""Real processes killed and frozen under load: every acknowledged event takes effect once.

`make test` runs the short list, `make chaos` (CHAOS=long) every fault there is.
"""

import os
from collections.abc import Iterator
from functools import partial

import pytest

from tests.chaos.checker import settled, violations
from tests.chaos.faults import LONG, SHORT
from tests.chaos.load import History, posting
from tests.chaos.replay import differences
from tests.kit.eventually import eventually
from tests.kit.network import RunningNetwork, running_network

FAULTS = LONG if os.environ.get("CHAOS") == "long" else SHORT
ANSWERS_AFTER_A_FAULT = 100


@pytest.fixture(scope="module")
def network() -> Iterator[RunningNetwork]:
    with running_network() as network:
        yield network


def test_whatever_dies_every_acknowledged_event_takes_effect_exactly_once_and_in_order(
    network: RunningNetwork,
) -> None:
    history = History()
    with posting(network.addresses, history):
        for name, fault in FAULTS.items():
            before = len(history.answered)
            fault(network)
            enough = before + ANSWERS_AFTER_A_FAULT
            eventually(partial(history.has_answered, enough), within_s=60)
            print(f"{name}: {len(history.answered) - before} events answered")

    evidence = settled(network.addresses)

    assert violations(history, evidence) == {}
    assert differences(network.addresses, evidence) == []
    assert history.interrupted > 0, "no post was ever interrupted: the faults did not bite"
    assert len(history.taken) == len(history.posted)
