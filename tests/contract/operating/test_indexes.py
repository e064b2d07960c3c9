"""What is asked every few seconds is asked along an index, however much the store holds."""

import pytest
from pymongo import MongoClient

from shared.contracts.topics import SERVICES
from shared.local.engines import Engines
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.processes.gauges import Gauges
from shared.processes.service import Service
from shared.storage.mongo import MongoStore
from shared.storage.operations import processes
from shared.storage.operations.overview import overview
from shared.storage.operations.sightings import Sightings
from shared.storage.store import JOURNAL, LANES, LETTERS, Document
from tests.contract.catalogue import POLICY, service_named
from tests.kit.engines import fresh_database
from tests.kit.toy import NOW, Clock

SITE = "/clinics/riverside/sites/main"
HELD, EXAMINED_MAX = 1000, 20
"""Documents of each collection, none of which is asked for; and what may be looked at."""


def fill(store: MongoStore, service: Service) -> None:
    session = store.session()
    for collection in service.collections:
        others = [
            {"_id": f"riverside/{n}", "version": 1, "clinic": "riverside", "state": {}}
            for n in range(HELD)
        ]
        session.insert(collection.name, others)
    sent = {"version": 1, "reader": "site", "source": "/clinics/riverside/sites/other"}
    steps = [
        {"_id": f"{n}||", "order": n, "sequence": n, "verdict": "accepted"} for n in range(HELD)
    ]
    session.insert(JOURNAL, [sent | each for each in steps])
    session.insert(LANES, [{"_id": f"p-{n}", "version": 2, "parked": False} for n in range(HELD)])
    session.insert(LETTERS, [{"_id": f"l-{n}", "status": "accepted"} for n in range(HELD)])


def asked_of(store: MongoStore, service: Service) -> None:
    clock = Clock()
    Sightings(store.session, clock).note(SITE, "riverside", 5)
    processes.say(store.session(), "consumer", "c-1", {}, NOW)
    relay = Relay(service.name, "relay-1", store, MemoryBroker(), clock)
    relay.turn()
    Gauges(service, POLICY, relay, store, clock).look()
    overview(store.session(), service.name, NOW)


@pytest.mark.parametrize("name", SERVICES)
def test_no_collection_that_grows_is_read_through(engines: Engines, name: str) -> None:
    service, uri = service_named(name), fresh_database(engines)
    store, client = MongoStore(uri), MongoClient[Document](uri)
    store.prepare(service.collections)
    fill(store, service)
    database = client.get_default_database()
    database.command("profile", 2)

    asked_of(store, service)

    database.command("profile", 0)
    reads = list(database["system.profile"].find({"op": {"$in": ["query", "command"]}}))
    store.close()
    client.close()
    much = {
        each["ns"].partition(".")[2]: each["command"]
        for each in reads
        if max(each.get("docsExamined", 0), each.get("keysExamined", 0)) > EXAMINED_MAX
    }
    assert len(reads) > 10, "what was asked was seen"
    assert much == {}
