"""What is done to the network: each fault says, when it has healed, whether it bit."""

import time
from collections.abc import Callable

from shared.local.services import KINDS
from shared.runtime.failpoints import EXIT_CODE
from tests.kit.eventually import eventually
from tests.kit.network import RunningNetwork

DELIVERY_TIMEOUT_S = 30
Fault = Callable[[RunningNetwork], None]


def kill(process: str) -> Fault:
    """kill -9 at a moment of the load's choosing, then a start (rows 1, 5, 19)."""

    def fault(network: RunningNetwork) -> None:
        assert network.processes[process].is_running
        network.processes[process].kill()
        _again(network, process)

    return fault


def die_at(process: str, point: str) -> Fault:
    """The process ends itself between two steps that should be one (rows 2, 3, 4, 5)."""

    def fault(network: RunningNetwork) -> None:
        network.processes[process].stop()
        before = deaths(network, process)
        network.start(process, FAILPOINT=f"{point}:3")
        eventually(lambda: deaths(network, process) > before, within_s=60)
        network.processes[process].kill()
        _again(network, process)

    return fault


def deaths(network: RunningNetwork, process: str) -> int:
    """How often the process, or gunicorn's worker in it, has ended at a failpoint."""
    child = network.processes[process]
    workers = child.log.read_text(errors="replace").count(f"exited with code {EXIT_CODE}")
    return workers + (child.exit_code == EXIT_CODE)


def freeze_kafka_beyond_the_delivery_timeout(network: RunningNetwork) -> None:
    """Row 11: the producer of before is wedged for ever; a new one must take over."""
    network.engines.kafka.freeze()
    try:
        _pass(DELIVERY_TIMEOUT_S + 5)
    finally:
        network.engines.kafka.thaw()


def kill_kafka(network: RunningNetwork) -> None:
    """Row 7, on one broker."""
    network.engines.kafka.kill()
    network.engines.kafka.start()


def kill_mongod(network: RunningNetwork) -> None:
    """Row 16, on one node."""
    network.engines.mongod.kill()
    network.engines.mongod.start()


SHORT: dict[str, Fault] = {
    "api dies after commit, before the answer": die_at("intake-api-1", "api.after_commit"),
    "api dies in a transaction": die_at("intake-api-1", "store.before_commit"),
    "relay dies after publishing, before marking": die_at("intake-relay-1", "relay.after_publish"),
    "consumer dies after applying, before committing": die_at(
        "scheduling-consumer-1", "consumer.after_apply"
    ),
    "mongod killed": kill_mongod,
    "Kafka frozen beyond the delivery timeout": freeze_kafka_beyond_the_delivery_timeout,
}
LONG: dict[str, Fault] = {
    **{
        f"{service} {kind} killed": kill(f"{service}-{kind}-1")
        for service in ("intake", "scheduling", "session-record", "outcomes")
        for kind in KINDS
    },
    **{
        f"{service} consumer dies after applying": die_at(
            f"{service}-consumer-1", "consumer.after_apply"
        )
        for service in ("session-record", "outcomes")
    },
    "Kafka killed": kill_kafka,
    **SHORT,
}


def _again(network: RunningNetwork, process: str) -> None:
    network.start(process)
    network.wait_ready(process)


def _pass(seconds: float) -> None:
    """Lets time go by: the fault itself is a length of time."""
    end = time.monotonic() + seconds
    eventually(lambda: time.monotonic() >= end, within_s=seconds + 5, every_s=0.5)
