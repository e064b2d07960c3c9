"""What a run is made of and what is kept of it: scales, rounds, percentiles, spreads."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median

BATCH = 500
SITES = ("riverside-main", "harbor-main", "summit-main")


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is done. Everything is bounded in count, and in time by `limit_s` per variant."""

    name: str
    rounds: int
    batches: int
    posts: int
    kafka_records: int
    consumed: int
    consume_rounds: int
    stream_s: int
    book_s: float = 20
    loaded_d: int = 90
    searches: int = 500
    past_years: tuple[int, ...] = (1, 3)
    plans: int = 5
    stream_rate: int = 50
    restarts: int = 2
    limit_s: float = 20
    patients: int = 100_000


FULL = Scale("full", 4, 12, 1200, 10_000, 8000, 3, 60)
QUICK = Scale(
    "quick",
    2,
    4,
    320,
    4000,
    4000,
    2,
    12,
    book_s=6,
    loaded_d=14,
    searches=100,
    past_years=(1,),
    plans=1,
    restarts=1,
    patients=10_000,
)


@dataclass(frozen=True, slots=True)
class Run:
    """One round of one variant.

    `cpu_s` is what the measured process used of the cores (raw: the writer), `client_cpu_s` what
    the load client did. Wall clock suffers from whoever else is on the machine, this hardly does.
    """

    count: int
    seconds: float
    latencies_ms: tuple[float, ...] = ()
    cpu_s: float = 0.0
    client_cpu_s: float = 0.0

    @property
    def rate(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    @property
    def cpu_us(self) -> float:
        """Of each event."""
        return self.cpu_s / self.count * 1e6 if self.count else 0.0

    @property
    def client_share(self) -> float:
        """Of one core."""
        return self.client_cpu_s / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    low: float
    middle: float
    high: float


@dataclass
class Measurements:
    """Every round of every variant, and the single values of the run, by name. `said`: what is
    reported as it stands."""

    runs: defaultdict[str, list[Run]] = field(default_factory=lambda: defaultdict(list))
    values: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    said: list[str] = field(default_factory=list)

    def add(self, name: str, run: Run) -> Run:
        self.runs[name].append(run)
        return run

    def rate(self, name: str) -> Spread:
        return spread([run.rate for run in self.runs[name]])

    def cpu_us(self, name: str) -> Spread:
        return spread([run.cpu_us for run in self.runs[name]])

    def latency_ms(self, name: str, share: float) -> Spread:
        return spread([percentile(run.latencies_ms, share) for run in self.runs[name]])

    def ratio(self, ours: str, raw: str) -> Spread:
        """Round by round: the two were measured one right after the other."""
        pairs = zip(self.runs[ours], self.runs[raw], strict=True)
        return spread([mine.rate / theirs.rate for mine, theirs in pairs if theirs.rate])


def spread(values: Sequence[float]) -> Spread:
    if not values:
        return Spread(0, 0, 0)
    return Spread(min(values), median(values), max(values))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]
