"""The report: one table, the aims judged from it, and the same as Markdown and JSON."""

import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.measures import Measurements, Scale, Spread, percentile, spread

# The variant, what it is compared with, and what its numbers are.
RATES = (
    ("batch x1", "raw batch x1", "ingest: POSTs of 500, 1 client"),
    ("raw batch x1", "", "  raw: the same transactions, 1 thread"),
    ("batch x4", "raw batch x4", "ingest: POSTs of 500, 4 clients"),
    ("raw batch x4", "", "  raw: the same transactions, 4 threads"),
    ("single x8", "raw single x8", "ingest: single POSTs, 8 clients"),
    ("raw single x8", "", "  raw: the same transactions, 8 threads"),
    ("raw single x8, one document", "", "  raw: of one document each, 8 threads"),
    ("single x32", "raw single x32", "ingest: single POSTs, 32 clients"),
    ("raw single x32", "", "  raw: the same transactions, 32 threads"),
    ("raw single x32, one document", "", "  raw: of one document each, 32 threads"),
    ("safety, alone", "", "safety events one by one, alone"),
    (
        "safety, beside a backlog",
        "safety, alone",
        "  beside a two-day backlog from 8 connections (of alone)",
    ),
    ("consume", "raw consume", "session-record: Kafka to read models"),
    ("raw consume", "", "  raw: the same transactions, 1 thread"),
    ("raw kafka consume", "", "  raw: kafka-python, polls of 500"),
    ("relay", "raw kafka produce", "relay: journal to Kafka"),
    ("raw kafka produce", "", "  raw: kafka-python, acks=all, idempotent"),
    ("bookings, 1", "raw bookings, 1", "bookings, 50 clients at one clinic"),
    ("raw bookings, 1", "", "  raw: occupancy under a unique index, 50 threads"),
    ("bookings, 10", "raw bookings, 10", "bookings, beside 9 other clinics"),
    ("raw bookings, 10", "", "  raw: the same bookings, 50 threads"),
    ("bookings, 100", "raw bookings, 100", "bookings, beside 99 other clinics"),
    ("raw bookings, 100", "", "  raw: the same bookings, 50 threads"),
    ("stream, acknowledged", "", "open loop, 50/s: POST to its answer"),
    ("stream, readable", "", "open loop, 50/s: POST to outcomes.stream"),
    ("stream, live", "", "open loop, 50/s: POST to the analyst's iterator (SSE)"),
    ("rebuild", "raw rebuild", "columns: rebuilt from both topics"),
    ("raw rebuild", "", "  raw: kafka-python, polls of 5,000"),
    ("report, clinic", "", "network report by clinic, requests"),
    ("pandas, clinic", "", "  pandas: only its counts"),
    ("duckdb, clinic", "", "  DuckDB: only its counts"),
    ("report, clinic and indication", "", "network report by clinic and indication"),
    ("pandas, clinic and indication", "", "  pandas: only its counts"),
    ("duckdb, clinic and indication", "", "  DuckDB: only its counts"),
)
HEADINGS = (
    "what",
    "events/s min / median / max",
    "p50 ms",
    "p99 ms",
    "CPU us/event",
    "of the raw limit",
)
_WIDTH_IN_A_FILE = 140


@dataclass(frozen=True, slots=True)
class Aim:
    """`value` is what was measured; `at_least` False: it must stay below `limit`."""

    text: str
    value: float
    limit: float
    unit: str
    at_least: bool = True

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value < self.limit

    def words(self) -> str:
        shown = f"{self.value:.0%}" if self.unit == "%" else f"{self.value:.0f} {self.unit}"
        return f"{'met' if self.met else 'NOT MET'}: {self.text}: {shown}"


