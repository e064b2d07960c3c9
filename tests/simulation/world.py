"""A world: two clinics and their patients, four services, and a scheduler that throws dice.

One step is one action of one process. `run` takes so many steps; `settle` heals everything and
lets the network come to rest, as an operator would who repairs the poisoned lanes.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from shared.codec.cloudevents import KafkaRecord
from shared.contracts.topics import COURSE, ENCOUNTER, PATIENT, SERVICES
from shared.kernel.errors import Unavailable
from shared.messaging.memory import MemoryBroker
from shared.storage.lanes import LANES
from shared.storage.steps import Verdict
from tests.kit.poison import POISON
from tests.simulation.faults import Crash, Faults, WorldClock
from tests.simulation.service import SERVICES as ALL
from tests.simulation.service import Node, Plan, Surroundings
from tests.simulation.sites.clinic import HAS, LICENSED, Script, opening
from tests.simulation.sites.journey import Life, Sent, Site

CLINICS = ("riverside", "harbor")
PATIENTS = 3
"""A clinic. Few, so that a world of a thousand steps sees whole courses."""
ACTIONS: dict[str, float] = {
    "post": 30,
    "relay": 16,
    "beat": 3,
    "consume": 34,
    "take up deferred": 8,
    "sweep lanes": 3,
    "strike": 2,
    "watch": 1,
    "time passes": 5,
    "clock jumps back": 0.4,
    "a long time passes": 0.1,
    "restart": 1.5,
    "poison": 0.25,
    "repair": 0.5,
}
POISONS = [
    each
    for name, each in POISON.items()
    if name in ("bad JSON", "no bytes", "null value", "a missing field", "no headers", "no clinic")
]
RIVALS = ("post", "relay", "beat", "consume", "take up deferred", "sweep lanes", "strike")
ROUNDS_TO_REST = 120
OPERATOR = "operator"


class World:
    """`seed` is its whole story. `poisoned` are the lanes that a bad record was thrown into.
    `unfounded`: what a service said it knew and did not have."""

    def __init__(self, seed: int, plan: Plan | None = None) -> None:
        self.seed, self.dice = seed, Random(seed)  # noqa: S311 - no secret
        self.faults, self.clock, self.broker = Faults(self.dice), WorldClock(), MemoryBroker()
        self.bugs: list[str] = []
        surroundings = Surroundings(
            self.dice, self.faults, self.clock, self.broker, plan or Plan(), self.bugs
        )
        self.nodes = {each.name: Node(each, surroundings) for each in ALL}
        self.patients = {
            clinic: [f"{self.dice.getrandbits(128):032x}" for _ in range(PATIENTS)]
            for clinic in CLINICS
        }
        self.lives = {
            patient: Life(patient, clinic, self, self.dice)
            for clinic, patients in self.patients.items()
            for patient in patients
        }
        self.sites = [Site(clinic, self._scripts(clinic)) for clinic in CLINICS]
        self.poisoned: set[str] = set()
        self.poison_places: set[str] = set()
        self.unfounded: list[str] = []
        self.actions: Counter[str] = Counter()
        self._busy: list[tuple[str, str]] = []
        for node in self.nodes.values():
            node.store.rival = self._rival_of(node)

    # ---- the scheduler -----------------------------------------------------------------------

    def run(self, actions: int) -> None:
        names, weights = list(ACTIONS), list(ACTIONS.values())
        for name in self.dice.choices(names, weights, k=actions):
            self.actions[name] += 1
            self._do(name)

    def _do(self, name: str) -> None:
        node = self.nodes[self.dice.choice(SERVICES)]
        match name:
            case "post":
                self._post(self.dice.choice(self.sites))
            case "time passes":
                self.clock.now += timedelta(seconds=self.dice.choice((1, 5, 20, 600, 7200)))
            case "a long time passes":
                self.clock.now += timedelta(days=4)
            case "clock jumps back":
                self._jump(node.name)
            case "restart":
                node.restart(self.dice.choice(node.processes))
            case "poison":
                self._poison()
            case "repair":
                self._repair(node)
            case _:
                self._turn(node, name)

    def _turn(self, node: Node, name: str) -> int:
        """One turn of one process of the service that is not in the middle of another."""
        kind = "relay" if name in ("relay", "beat") else "consumer"
        replica = "1" if self.dice.random() < 0.8 else "2"
        done = self._act(node, f"{kind}-{replica}", self._work(node, f"{kind}-{replica}", name))
        if name == "consume":
            for producer in self.nodes.values():
                self.unfounded += node.unfounded(producer)
        return done

    def _work(self, node: Node, process: str, name: str) -> Callable[[], int]:
        work: dict[str, Callable[[], int]] = {
            "relay": lambda: node.relays[process].turn(),
            "beat": lambda: node.relays[process].beat(),
            "consume": lambda: node.consumers[process].turn(),
            "take up deferred": node.deferrals.sweep,
            "sweep lanes": node.lanes.sweep,
            "strike": node.alarm_clock.sweep,
            "watch": lambda: self._watch(node, process),
        }
        return work[name]

    def _watch(self, node: Node, process: str) -> int:
        node.consumers[process].watch()
        return 0

    def _act(self, node: Node, process: str, work: Callable[[], int]) -> int:
        if (node.name, process) in self._busy:
            return 0
        self._busy.append((node.name, process))
        try:
            return work()
        except Unavailable:
            return 1
        except Crash:
            node.restart(process)
            return 1
        except Exception as error:  # noqa: BLE001 - a process that dies of itself is a finding
            self.bugs.append(f"{node.name} {process} died: {error!r}")
            node.restart(process)
            return 1
        finally:
            self._busy.pop()
            if process in node.stopping:
                node.restart(process)

    def _rival_of(self, node: Node) -> Callable[[], None]:
        """Somebody else's turn in the middle of a process's: never two deep."""

        def rival() -> None:
            if len(self._busy) > 1:
                return
            name = self.dice.choice(RIVALS)
            if name == "post":
                self._post(self.dice.choice(self.sites), to=node.name)
            else:
                self._turn(node, name)

        return rival

    # ---- sites -------------------------------------------------------------------------------

    def _scripts(self, clinic: str) -> dict[str, Script]:
        scripts = {each: self.lives[each].script() for each in self.patients[clinic]}
        return {clinic: opening(clinic), **scripts}

    def _post(self, site: Site, to: str = "") -> None:
        """What is next, or what waits in the spool, or something old once more."""
        if self.dice.random() < 0.12 and site.archive:
            chosen = [self.dice.choice(site.archive)]
            self.faults.bit["sent again"] += 1
        else:
            self._ask_scripts(site)
            chosen = self._chosen(site)
        service = to or (chosen[0].service if chosen else "")
        batch = [each for each in chosen if each.service == service]
        if batch:
            self._send(site, batch, service)

    def _ask_scripts(self, site: Site) -> None:
        for name in self.dice.sample(list(site.scripts), self.dice.randint(1, 2)):
            if any(each.patient == name for each in site.spool) and self.dice.random() < 0.97:
                continue  # one thing at a time, nearly always
            if happening := next(site.scripts[name], None):
                site.tell(happening)

    def _chosen(self, site: Site) -> list[Sent]:
        if self.dice.random() < 0.9:
            return site.spool[: self.dice.randint(1, 4)]
        return [self.dice.choice(site.spool)] if site.spool else []

    def _send(self, site: Site, batch: Sequence[Sent], service: str) -> None:
        node = self.nodes[service]
        verdicts: list[Verdict] = []

        def work() -> int:
            steps = [node.ingest.step(each.raw, site.sender) for each in batch]
            verdicts.extend(node.runner.run(steps))
            return len(steps)

        self._busy_post(node, work)
        if verdicts and not self.faults.bites("answer lost"):
            for sent, verdict in zip(batch, verdicts, strict=True):
                sent.answers.append((verdict.verdict, verdict.first))
        site.file_answered()

    def _busy_post(self, node: Node, work: Callable[[], int]) -> None:
        """An api has many threads: a second post while one is under way is nothing special."""
        thread = f"api-{len(self._busy)}"
        self._act(node, thread, work)

    # ---- what else happens -------------------------------------------------------------------

    def _jump(self, service: str) -> None:
        if self.clock.behind.pop(service, None) is None:
            self.clock.behind[service] = timedelta(hours=1)
            self.faults.bit["clock jumped back"] += 1

    def _poison(self) -> None:
        """A record that nobody can read, in the midst of one patient's."""
        poison = self.dice.choice(POISONS)
        patient = self.dice.choice(list(self.lives))
        topic = self.dice.choice((PATIENT, COURSE, ENCOUNTER)).name
        record = KafkaRecord("", topic, patient.encode(), poison.value, poison.headers)
        [(partition, offset)] = self.broker.publish([record])
        self.poisoned.add(patient)
        self.poison_places.add(f"{topic}/{partition}/{offset}")
        self.faults.bit["poison"] += 1

    def _repair(self, node: Node) -> None:
        """The operator: what can be applied is, and the record that cannot be is given up."""
        for lane in [each["_id"] for each in node.held(LANES) if each["parked"]]:
            self._act(node, OPERATOR, partial(node.lanes.replay, lane))
            if self._is_only_poison(node, lane):
                self._act(node, OPERATOR, partial(node.lanes.discard, lane))
                self.faults.bit["lane repaired"] += 1

    def _is_only_poison(self, node: Node, lane: str) -> bool:
        left = [
            each["_id"]
            for each in node.held("letters")
            if each["lane"] == lane and each["status"] == "parked"
        ]
        return all(each in self.poison_places for each in left)

    # ---- coming to rest ----------------------------------------------------------------------

    def settle(self) -> None:
        """Heals, and lets everything come to rest. Whatever then moves still is a finding."""
        self.faults.healed = True
        self.clock.behind.clear()
        self._rest()
        self.parked_at_rest = {
            (node.name, lane["_id"])
            for node in self.nodes.values()
            for lane in node.held(LANES)
            if lane["parked"]
        }
        for _ in range(3):
            for node in self.nodes.values():
                self._repair(node)
            self._beat()
            self._rest()

    def _rest(self) -> None:
        for _ in range(ROUNDS_TO_REST):
            if not self._round() and self._is_quiet():
                return
        self.bugs.append("the network does not come to rest")

    def _round(self) -> int:
        self.clock.now += timedelta(seconds=20)
        done = 0
        for site in self.sites:
            while site.spool:
                before = len(site.spool)
                self._send(site, site.spool[:1], site.spool[0].service)
                done += 1
                if len(site.spool) == before:
                    break
        for node in self.nodes.values():
            for process in node.relays:
                done += self._act(node, process, node.relays[process].turn)
            for process in node.consumers:
                done += self._act(node, process, node.consumers[process].turn)
            done += self._act(node, "consumer-1", node.deferrals.sweep)
            done += self._act(node, "consumer-1", node.lanes.sweep)
            done += self._act(node, "consumer-1", node.alarm_clock.sweep)
        return done

    def _beat(self) -> None:
        """The last of every relay, that nothing more is to come."""
        for node in self.nodes.values():
            for process, relay in node.relays.items():
                self._act(node, process, relay.beat)

    def _is_quiet(self) -> bool:
        lag = [
            records
            for node in self.nodes.values()
            for subscription in node.subscriptions.values()
            for records in subscription.lag().values()
        ]
        return not any(lag) and not any(site.spool for site in self.sites)

    # ---- what a site sees (journey.Eyes) -----------------------------------------------------

    def appointments(self, patient_id: str) -> list[dict[str, Any]]:
        found = self.nodes["scheduling"].states("appointments", patient_id=patient_id)
        return sorted(found, key=lambda each: each["start"])

    def has_course(self, patient_id: str) -> bool:
        return bool(self.nodes["scheduling"].states("courses", patient_id=patient_id))

    def has_resources(self, clinic: str) -> bool:
        rosters = self.nodes["scheduling"].store.collections.get("rosters", {})
        roster = rosters.get(f"{clinic}/roster")
        if roster is None:
            return False
        known = roster["state"]
        licensed = {each["practitioner"] for each in known["licences"]}
        declared = sum(len(names) for names in HAS.values())
        return len(known["resources"]) == declared and licensed >= set(LICENSED)

    def has_staff(self, clinic: str) -> bool:
        known = self.nodes["intake"].store.collections.get("practitioners", {})
        return all(f"{clinic}/{name}" in known for name in LICENSED)

    def has_encounter(self, encounter_id: str) -> bool:
        found = self.nodes["session-record"].states("encounters", encounter_id=encounter_id)
        return bool(found)

    def is_waiting(self, patient_id: str) -> bool:
        return any(
            each["verdict"] == "deferred" and each["subject"] == patient_id
            for node in self.nodes.values()
            for each in node.store.waiting.values()
        )
