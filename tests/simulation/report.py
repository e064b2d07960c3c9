"""A world from its seed to its verdict, and the sum of many: what happened, bit and broke."""

import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.contracts import outcomes, scheduling, session_record
from tests.simulation import clinical, delivery
from tests.simulation.delivery import handled, header, log_of
from tests.simulation.faults import LOST_RACE, RATES
from tests.simulation.service import Plan
from tests.simulation.world import World

INVARIANTS = delivery.INVARIANTS | clinical.INVARIANTS
BROKEN = "the simulation itself broke"
SHOWN = 5
ALWAYS_BITE = (
    *RATES,
    *(LOST_RACE, "sent again", "clock jumped back", "poison", "lane repaired"),
)
MUST_HAPPEN = {
    "doses given": session_record.DoseAdministered.type,
    "harm reported": session_record.AdverseEventRecorded.type,
    "doses held": scheduling.AppointmentHeld.type,
    "doses restored": scheduling.AppointmentRestored.type,
    "courses completed": scheduling.CourseCompleted.type,
    "risks raised": outcomes.RiskRaised.type,
    "subjects withdrawn": outcomes.SubjectWithdrawn.type,
}


@dataclass
class Tally:
    """What the worlds came to. `witnesses` by invariant: none is what must be."""

    worlds: int = 0
    actions: int = 0
    events: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    deferred: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    bit: Counter[str] = field(default_factory=Counter)
    witnesses: dict[int, dict[str, list[str]]] = field(default_factory=dict)

    def vacuous(self) -> list[str]:
        """What should have happened and never did: then nothing was shown."""
        silent = [f"never bit: {kind}" for kind in ALWAYS_BITE if not self.bit[kind]]
        silent += [f"never: {name}" for name, kind in MUST_HAPPEN.items() if not self.events[kind]]
        for verdict in ("accepted", "deferred", "rejected", "duplicate"):
            silent += [] if self.answers[verdict] else [f"never answered {verdict}"]
        for verdict in ("accepted", "rejected"):
            silent += [] if self.deferred[verdict] else [f"no deferred event was {verdict} later"]
        for fate in ("accepted", "ignored", "deduplicated", "parked", delivery.HEARTBEAT):
            silent += [] if self.records[fate] else [f"no record was {fate}"]
        return silent

    def add(self, world: World) -> None:
        self.worlds += 1
        self.actions += world.actions.total()
        self.bit += world.faults.bit
        self.events.update(
            header(each, "type")
            for each in {header(one, "id"): one for one in log_of(world)}.values()
        )
        for node in world.nodes.values():
            self.records += handled(world, node)
        for sent in (each for site in world.sites for each in site.archive):
            self.answers.update(verdict for verdict, _ in sent.answers)
            if any(verdict == "deferred" for verdict, _ in sent.answers):
                self.deferred[delivery.decision(world, sent)] += 1


def simulate(
    seeds: Iterable[int],
    actions: int,
    plan: Plan | None = None,
    enough: Callable[[Tally], bool] = lambda _tally: False,
) -> Tally:
    """Runs a world per seed, until it is enough."""
    tally = Tally()
    for seed in seeds:
        found = _live(seed, actions, plan, tally)
        if found:
            tally.witnesses[seed] = found
        if enough(tally):
            break
    return tally


def _live(seed: int, actions: int, plan: Plan | None, tally: Tally) -> dict[str, list[str]]:
    try:
        world = World(seed, plan)
        world.run(actions)
        world.settle()
        tally.add(world)
        found = {name: list(check(world)) for name, check in INVARIANTS.items()}
    except Exception:  # noqa: BLE001 - its seed must be told, whatever it was
        return {BROKEN: [traceback.format_exc()]}
    return {name: witnesses for name, witnesses in found.items() if witnesses}


def describe(tally: Tally, actions: int) -> str:
    """The findings, each with how to see it again; then the sums."""
    lines = []
    for seed, found in tally.witnesses.items():
        lines.append(f"world {seed} is broken; to repeat it:")
        lines.append(f"  python -m tests.simulation --seed {seed} --worlds 1 --actions {actions}")
        for name, witnesses in found.items():
            lines.append(f"  {name} ({len(witnesses)}):")
            lines += [f"    {each}" for each in witnesses[:SHOWN]]
    happened = {name: tally.events[kind] for name, kind in MUST_HAPPEN.items()}
    lines += [
        f"{tally.worlds} worlds, {tally.actions} actions, {tally.answers.total()} answers",
        f"  {'answers':14} {_sums(tally.answers)}",
        f"  {'then deferred':14} {_sums(tally.deferred)}",
        f"  {'records':14} {_sums(tally.records)}",
        f"  {'care':14} {_sums(Counter(happened))}",
        f"  {'faults':14} {tally.bit.total()} of {len(tally.bit)} kinds",
        *(f"    {count:7} {kind}" for kind, count in tally.bit.most_common()),
        f"  {'not seen':14} {', '.join(tally.vacuous()) or 'nothing: all was'}",
    ]
    return "\n".join(lines)


def _sums(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())