def aims(found: Measurements) -> list[Aim]:
    """Ratios are medians over rounds of a variant and its raw limit, measured in turns."""
    batches = (("batch x1", "batch ingest, 1 client"), ("batch x4", "batch ingest, 4 clients"))
    consumed = ("consume", "consumption")
    pairs = [(name, f"raw {name}", f"{words} >= 40 % of raw", 0.4)
             for name, words in (*batches, consumed)]  # fmt: skip
    pairs += [
        (name, f"raw {name}, one document", f"{name} >= 50 % of one-document transactions", 0.5)
        for name in ("single x8", "single x32")
    ]
    judged = [Aim(text, found.ratio(a, b).middle, limit, "%") for a, b, text, limit in pairs]
    p99 = found.latency_ms("stream, readable", 0.99).high
    live = found.latency_ms("stream, live", 0.99).high
    largest = max(max(found.values[f"rss {kind}"]) for kind in ("api", "consumer", "relay"))
    booked = min(found.rate(name).low for name in found.runs if name.startswith("bookings"))
    growth = found.cpu_us("bookings, 100").middle / found.cpu_us("bookings, 1").middle
    slots, plans = max(found.values["slots p99"]), found.values["plans p95"][0]
    return [
        *judged,
        Aim("bookings of 50 racing clients >= 1,000 /min", booked * 60, 1000, "/min"),
        Aim(
            "CPU of a booking beside 99 clinics < 130 % of alone", growth, 1.3, "%", at_least=False
        ),
        Aim("slots over 90 days, p99 < 50 ms", slots, 50, "ms", at_least=False),
        Aim("a whole course planned, p95 < 2000 ms", plans * 1000, 2000, "ms", at_least=False),
        Aim("POST to outcomes.stream, p99 < 500 ms", p99, 500, "ms", at_least=False),
        Aim("POST to the analyst's iterator, p99 < 1 s", live, 1000, "ms", at_least=False),
        Aim("memory of the largest process < 120 MB", largest, 120, "MB", at_least=False),
        *read_side_aims(found),
    ]


def read_side_aims(found: Measurements) -> list[Aim]:
    """Of columns in memory, with as many results as the scale says (1,000,000 in a full run)."""
    reports = [name for name in found.runs if name.startswith("report, ")]
    p95 = max(found.latency_ms(name, 0.95).high for name in reports)
    rebuilt = found.rate("rebuild").low
    seconds, extra = found.values["export s"][0], found.values["export extra MB"][0]
    grown = found.values["event at all over few"][0]
    return [
        Aim("columns rebuilt from Kafka >= 20,000 events/s", rebuilt, 20_000, "events/s"),
        Aim("network report, p95 < 300 ms", p95, 300, "ms", at_least=False),
        Aim("export of all results to Parquet < 10 s", seconds, 10, "s", at_least=False),
        Aim("memory that it needs < 500 MB", extra, 500, "MB", at_least=False),
        Aim("an event at all rows < 150 % of one at 1,000", grown, 1.5, "%", at_least=False),
    ]


def write(found: Measurements, scale: Scale, folder: Path) -> None:
    """Prints the table, and writes bench-report.md and bench-report.json."""
    rows, judged, notes = list(_rows(found)), aims(found), list(_notes(found, scale))
    _show(rows, judged, notes, scale)
    (folder / "bench-report.md").write_text(_markdown(rows, judged, notes, scale))
    (folder / "bench-report.json").write_text(json.dumps(_plain(found, judged, scale), indent=1))


def show_read_side(found: Measurements, scale: Scale) -> None:
    _show(list(_rows(found)), read_side_aims(found), found.said, scale)


def _show(rows: list[tuple[str, ...]], judged: list[Aim], notes: list[str], scale: Scale) -> None:
    table = Table(*HEADINGS, title=f"Benchmark ({scale.name})")
    for row in rows:
        table.add_row(*row)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_IN_A_FILE)
    console.print(table)
    for aim in judged:
        console.print(aim.words(), style="green" if aim.met else "bold red", markup=False)
    for note in notes:
        console.print(note, style="dim", markup=False)


def _rows(found: Measurements) -> Iterator[tuple[str, ...]]:
    for name, raw, words in RATES:
        if not found.runs[name]:
            continue
        has_latency = any(run.latencies_ms for run in found.runs[name])
        p50, p99 = (_latency(found, name, share) if has_latency else "" for share in (0.5, 0.99))
        cpu = f"{found.cpu_us(name).middle:.0f}" if found.cpu_us(name).high else ""
        yield words, _rate(found.rate(name)), p50, p99, cpu, _ratio(found, name, raw)


def _rate(rate: Spread) -> str:
    return f"{rate.low:,.0f} / {rate.middle:,.0f} / {rate.high:,.0f}"


def _latency(found: Measurements, name: str, share: float) -> str:
    return f"{found.latency_ms(name, share).middle:.1f}"


