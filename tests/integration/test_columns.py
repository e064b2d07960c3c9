"""The columns fed from a real Kafka: back-fill, live, a restart, topics made anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from services.outcomes.analytics.columns.archive.archive import Archive
from services.outcomes.analytics.columns.feed import Feed
from services.outcomes.analytics.columns.live import TOPICS, Columns
from services.outcomes.analytics.replay.replaying import Replays
from shared.codec import strict_json
from shared.codec.cloudevents import KafkaRecord
from shared.contracts.outcomes import PatientResult
from shared.contracts.topics import SERVICES, dead_letter_topic
from shared.contracts.topics import TOPICS as TOPICS_OF_ALL
from shared.local.engines import Engines
from shared.messaging.kafka import KafkaPublisher
from shared.messaging.kafka_reader import KafkaLog
from shared.messaging.kafka_topics import create_topics
from shared.messaging.tail.kafka_tail import TopicsTail
from shared.runtime.clock import utc_now
from shared.runtime.process import Drain, background
from tests.kit.analytics.columns import Keys, result
from tests.kit.eventually import eventually

KEYS = Keys("amber")


@pytest.fixture
def publisher(engines: Engines) -> Iterator[KafkaPublisher]:
    _made_anew(engines)
    publisher = KafkaPublisher(engines.bootstrap_servers, "test")
    yield publisher
    publisher.close()


@contextmanager
def feeding(engines: Engines, folder: Path) -> Iterator[Feed]:
    columns = Columns(Archive(folder), KEYS, utc_now)
    feed = Feed(columns, TopicsTail(engines.bootstrap_servers, TOPICS), Drain())
    thread = background("feed", feed.run)
    try:
        yield feed
    finally:
        feed.drain.ask()
        thread.join(30)
        assert not thread.is_alive()


def post(publisher: KafkaPublisher, *numbers: int) -> None:
    headers = (("ce_type", PatientResult.type.encode()), ("ce_clinic", b"riverside"))
    publisher.publish(
        [
            KafkaRecord(
                f"e{n}",
                "outcomes.patient",
                f"p{n % 7}".encode(),
                strict_json.dumps(asdict(result(assessment_id=f"a{n}"))),
                headers,
            )
            for n in numbers
        ]
    )


def seen(feed: Feed) -> int:
    return feed.columns.frames().results.height


def test_what_is_there_is_read_first_and_what_comes_is_read_then(
    engines: Engines, publisher: KafkaPublisher, tmp_path: Path
) -> None:
    post(publisher, *range(20))
    with feeding(engines, tmp_path) as feed:
        eventually(feed.ready.is_set)
        before = seen(feed)
        post(publisher, 20)
        eventually(lambda: seen(feed) == 21)

    assert before == 20


def test_a_restart_goes_on_from_the_archive(
    engines: Engines, publisher: KafkaPublisher, tmp_path: Path
) -> None:
    post(publisher, *range(5))
    with feeding(engines, tmp_path) as feed:
        eventually(feed.ready.is_set)
    post(publisher, 5)

    with feeding(engines, tmp_path) as again:
        eventually(again.ready.is_set)

        assert seen(again) == 6
        places = again.columns.archive.places("outcomes.patient")

    assert sum(places.values()) == 6, "each record is kept once"


def test_topics_made_anew_are_read_from_nothing(
    engines: Engines, publisher: KafkaPublisher, tmp_path: Path
) -> None:
    post(publisher, *range(5))
    with feeding(engines, tmp_path) as feed:
        eventually(feed.ready.is_set)
    _made_anew(engines)
    post(publisher, 7)

    with feeding(engines, tmp_path) as again:
        eventually(lambda: again.ready.is_set() and seen(again) == 1)

        assert again.columns.frames().results["assessment_id"].to_list() == ["a7"]


def test_kafka_away_keeps_what_is_known_and_goes_on_afterwards(
    engines: Engines, publisher: KafkaPublisher, tmp_path: Path
) -> None:
    post(publisher, 0)
    with feeding(engines, tmp_path) as feed:
        eventually(feed.ready.is_set)
        engines.kafka.kill()
        kept = seen(feed)
        engines.kafka.start()
        engines.kafka.await_ready()
        eventually(lambda: _posted(publisher, 1))
        eventually(lambda: seen(feed) == 2)

    assert kept == 1


def test_a_replay_equals_what_is_at_work_and_produces_nothing_on_any_topic(
    engines: Engines, publisher: KafkaPublisher, tmp_path: Path
) -> None:
    post(publisher, *range(20))
    tail = TopicsTail(engines.bootstrap_servers, TOPICS)
    with feeding(engines, tmp_path) as feed:
        eventually(feed.ready.is_set)
        before = _ends(engines)
        shadow = partial(Columns, feed.columns.archive, KEYS, utc_now, quiet=True)
        replays = Replays(feed.columns, tail, shadow, utc_now, feed.ready.is_set)

        replays.start("one", "equal")
        eventually(lambda: (found := replays.of("one")) is not None and found.state != "running")

    replay = replays.of("one")
    assert replay
    assert (replay.state, replay.is_equal, replay.swapped) == ("done", True, True)
    assert replay.read == {"outcomes.patient": 20}
    assert _ends(engines) == before


def _ends(engines: Engines) -> dict[str, dict[int, tuple[int, int]]]:
    log = KafkaLog(engines.bootstrap_servers)
    names = [*(each.name for each in TOPICS_OF_ALL), *map(dead_letter_topic, SERVICES)]
    return {name: log.spans(name) for name in names}


def _posted(publisher: KafkaPublisher, number: int) -> bool:
    post(publisher, number)
    return True


def _made_anew(engines: Engines) -> None:
    admin = KafkaAdminClient(bootstrap_servers=engines.bootstrap_servers)
    if there := set(admin.list_topics()) & set(TOPICS):
        admin.delete_topics(sorted(there))
        eventually(lambda: not set(admin.list_topics()) & set(TOPICS))
    admin.close()
    create_topics(engines.bootstrap_servers)
    admin = KafkaAdminClient(bootstrap_servers=engines.bootstrap_servers)
    eventually(lambda: set(TOPICS) <= set(admin.list_topics()))
    admin.close()
