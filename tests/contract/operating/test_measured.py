"""What relays and watches measure: a clinic's numbers once however many run, nothing stale."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from shared.contracts import site
from shared.contracts.topics import INTAKE
from shared.kernel.errors import Unavailable
from shared.kernel.policy import Policy
from shared.messaging.measuring.reaching import ReachingPublisher, ReachingSubscription
from shared.messaging.memory import MemoryBroker, MemorySubscription
from shared.messaging.relay import LEASE, Relay
from shared.processes.gauges import Gauges
from shared.processes.service import Service
from shared.processes.watch import Watch
from shared.runtime import metrics
from shared.runtime.metrics import Dependency, Reading
from shared.runtime.process import Drain
from shared.storage.memory import MemoryStore
from shared.storage.operations.overview import overview
from shared.storage.operations.sightings import Sightings, clinics
from shared.storage.store import Session, Store
from tests.contract.catalogue import POLICY
from tests.kit.toy import NOW, ROUTES, Clock, posted, runner

SECOND = timedelta(seconds=1)
NAME = "measured"


def shown(name: str, label: str = NAME) -> list[str]:
    lines = metrics.exposition().decode().splitlines()
    return [line for line in lines if line.startswith(f"{name}{{") and f'"{label}"' in line]


def held(session: Session, _policy: Policy, _now: datetime) -> Iterable[Reading]:
    return [(metrics.HOLDS, (clinic,), 3) for clinic in clinics(session)]


def a_service() -> Service:
    return Service(NAME, lambda _policy: ROUTES, (), lambda *_: None, gauges=held)


@dataclass
class Process:
    """One relay process, as far as it measures."""

    store: Store
    clock: Clock
    holder: str
    relay: Relay = field(init=False)
    gauges: Gauges = field(init=False)

    def __post_init__(self) -> None:
        self.relay = Relay(NAME, self.holder, self.store, MemoryBroker(), self.clock)
        self.gauges = Gauges(a_service(), POLICY, self.relay, self.store, self.clock)

    def go_on(self) -> None:
        self.relay.turn()
        self.gauges.look()


@pytest.fixture
def clinic() -> str:
    return "measured-clinic"


def test_of_two_relays_one_alone_speaks_of_a_clinic(store: Store, clinic: str) -> None:
    clock = Clock()
    Sightings(store.session, clock).note("/clinics/measured-clinic/sites/main", clinic, 4)
    first, second = Process(store, clock, "relay-1"), Process(store, clock, "relay-2")

    first.go_on()
    told = shown("holds_active", clinic)
    assert told == ['holds_active{clinic="measured-clinic"} 3.0']
    first.gauges.away()
    second.go_on()

    assert (first.relay.leads, second.relay.leads) == (True, False)
    assert shown("holds_active", clinic) == [], "whoever does not lead shows nothing"
    assert shown("outbox_oldest_seconds") != [], "but of the spine"
    first.go_on()
    missing = 'site_missing_sequences{clinic="measured-clinic",service="measured"} 4.0'
    assert shown("site_missing_sequences") == [missing]
    [last] = shown("site_last_event_timestamp_seconds")
    assert float(last.split()[1]) == NOW.timestamp()


def test_a_relay_that_leads_no_more_takes_its_clinics_away(store: Store, clinic: str) -> None:
    clock = Clock()
    Sightings(store.session, clock).note("/clinics/measured-clinic/sites/main", clinic, 0)
    first = Process(store, clock, "relay-1")
    first.go_on()
    assert shown("holds_active", clinic) != []

    clock.move(LEASE)
    first.gauges.look()

    assert (first.relay.leads, shown("holds_active", clinic)) == (False, [])


def test_the_end_to_end_time_is_counted_by_lane_and_of_posted_events_only(store: Store) -> None:
    def counted(lane: str) -> tuple[float, float]:
        said = [
            [line for line in shown(f"event_end_to_end_seconds_{what}") if f'"{lane}"' in line]
            for what in ("count", "sum")
        ]
        values = [float(lines[0].split()[1]) if lines else 0.0 for lines in said]
        return values[0], values[1]

    clock = Clock()
    routine, safety = counted("routine"), counted("safety")
    run = runner(store, clock, NAME)
    run.run([posted(site.ReferralReceived)])
    clock.move(3 * SECOND)

    Relay(NAME, "relay-1", store, MemoryBroker(), clock).turn()

    assert counted("routine") == (routine[0] + 1, routine[1] + 3.0)
    assert counted("safety") == safety


class Away(MemoryBroker):
    """A broker that does not answer."""

    def publish(self, records: object) -> list[tuple[int, int]]:  # noqa: ARG002 - the port's
        raise Unavailable("Kafka is away")


def test_a_page_that_kafka_does_not_take_is_told_as_kafka_away(store: Store) -> None:
    kafka = Dependency(NAME, "kafka")
    relay = Relay(NAME, "relay-1", store, ReachingPublisher(Away(), kafka), Clock())
    runner(store, service=NAME).run([posted(site.ReferralReceived)])

    with pytest.raises(Unavailable):
        relay.turn()

    assert kafka.state == "away"
    assert shown("dependency_up") == ['dependency_up{dependency="kafka",service="measured"} 0.0']
    assert float(shown("relay_failures_total")[0].split()[1]) >= 1


def test_a_subscription_tells_of_kafka_what_it_asks_it() -> None:
    kafka, broker = Dependency(NAME, "kafka"), MemoryBroker()
    member = ReachingSubscription(MemorySubscription(broker, "g", ["intake.patient"]), kafka)
    assert (member.poll(0), kafka.state) == ([], "unknown")

    assert (member.lag(), member.read_until(), kafka.state) == ({}, {}, "ok")
    member.hold()
    member.restart()
    member.close()


class Watched:
    """What a watch does, and whether MongoDB is away."""

    def __init__(self) -> None:
        self.is_away, self.done = False, list[str]()
        self.store = MemoryStore()

    def ping(self) -> None:
        if self.is_away:
            raise Unavailable("MongoDB is away")

    def watch(self) -> Watch:
        return Watch(
            "relay",
            "r-1",
            self.store,
            self.ping,
            Dependency(NAME, "mongodb"),
            Clock(),
            tell=lambda: {"kafka": "ok"},
            chore=lambda: self.done.append("chore"),
            away=lambda: self.done.append("away"),
        )


def test_a_watch_says_how_its_process_stands() -> None:
    watched = Watched()

    watched.watch().look()

    found = overview(watched.store.session(), INTAKE, NOW)
    assert [each["kind"] for each in found["processes"]] == ["relay"]
    assert (watched.done, found["health"]["kafka"]) == (["chore"], "ok")
    assert shown("dependency_up", "mongodb")[-1].endswith(" 1.0")


def test_a_watch_that_cannot_ask_mongodb_says_so_and_goes_on() -> None:
    watched = Watched()
    watch = watched.watch()
    watched.is_away = True

    watch.look()
    assert (watched.done, watched.store.collections) == (["away"], {})
    assert 'dependency_up{dependency="mongodb",service="measured"} 0.0' in shown("dependency_up")

    watched.is_away = False
    watch.look()
    assert watched.done == ["away", "chore"]


def test_a_watch_outlives_a_bug_in_what_it_does() -> None:
    done: list[str] = []

    def chore() -> None:
        done.append("begun")
        raise ZeroDivisionError("a bug")

    store, mongodb = MemoryStore(), Dependency(NAME, "mongodb")
    watch = Watch("relay", "r-1", store, lambda: None, mongodb, Clock(), chore=chore)

    watch.look()
    watch.look()

    assert done == ["begun", "begun"]


def test_a_watch_that_is_asked_to_stop_looks_once_more() -> None:
    watched, drain = Watched(), Drain()
    drain.ask()

    watched.watch().run(drain)

    assert watched.done == ["chore"]
