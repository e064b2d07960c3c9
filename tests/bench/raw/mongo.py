"""Transactions by pymongo alone: the same documents, batches, indexes, concerns and threads.

It is given every advantage that keeps durability: one session per thread, no reads, no decisions.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from pymongo import MongoClient, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from tests.bench.measures import Run
from tests.bench.raw.documents import Batch, Document, Written

_DURABLE = WriteConcern(w="majority", j=True, wtimeout=10_000)


def transactions(uri: str, done: Written, threads: int, limit_s: float) -> Run:
    """How fast `threads` threads write the batches; `uri` names a database with its indexes."""
    client: MongoClient[Document] = MongoClient(uri, tz_aware=True)
    database = client.get_default_database()
    for name, documents in done.before.items():
        database[name].insert_many(documents)
    shares = _shared_out(done.batches, threads)
    barrier = Barrier(len(shares) + 1)
    with ThreadPoolExecutor(len(shares)) as pool:
        working = [
            pool.submit(_write_all, client, database, share, barrier, limit_s) for share in shares
        ]
        barrier.wait()
        began_s, cpu_s = time.monotonic(), time.process_time()
        finished = [each.result() for each in working]
        seconds, cpu_s = time.monotonic() - began_s, time.process_time() - cpu_s
    client.close()
    latencies = tuple(each for _, own in finished for each in own)
    return Run(sum(events for events, _ in finished), seconds, latencies, cpu_s)


def _shared_out(batches: Sequence[Batch], threads: int) -> list[list[Batch]]:
    """A patient's events stay in one thread, in order, as one client posted them."""
    shares: list[list[Batch]] = [[] for _ in range(threads)]
    owner: dict[str, int] = {}
    for batch in batches:
        subject = batch.inserts["journal"][0]["subject"]
        shares[owner.setdefault(subject, len(owner) % threads)].append(batch)
    return [share for share in shares if share]


def _write_all(
    client: MongoClient[Document],
    database: Database[Document],
    batches: Sequence[Batch],
    barrier: Barrier,
    limit_s: float,
) -> tuple[int, list[float]]:
    events, latencies = 0, []
    with client.start_session() as session:
        barrier.wait()
        deadline = time.monotonic() + limit_s
        for batch in batches:
            began = time.perf_counter()
            _write(database, session, batch)
            latencies.append((time.perf_counter() - began) * 1000)
            events += batch.events
            if time.monotonic() > deadline:
                break
    return events, latencies


def _write(database: Database[Document], session: ClientSession, batch: Batch) -> None:
    concerns: Any = (ReadConcern("snapshot"), _DURABLE, ReadPreference.PRIMARY, 5000)
    with session.start_transaction(*concerns):
        for name, documents in batch.inserts.items():
            if len(documents) == 1:
                database[name].insert_one(documents[0], session=session)
            else:
                database[name].insert_many(documents, session=session)
        for name, documents in batch.replaces.items():
            _replace(database, session, name, documents)


def _replace(
    database: Database[Document], session: ClientSession, name: str, documents: list[Document]
) -> None:
    filters = [{"_id": each["_id"], "version": each["version"] - 1} for each in documents]
    if len(documents) == 1:
        matched = database[name].replace_one(filters[0], documents[0], session=session)
        assert matched.matched_count == 1
    else:
        changes = [ReplaceOne(*each) for each in zip(filters, documents, strict=True)]
        assert database[name].bulk_write(changes, session=session).matched_count == len(documents)
