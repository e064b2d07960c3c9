"""Bookings by pymongo alone: occupancy documents under a unique index, a transaction for each.

The key of a document is a resource and five minutes, so that the store itself refuses a second one.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from pymongo import MongoClient
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from tests.bench.measures import Run
from tests.bench.raw.documents import Document

_DURABLE = WriteConcern(w="majority", j=True, wtimeout=10_000)
CELL_MIN = 5


def bookings(uri: str, appointments: Sequence[Document], threads: int) -> Run:
    """Each appointment document with the cells that its claims take."""
    client: MongoClient[Document] = MongoClient(uri, tz_aware=True)
    database = client.get_default_database()
    database["occupancy"].create_index([("resource", 1), ("cell", 1)], unique=True)
    database.create_collection("booked")
    barrier = Barrier(threads + 1)
    with ThreadPoolExecutor(threads) as pool:
        shares = [appointments[number::threads] for number in range(threads)]
        working = [pool.submit(_book_all, client, share, barrier) for share in shares]
        barrier.wait()
        began_s, cpu_s = time.monotonic(), time.process_time()
        latencies = [each for done in working for each in done.result()]
        seconds, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    client.close()
    return Run(len(appointments), seconds, tuple(latencies), cpu_s)


def _book_all(
    client: MongoClient[Document], share: Sequence[Document], barrier: Barrier
) -> list[float]:
    database, latencies = client.get_default_database(), []
    concerns: Any = (ReadConcern("snapshot"), _DURABLE, ReadPreference.PRIMARY, 5000)
    barrier.wait()
    with client.start_session() as session:
        for each in share:
            began = time.perf_counter()
            with session.start_transaction(*concerns):
                database["occupancy"].insert_many(_cells(each), session=session)
                database["booked"].insert_one(each, session=session)
            latencies.append((time.perf_counter() - began) * 1000)
    return latencies


def _cells(appointment: Document) -> list[Document]:
    return [
        {"resource": claim["resource"], "cell": cell, "appointment": appointment["_id"]}
        for claim in appointment["claims"]
        for cell in range(claim["start"] // CELL_MIN, -(-claim["end"] // CELL_MIN))
    ]
