"""The history checker: joins what sites were told, the stores, and the topics read from 0.

Each invariant (delivery.md, section 3) yields its witnesses; an empty list is what must be.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from shared.contracts.topics import PATIENT, SERVICES
from shared.messaging.consumer import beat_of
from shared.messaging.kafka_reader import TopicReader
from shared.storage.journal import JOURNAL, records_of
from shared.storage.lanes import LANES
from shared.storage.mongo import MongoStore
from shared.storage.steps import SITE, Origin
from shared.storage.store import Document
from tests.chaos.load import History
from tests.kit.eventually import eventually

CONSUMERS = PATIENT.heard_by


@dataclass(frozen=True)
class Evidence:
    """All there is after the heal: each service's journal, and the topic's records in order, but
    for the heartbeats between them."""

    journals: dict[str, list[Document]]
    lanes: dict[str, list[Document]]
    log: list[Origin]

    @property
    def relayed(self) -> dict[str, bytes]:
        """Event id to bytes, of every record that intake's journal caused."""
        return {
            record.event_id: record.value or b""
            for document in self.journals["intake"]
            for record in records_of(document)
            if record.topic == PATIENT.name
        }


def read_all(network: dict[str, Any]) -> Evidence:
    stores = {name: MongoStore(network["mongodb"][name]["uri"]) for name in SERVICES}
    topic = TopicReader(network["kafka"]["bootstrap_servers"], PATIENT.name)
    evidence = Evidence(
        {name: store.session().where(JOURNAL, {}) for name, store in stores.items()},
        {name: store.session().where(LANES, {"parked": True}) for name, store in stores.items()},
        [each for each in topic.records() if beat_of(each) is None],
    )
    for store in stores.values():
        store.close()
    return evidence


def settled(network: dict[str, Any], within_s: float = 60) -> Evidence:
    """The evidence, once nothing is unsent and every consumer has handled every record."""

    def look() -> Evidence | None:
        evidence = read_all(network)
        unsent = [each for each in evidence.journals["intake"] if each.get("unsent")]
        handled = all(not unheard(evidence, name) for name in CONSUMERS)
        return evidence if handled and not unsent and evidence.relayed else None

    return eventually(look, within_s, every_s=1)


def violations(history: History, evidence: Evidence) -> dict[str, list[str]]:
    found = {
        "I1 an acknowledged event is not in its store": lost(history, evidence),
        "I2 an event has more than one effect": doubled(evidence),
        "I3 a record on the topic that no accepted event caused": ghosts(evidence),
        "I4 one event id with two contents": changed(evidence),
        "I5 an aggregate's events out of order or with a gap": disordered(evidence),
        "I6 a caused record that is not on the topic": unpublished(evidence),
        "I9 a record that a consumer has neither applied nor parked": [
            witness for name in CONSUMERS for witness in unheard(evidence, name)
        ],
        "a lane is parked": [
            f"{name} {lane['_id']}: {lane['code']} {lane['reason']}"
            for name, lanes in evidence.lanes.items()
            for lane in lanes
        ],
    }
    return {invariant: witnesses for invariant, witnesses in found.items() if witnesses}


def lost(history: History, evidence: Evidence) -> list[str]:
    stored = {each["event_id"] for each in evidence.journals["intake"] if each["reader"] == SITE}
    return [event_id for event_id in history.taken if event_id not in stored]


def doubled(evidence: Evidence) -> list[str]:
    """Two journal documents of one posted event, or two records numbered alike."""
    seen: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for document in evidence.journals["intake"]:
        if document["reader"] == SITE:
            seen[document["source"], document["event_id"]].add(document["_id"])
        for record in records_of(document):
            headers = dict(record.headers)
            numbered = headers["ce_source"].decode(), headers["ce_sequence"].decode()
            seen[numbered].add(record.event_id)
    return [str(key) for key, values in seen.items() if len(values) > 1]


def ghosts(evidence: Evidence) -> list[str]:
    relayed = evidence.relayed
    return [each.id for each in evidence.log if _event_id(each) not in relayed]


def changed(evidence: Evidence) -> list[str]:
    relayed = evidence.relayed
    return [
        each.id
        for each in evidence.log
        if _event_id(each) in relayed and relayed[_event_id(each)] != each.value
    ]


def disordered(evidence: Evidence) -> list[str]:
    seen: set[str] = set()
    last: defaultdict[str, int] = defaultdict(int)
    found = []
    for each in evidence.log:
        if _event_id(each) in seen:
            continue
        seen.add(_event_id(each))
        source, number = _header(each, "ce_source"), int(_header(each, "ce_sequence"))
        if number != last[source] + 1:
            found.append(f"{each.id}: {source} went from {last[source]} to {number}")
        last[source] = number
    return found


def unpublished(evidence: Evidence) -> list[str]:
    logged = {_event_id(each) for each in evidence.log}
    return [event_id for event_id in evidence.relayed if event_id not in logged]


def unheard(evidence: Evidence, consumer: str) -> list[str]:
    heard = {each["event_id"] for each in evidence.journals[consumer] if each["reader"] == consumer}
    return [f"{consumer} {each}" for each in evidence.relayed if each not in heard]


def _event_id(origin: Origin) -> str:
    return _header(origin, "ce_id")


def _header(origin: Origin, name: str) -> str:
    return dict(origin.headers)[name].decode()
