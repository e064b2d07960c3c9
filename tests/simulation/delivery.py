"""What delivery promised, asked of a world at rest: each invariant yields its witnesses.

The numbers are those of delivery.md, section 3; an empty list is what must be.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from shared.contracts.topics import SERVICES, TOPICS, heard_by
from shared.messaging.consumer import beat_of, step_of
from shared.storage.journal import JOURNAL, records_of
from shared.storage.lanes import LANES, LETTERS
from shared.storage.steps import SITE, Origin
from shared.storage.store import Document
from tests.simulation.service import Node
from tests.simulation.sites.journey import Sent
from tests.simulation.world import World

HEARTBEAT = "a heartbeat"
NAMES = frozenset(topic.name for topic in TOPICS)


def log_of(world: World, *topics: str) -> Iterator[Origin]:
    """The records of the topics (all: none named), partition by partition, without the poison and
    the heartbeats between them."""
    for (topic, _), records in sorted(world.broker.logs.items()):
        if topic in (topics or NAMES):
            yield from (each for each in records if _is_event(world, each))


def _is_event(world: World, origin: Origin) -> bool:
    return origin.id not in world.poison_places and beat_of(origin) is None


def header(origin: Origin, name: str) -> str:
    return dict(origin.headers)[f"ce_{name}"].decode()


def answers(world: World) -> Iterator[str]:
    """I1, I2: what was answered is in the journal, once, and every answer says the same."""
    for sent in (each for site in world.sites for each in site.archive):
        if not (decided := decision(world, sent)):
            yield f"{sent.raw['id']} is not in the journal"
        elif fault := _contradiction(sent, decided):
            yield f"{sent.raw['id']} {sent.raw['type']}: {fault}"


def decision(world: World, sent: Sent) -> str:
    """The verdict in the journal; its id is made of the event's, so that there is one at most."""
    journal = world.nodes[sent.service].store.collections.get(JOURNAL, {})
    document = journal.get(f"{sent.raw['id']}|{sent.raw['source']}|{SITE}")
    return str(document["verdict"]) if document else ""


def _contradiction(sent: Sent, decided: str) -> str:
    """Fresh once at most; what is said is what was decided, or was deferred until then."""
    taken = [each for each in sent.answers if each[0] != "invalid"]
    fresh = [verdict for verdict, _ in taken if verdict != "duplicate"]
    said = [first or verdict for verdict, first in taken]
    final = [each for each in said if each != "deferred"]
    if len(fresh) > 1:
        return f"decided {len(fresh)} times: {sent.answers}"
    if any(each != decided for each in final):
        return f"answered {said}, decided {decided}"
    if final and "deferred" in said[said.index(final[0]) :]:
        return f"taken back to deferred: {said}"
    return ""


def ghosts_and_losses(world: World) -> Iterator[str]:
    """I3, I4, I6: the logs hold what the journals caused, to the byte, and all of it."""
    caused = {
        (record.topic, record.event_id): record
        for node in world.nodes.values()
        for document in node.store.outbox.values()
        for record in records_of(document)
        if record.topic in NAMES
    }
    logged = set()
    for each in log_of(world):
        key = (each.topic, header(each, "id"))
        logged.add(key)
        record = caused.get(key)
        if record is None:
            yield f"{each.id}: nobody caused it"
        elif (record.key, record.value, record.headers) != (each.key, each.value, each.headers):
            yield f"{each.id}: not what was caused"
    yield from (f"{key} was caused and is not on its topic" for key in caused.keys() - logged)


def order(world: World) -> Iterator[str]:
    """I5: first occurrences per source are 1, 2, 3..., and no number has two events."""
    last: defaultdict[str, int] = defaultdict(int)
    numbered: dict[tuple[str, int], str] = {}
    for each in log_of(world):
        source, number = header(each, "source"), int(header(each, "sequence"))
        known = numbered.setdefault((source, number), header(each, "id"))
        if known != header(each, "id"):
            yield f"{each.id}: {source} has two events numbered {number}"
        elif number > last[source]:
            if number != last[source] + 1:
                yield f"{each.id}: {source} went from {last[source]} to {number}"
            last[source] = number


def applied_in_order(world: World) -> Iterator[str]:
    """I5 at the reader: per source, nothing is decided before what came before it."""
    for node in world.nodes.values():
        last: defaultdict[tuple[str, str], int] = defaultdict(int)
        for reader, source, number in node.store.applied:
            if number != last[reader, source] + 1:
                yield f"{reader}: {source} went from {last[reader, source]} to {number}"
            last[reader, source] = number


def conservation(world: World) -> Iterator[str]:
    """I9: published = applied + ignored + rejected + deduplicated + parked, at each consumer, but
    for the heartbeats, which end where they are read."""
    for node in world.nodes.values():
        counts = handled(world, node)
        if counts["unhandled"]:
            yield f"{node.name}: {dict(counts)}"


def handled(world: World, node: Node) -> Counter[str]:
    """What became of every record that the consumer's topics hold."""
    documents = {
        each["event_id"]: each for each in node.held(JOURNAL) if _is_heard(each, node.name)
    }
    letters = {each["_id"]: each["status"] for each in node.held(LETTERS)}
    counts: Counter[str] = Counter()
    for topic in heard_by(node.name):
        for (name, _), records in world.broker.logs.items():
            if name == topic.name:
                counts.update(_fate(each, documents, letters) for each in records)
    return counts


