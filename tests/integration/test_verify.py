"""`verify` on a real Kafka and MongoDB: what stands there is found, and what was changed too."""

from pathlib import Path

import pytest

from shared.contracts import site
from shared.local.engines import Engines
from shared.messaging.audit import anchors
from shared.messaging.audit.notary import Notary
from shared.messaging.kafka import KafkaPublisher
from shared.messaging.kafka_reader import KafkaLog
from shared.messaging.kafka_topics import create_topics
from shared.messaging.relay import Relay
from shared.processes import verify
from shared.processes.invariants import sealed, told
from shared.processes.invariants.finding import Finding
from shared.processes.service import Service
from shared.storage.mongo import MongoStore
from shared.storage.store import AUDIT
from tests.kit.audit.trail import SERVICE, read
from tests.kit.toy import COLLECTIONS, ROUTES, Clock, posted, runner

TOY = Service(SERVICE, lambda _: ROUTES, COLLECTIONS, lambda _store, _policy: None)
FILE = anchors.file_in


@pytest.fixture
def log(engines: Engines, mongo_store: MongoStore, tmp_path: Path) -> KafkaLog:
    """A service that decided, sent, was read from, sealed and anchored."""
    create_topics(engines.bootstrap_servers)
    publisher = KafkaPublisher(engines.bootstrap_servers, "verify-test")
    relay = Relay(SERVICE, "relay-1", mongo_store, publisher, Clock())
    runner(mongo_store).run([posted(site.ReferralReceived, f"verified-{n}") for n in range(5)])
    read(mongo_store, 1)
    relay.turn()
    notary = Notary(relay, FILE(str(tmp_path), SERVICE))
    notary.seal()
    notary.anchor()
    publisher.close()
    return KafkaLog(engines.bootstrap_servers)


def found(store: MongoStore, log: KafkaLog, folder: Path) -> dict[str, Finding]:
    """Only what is about this test's own database: the topics are shared with other tests."""
    findings: dict[str, Finding] = {}
    for each in verify.look(TOY, store, log, FILE(str(folder), SERVICE)):
        findings[each.invariant] = each
        if each.invariant == told.ORDERED:
            break
    return findings


def test_what_nobody_touched_holds_with_its_anchors_and_what_was_changed_is_named(
    mongo_store: MongoStore, log: KafkaLog, tmp_path: Path
) -> None:
    before = found(mongo_store, log, tmp_path)
    [row] = mongo_store.session().where(AUDIT, {})
    mongo_store.session().patch(AUDIT, {row["_id"]: {"who": "somebody else"}})
    after = found(mongo_store, log, tmp_path)

    chain, placed = before[sealed.INVARIANT], before[told.PLACED]
    assert (chain.checked, chain.witnesses) == (6, [])
    assert (placed.checked, placed.witnesses) == (5, [])
    assert chain.notes == [
        f"1 anchors in the file {SERVICE}.ndjson, the last of block 1 of 1",
        f"1 anchors in the topic {SERVICE}.audit, the last of block 1 of 1",
    ]
    assert after[sealed.INVARIANT].witnesses == [f"{row['_id']} of block 1 was changed"]
