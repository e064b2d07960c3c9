"""Rebuilds a consumer's projections from offset 0, in memory, to compare them with the live ones.

Only what is heard from Kafka alone can be rebuilt from Kafka alone: the projections named here.
"""

from typing import Any

from services.outcomes.main import service as outcomes
from services.scheduling.main import SERVICE as SCHEDULING
from services.session_record.main import SERVICE as SESSION_RECORD
from shared.contracts.topics import PATIENT
from shared.messaging.consumer import step_of
from shared.processes.service import Service
from shared.storage.memory import MemoryStore
from shared.storage.mongo import MongoStore
from shared.storage.store import Store
from tests.chaos.checker import Evidence
from tests.kit.door import POLICY
from tests.kit.outcomes import KEYS
from tests.kit.toy import Clock, runner

PROJECTIONS: tuple[tuple[Service, str], ...] = (
    (SCHEDULING, "standings"),
    (SESSION_RECORD, "standings"),
    (outcomes(KEYS), "trajectories"),
)
BATCH = 200


def differences(network: dict[str, Any], evidence: Evidence) -> list[str]:
    """What differs between the live projections and those replayed from the topic."""
    found = []
    for service, projection in PROJECTIONS:
        live_store = MongoStore(network["mongodb"][service.name]["uri"])
        live = states(live_store, projection)
        live_store.close()
        again = states(_replayed(service, evidence), projection)
        found += [
            f"{service.name} {projection} {key}: {live.get(key)} is not {again.get(key)}"
            for key in sorted(live.keys() | again.keys())
            if live.get(key) != again.get(key)
        ]
    return found


def states(store: Store, collection: str) -> dict[str, Any]:
    return {each["_id"]: each["state"] for each in store.session().where(collection, {})}


def _replayed(service: Service, evidence: Evidence) -> MemoryStore:
    store = MemoryStore()
    routes = service.routes(POLICY)
    run = runner(store, Clock(), service.name)
    log = [each for each in evidence.log if each.topic == PATIENT.name]
    for start in range(0, len(log), BATCH):
        run.run([step_of(each, service.name, routes) for each in log[start : start + BATCH]])
    return store
