"""`python -m tests.bench [--quick]`: every measurement of one run, then the report.

`--columns`: only the read side's rows, on engines of their own; no report is written.
"""

import argparse
import os
import shutil
import time
from pathlib import Path

from rich.console import Console

from shared.messaging.kafka_topics import create_topics
from tests.bench import beside, report
from tests.bench.measures import FULL, QUICK, Measurements, Scale, percentile
from tests.bench.ours import bookings, columns, plans, slots
from tests.bench.ours.consume import CONSUMER, RELAY, Consumption, relay_round
from tests.bench.ours.ingest import API, Ingest
from tests.bench.ours.stream import PROCESSES, Stream
from tests.bench.stage import Stage, staged
from tests.kit.engines import fresh_database, session_engines
from tests.kit.network import running_network

ROOT = Path(__file__).parents[2]
_RESTARTED = "scheduling"
_CONSOLE = Console()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, below 210 seconds")
    parser.add_argument("--columns", action="store_true", help="only the read side's rows")
    chosen = parser.parse_args()
    scale = QUICK if chosen.quick else FULL
    if chosen.columns:
        _only_columns(scale)
    else:
        _everything(scale)


def _only_columns(scale: Scale) -> None:
    found = Measurements()
    with session_engines() as engines:
        create_topics(engines.bootstrap_servers)
        columns.measure(engines.bootstrap_servers, scale, found)
    report.show_read_side(found, scale)


def _everything(scale: Scale) -> None:
    found = Measurements()
    found.values["load average"].append(os.getloadavg()[0])
    began_s = time.monotonic()
    with running_network() as network, staged(network, found) as stage:
        found.values["ready network"].append(time.monotonic() - began_s)
        try:
            _measure(stage, scale)
        finally:
            _thaw(stage)
    shutil.rmtree(network.settings.home, ignore_errors=True)
    found.values["load average"].append(os.getloadavg()[0])
    report.write(found, scale, ROOT)
    _CONSOLE.print(f"{time.monotonic() - began_s:.0f} s in all", style="dim")


def _measure(stage: Stage, scale: Scale) -> None:
    stage.idle_share(2)
    _ingest(stage, scale)
    consumption = _consumption(stage, scale)
    _stream(stage, scale, consumption)
    _relay(stage, scale)
    _calendar(stage, scale)
    _restarts(stage, scale)
    _columns(stage, scale)


def _ingest(stage: Stage, scale: Scale) -> None:
    stage.only(API)
    ingest = Ingest(stage, scale)
    ingest.put_on_file()
    for number in range(scale.rounds):
        _CONSOLE.print(f"ingest, round {number + 1} of {scale.rounds}", style="dim")
        ingest.round()
    ingest.check()
    _CONSOLE.print("safety events beside a backlog", style="dim")
    beside.measure(stage, scale)
    stage.weigh()


def _consumption(stage: Stage, scale: Scale) -> Consumption:
    stage.only(CONSUMER)
    consumption = Consumption(stage, scale)
    consumption.warm_up()
    for number in range(scale.consume_rounds):
        _CONSOLE.print(f"consumption, round {number + 1} of {scale.consume_rounds}", style="dim")
        consumption.round()
        consumption.raw_kafka()
    stage.weigh()
    return consumption


def _stream(stage: Stage, scale: Scale, consumption: Consumption) -> None:
    _CONSOLE.print(f"end to end, {scale.stream_s} s", style="dim")
    stage.only(*PROCESSES, CONSUMER)
    stream = Stream(stage, scale)
    stream.prepare(consumption)
    stage.flush()
    stream.measure()
    stage.weigh()


def _relay(stage: Stage, scale: Scale) -> None:
    _CONSOLE.print("relay", style="dim")
    stage.only(RELAY)
    stage.network.processes[RELAY].freeze()
    for _ in range(scale.consume_rounds):
        relay_round(stage, window_s=1.5)
    _thaw(stage)
    stage.weigh()


def _calendar(stage: Stage, scale: Scale) -> None:
    """Bookings through the api; the searches and plans in a process with nothing else to do."""
    _CONSOLE.print(f"bookings, {scale.book_s:.0f} s each; slots; plans", style="dim")
    stage.only(bookings.API)
    bookings.Bookings(stage, scale).measure()
    stage.weigh()
    stage.only()
    uri = fresh_database(stage.network.engines)
    for name, took in stage.apart(slots.measured_slots, uri, scale.searches, scale.past_years):
        stage.found.said.append(f"Slots over 90 days, {name}: {took.line()}")
        searches = [*took.warm, *took.changed]
        stage.found.values["slots p99"].append(percentile([e.wall_ms for e in searches], 0.99))
    planned = stage.apart(plans.measure, scale.plans)
    stage.found.values["plans p95"].append(planned.p95_s)
    stage.found.said.append(planned.line())


def _restarts(stage: Stage, scale: Scale) -> None:
    """From the start of the process to its first 200 at /health/ready, nothing else running."""
    for _ in range(scale.restarts):
        for kind in ("api", "consumer", "relay"):
            stage.only()
            began_s = time.monotonic()
            stage.start(f"{_RESTARTED}-{kind}-1")
            stage.found.values[f"ready {kind}"].append(time.monotonic() - began_s)


def _columns(stage: Stage, scale: Scale) -> None:
    """Last: whoever reads the outcomes topics afterwards has all of it to read."""
    _CONSOLE.print(f"columns of {scale.patients:,} patients", style="dim")
    stage.only()
    columns.measure(stage.network.engines.bootstrap_servers, scale, stage.found)


def _thaw(stage: Stage) -> None:
    for child in stage.network.processes.values():
        child.thaw()


if __name__ == "__main__":
    main()