def _is_heard(document: Document, group: str) -> bool:
    return bool(document["reader"] == group and document["verdict"] != "parked")


def _fate(origin: Origin, documents: dict[str, Document], letters: dict[str, str]) -> str:
    if beat_of(origin):
        return HEARTBEAT
    event_id = dict(origin.headers).get("ce_id", b"").decode()
    document = documents.get(event_id)
    if document and document["origin"] == origin.id:
        return str(document["verdict"])
    if letters.get(origin.id) in ("parked", "discarded"):
        return "parked"
    return "deduplicated" if document else "unhandled"


def left_over(world: World) -> Iterator[str]:
    """I16: nothing unsent, nothing deferred whose cause is there."""
    for node in world.nodes.values():
        for each in node.store.waiting.values():
            if each.get("unsent"):
                yield f"{node.name}: {each['_id']} is unsent"
            elif _is_there(node, each):
                yield f"{node.name}: {each['_id']} is deferred and what it waits for is there"


def still_parked(world: World) -> Iterator[str]:
    """After the operator's repair no lane is left, and nothing was given up but poison."""
    for node in world.nodes.values():
        for lane in node.held(LANES):
            if lane["parked"]:
                yield f"{node.name}: lane {lane['_id']} stays parked: {lane['reason']}"
        for each in node.held(LETTERS):
            if each["status"] == "discarded" and each["_id"] not in world.poison_places:
                yield f"{node.name}: a good letter was given up: {each['_id']}"


def _is_there(node: Node, deferred: Document) -> bool:
    """What it waits for; an earlier event that waits itself is not there yet."""
    found = node.store.collections.get(deferred["waits_in"], {}).get(deferred["waits_for"])
    return bool(found and found.get("verdict") != "deferred")


def parked_without_poison(world: World) -> Iterator[str]:
    for name, lane in sorted(world.parked_at_rest):
        if lane not in world.poisoned:
            yield f"{name}: {lane}"


def knowledge(world: World) -> Iterator[str]:
    """Nobody ever claimed to know what was not in its store; at rest, all is known of all."""
    yield from world.unfounded
    for node in world.nodes.values():
        for producer in {topic.producer for topic in heard_by(node.name)}:
            if node.heard_until(producer) is None:
                yield f"{node.name} does not know how old its knowledge of {producer} is"


def bugs(world: World) -> Iterator[str]:
    yield from world.bugs


# ---- replay ----------------------------------------------------------------------------------

_OF_INTAKE = ("clearance", "consent_until", "reasons")
PROJECTIONS: dict[str, dict[str, Callable[[dict[str, Any]], object]]] = {
    "scheduling": {"standings": lambda state: [state[name] for name in _OF_INTAKE]},
    "session-record": {
        name: lambda state: state for name in ("standings", "grants", "courses", "appointments")
    },
    "outcomes": {
        "trajectories": lambda state: [
            *(state[name] for name in ("indication", "consents", "courses", "doses")),
            [each for each in state["assessments"] if each["origin"] == "screening"],
        ]
    },
}
"""What is heard from Kafka alone, and so can be rebuilt from Kafka alone."""
SWEEPS = 5


def replay(world: World) -> Iterator[str]:
    """I8: every topic from offset 0 into fresh stores gives the same projections."""
    again = World(world.seed)
    again.faults.healed = True
    again.broker.logs.update(world.broker.logs)
    again.poison_places = world.poison_places
    for name, projections in PROJECTIONS.items():
        node = again.nodes[name]
        _read_all(again, node)
        for collection, picture in projections.items():
            live = _pictures(world.nodes[name], collection, picture)
            rebuilt = _pictures(node, collection, picture)
            yield from (
                f"{name} {collection} {key}: {live.get(key)} is not {rebuilt.get(key)}"
                for key in sorted(live.keys() | rebuilt.keys())
                if live.get(key) != rebuilt.get(key)
            )


def _read_all(world: World, node: Node) -> None:
    """In the order of the partitions; poison would only be parked again."""
    records = list(log_of(world, *(topic.name for topic in heard_by(node.name))))
    for start in range(0, len(records), 100):
        batch = records[start : start + 100]
        node.runner.run([step_of(each, node.name, node.routes) for each in batch])
    for _ in range(SWEEPS):
        node.deferrals.sweep()
        node.lanes.sweep()


def _pictures(
    node: Node, collection: str, picture: Callable[[dict[str, Any]], object]
) -> dict[str, object]:
    return {each["_id"]: picture(each["state"]) for each in node.held(collection)}


INVARIANTS: dict[str, Callable[[World], Iterator[str]]] = {
    "I1 I2 an answer is in the journal once and is never taken back": answers,
    "I3 I4 I6 the logs hold what the journals caused, all of it": ghosts_and_losses,
    "I5 a source's events are on the log in order, without a gap": order,
    "I5 a source's events are applied in order, without a gap": applied_in_order,
    "I8 a replay from offset 0 gives the same projections": replay,
    "I9 published = applied + ignored + rejected + deduplicated + parked": conservation,
    "I16 nothing is left over": left_over,
    "what is known until a time is there": knowledge,
    "a repaired lane opens and loses nothing": still_parked,
    "a lane is parked for poison alone": parked_without_poison,
    "nothing breaks of itself": bugs,
}
assert set(PROJECTIONS) <= set(SERVICES)