def _ratio(found: Measurements, name: str, raw: str) -> str:
    if not raw:
        return ""
    if name == "relay":  # not measured in turns: medians of the run
        return f"{found.rate(name).middle / found.rate(raw).middle:.0%}"
    parts = [found.ratio(name, raw)]
    if found.runs[f"{raw}, one document"]:
        parts.append(found.ratio(name, f"{raw}, one document"))
    shown = [f"{each.low:.0%} / {each.middle:.0%} / {each.high:.0%}" for each in parts]
    return "; one document: ".join(shown)


def _notes(found: Measurements, scale: Scale) -> Iterator[str]:
    for kind in ("api", "consumer", "relay"):
        weights = spread(found.values[f"rss {kind}"])
        ready = spread(found.values[f"ready {kind}"])
        yield (
            f"{kind}: {weights.low:.0f} to {weights.high:.0f} MB per process after load; ready in"
            f" {ready.low:.1f} / {ready.middle:.1f} / {ready.high:.1f} s"
        )
    yield f"The whole network with both engines: ready in {found.values['ready network'][0]:.1f} s"
    yield f"The idle network uses {found.values['idle share'][0]:.0%} of one core"
    seen, posted = (found.runs[f"stream, {each}"] for each in ("readable", "acknowledged"))
    yield f"Open loop: {posted[0].count} posted and accepted, {seen[0].count} read on the stream"
    yield f"Largest latency on the stream: {percentile(seen[0].latencies_ms, 1):.0f} ms"
    yield (
        f"An event has {min(found.values['event bytes']):.0f} to"
        f" {max(found.values['event bytes']):.0f} bytes of JSON; a consumer's transaction had"
        f" {spread(found.values['consumer batch']).middle:.0f} records (median)"
    )
    outcomes = sorted(name for name in found.values if name.startswith("outcome "))
    shown = ", ".join(f"{name[8:]} {sum(found.values[name]):.0f}" for name in outcomes)
    yield (
        f"Bookings of all rounds: {shown} (put off: answered 503 and sent again);"
        f" {found.values['overlaps'][0]:.0f} overlaps in a sweep of every minute afterwards"
    )
    yield from found.said
    yield from _circumstances(found, scale)


def _circumstances(found: Measurements, scale: Scale) -> Iterator[str]:
    shares = {name: spread([run.client_share for run in found.runs[name]]).high
              for name in ("batch x1", "batch x4", "single x8", "single x32")}  # fmt: skip
    shown = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    yield (
        f"Load client, one process: at most so much of one core: {shown}. It, the service, Kafka"
        f" and mongod shared {os.cpu_count()} cores; so did the raw writers, which are one Python"
        " process each, as a service is"
    )
    yield (
        "Running meanwhile: of ours only the measured process (stream: those of outcomes, with"
        " the consumers it needs). Durability settings are those of production"
    )
    before, after = found.values["load average"]
    yield f"Load average of the machine before {before:.1f}, after {after:.1f}; {scale.name} run"
    yield (
        "CPU: of the service process (raw: of the Python process that writes), median; what others"
        " do on the machine changes it less than the rates"
    )
    yield f"Python {platform.python_version()}, {platform.machine()}"


def _markdown(
    rows: list[tuple[str, ...]], judged: list[Aim], notes: list[str], scale: Scale
) -> str:
    lines = [f"# Benchmark ({scale.name})", "", _line(HEADINGS), _line(["---"] * len(HEADINGS))]
    lines += [_line(row) for row in rows]
    lines += ["", "## Aims", "", *(f"- {aim.words()}" for aim in judged)]
    lines += ["", "## Circumstances", "", *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"


def _line(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(found: Measurements, judged: list[Aim], scale: Scale) -> dict[str, Any]:
    runs = {
        name: [
            {
                "count": run.count,
                "seconds": run.seconds,
                "rate": run.rate,
                "cpu_us": run.cpu_us,
                "client_share": run.client_share,
                "p50_ms": percentile(run.latencies_ms, 0.5),
                "p99_ms": percentile(run.latencies_ms, 0.99),
            }
            for run in own
        ]
        for name, own in found.runs.items()
    }
    verdicts = [asdict(aim) | {"met": aim.met} for aim in judged]
    return {"scale": asdict(scale), "aims": verdicts, "runs": runs, "values": dict(found.values)}
