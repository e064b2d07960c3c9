"""Fixtures with a lifetime: the engines of the session, and a store of either kind."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from shared.local.engines import Engines
from shared.storage.memory import MemoryStore
from shared.storage.mongo import MongoStore
from shared.storage.store import Store
from tests.kit.engines import fresh_database, session_engines
from tests.kit.toy import COLLECTIONS

settings.load_profile("ci")
"""The same examples on every machine. To hunt for others: `pytest --hypothesis-profile=default`."""


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    with session_engines() as engines:
        yield engines


@pytest.fixture
def mongo_store(engines: Engines) -> Iterator[MongoStore]:
    store = MongoStore(fresh_database(engines))
    store.prepare(COLLECTIONS)
    yield store
    store.close()


@pytest.fixture(params=["memory", "mongo"])
def store(request: pytest.FixtureRequest) -> Store:
    """Both adapters: what passes here may be relied on with either."""
    if request.param == "memory":
        return MemoryStore()
    found: Store = request.getfixturevalue("mongo_store")
    return found
