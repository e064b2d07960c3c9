"""The life of bookings on a real MongoDB beside the memory store: the same to the end."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from pymongo import MongoClient

from services.scheduling.application.documents import COLLECTIONS
from shared.local.engines import Engines
from shared.storage.memory import MemoryStore
from shared.storage.mongo import MongoStore
from shared.storage.store import Document, Store
from tests.kit.calendar.machine import Bookings
from tests.kit.engines import fresh_database

FEW = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Twins:
    """A memory store and the same MongoDB each time, both empty."""

    def __init__(self, uri: str) -> None:
        self._mongo = MongoStore(uri)
        self._mongo.prepare(COLLECTIONS)
        self._client: MongoClient[Document] = MongoClient(uri)

    def __call__(self) -> tuple[Store, Store]:
        database = self._client.get_default_database()
        for name in database.list_collection_names():
            database[name].delete_many({})
        return MemoryStore(), self._mongo

    def close(self) -> None:
        self._client.close()
        self._mongo.close()


@pytest.fixture
def twins(engines: Engines) -> Iterator[Twins]:
    twins = Twins(fresh_database(engines))
    yield twins
    twins.close()


def test_mongodb_and_memory_keep_the_same_calendar_through_its_life(twins: Twins) -> None:
    class OnBoth(Bookings):
        def __init__(self) -> None:
            super().__init__(twins)

    Bookings.seen.clear()

    run_state_machine_as_test(OnBoth, settings=FEW)

    assert sum(verdict == "accepted" for _, verdict in Bookings.seen) > 10
