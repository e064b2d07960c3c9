"""The whole way: from the moment a POST is due to an analyst's consumer, and to the client's
iterator.

An open loop: what is slow does not slow down what comes after, so no wait is left out.
"""

import time
from concurrent.futures import Future
from threading import Thread
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from shared.client.outcomes import OutcomesStream
from shared.codec import strict_json
from shared.contracts.topics import STREAM
from shared.messaging.kafka import READING
from shared.web.ingest import STRUCTURED
from tests.bench.measures import Run, Scale
from tests.bench.ours.bodies import assessment, one_each
from tests.bench.ours.consume import Consumption
from tests.bench.ours.load import Client, Job, Posted, open_loop
from tests.bench.stage import Stage, until

SITE = "riverside-main"
PROCESSES = tuple(f"outcomes-{kind}-1" for kind in ("api", "consumer", "relay", "analytics"))
_GRACE_S = 10.0


class Stream:
    """One assessment of each of many patients whose consent to the stream has been heard."""

    def __init__(self, stage: Stage, scale: Scale) -> None:
        self._stage, self._scale = stage, scale
        self._database = stage.database("outcomes")

    def prepare(self, consumption: Consumption) -> None:
        """Outcomes hears of the patients that the consumption published."""
        journal = self._database["journal"]
        until(lambda: journal.estimated_document_count() >= consumption.published, 60)
        count = self._scale.stream_s * self._scale.stream_rate
        self._patients = consumption.patients[-count:]

    def measure(self) -> None:
        consumer = _at_the_end(self._stage.network.engines.bootstrap_servers)
        heard = _listening(self._stage.network.addresses)
        events = [assessment(self._stage.source(SITE), each) for each in self._patients]
        client = Client(self._stage.token(SITE), tuple(each.content for each in one_each(events)))
        job = Job(self._stage.url("outcomes"), STRUCTURED, (client,), self._scale.limit_s)
        posting = self._stage.worker.submit(open_loop, job, self._scale.stream_rate)
        seen = _seen(consumer, posting, len(self._patients))
        consumer.close(autocommit=False)
        until(lambda: len(heard) >= len(self._patients), _GRACE_S)
        self._note(posting.result(), seen, heard)

    def _note(self, posted: list[Posted], seen: dict[str, float], heard: dict[str, float]) -> None:
        tokens = self._tokens()
        answered = tuple(1000 * (each.answered_s - each.due_s) for each in posted)
        seconds = posted[-1].answered_s - posted[0].due_s
        accepted = sum(each.accepted for each in posted)
        self._stage.found.add("stream, acknowledged", Run(accepted, seconds, answered))
        for name, reached in (("readable", seen), ("live", heard)):
            arrived = tuple(
                1000 * (reached[token] - each.due_s)
                for patient, each in zip(self._patients, posted, strict=True)
                if (token := tokens.get(patient)) in reached
            )
            self._stage.found.add(f"stream, {name}", Run(len(arrived), seconds, arrived))

    def _tokens(self) -> dict[str, str]:
        """The token of each patient: only who may look into the store can say whose it is."""
        found = self._database["trajectories"].find(
            {"_id": {"$in": [f"riverside/{each}" for each in self._patients]}}, {"state": 1}
        )
        states = (each["state"] for each in found)
        return {each["patient_id"]: each["stream"]["token"] for each in states if each["stream"]}


def _at_the_end(bootstrap_servers: str) -> KafkaConsumer:
    settings = {**READING, "bootstrap_servers": bootstrap_servers}
    consumer = KafkaConsumer(**settings)
    places = [TopicPartition(STREAM.name, n) for n in range(STREAM.partitions)]
    consumer.assign(places)
    consumer.seek_to_end(*places)
    for place in places:
        consumer.position(place)
    return consumer


def _listening(network: dict[str, Any]) -> dict[str, float]:
    """When the first result of each subject token came out of the client's iterator, as it
    comes."""
    stream, heard = OutcomesStream.of(network), dict[str, float]()
    live = stream.live(stream.snapshot(progress=False).cursor)

    def listen() -> None:
        for event in live:
            heard.setdefault(event.data.subject_token, time.monotonic())

    Thread(target=listen, daemon=True).start()
    return heard


def _seen(consumer: KafkaConsumer, posting: Future[list[Posted]], count: int) -> dict[str, float]:
    """When the first record of each subject token was read; some time after the last POST none
    are waited for any more."""
    seen: dict[str, float] = {}
    deadline = float("inf")
    while len(seen) < count and time.monotonic() < deadline:
        if posting.done():
            deadline = min(deadline, time.monotonic() + _GRACE_S)
        polled = consumer.poll(timeout_ms=100)
        now_s = time.monotonic()
        for record in (each for records in polled.values() for each in records):
            seen.setdefault(strict_json.loads(record.value)["subject_token"], now_s)
        if posting.done() and posting.exception():
            break
    return seen
