"""Heads are written down on Kafka and in a file, once each, by whoever holds the lease."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared.contracts.time import HeadAnchored
from shared.contracts.topics import audit_topic
from shared.kernel.errors import Unavailable
from shared.messaging.audit import anchors
from shared.messaging.audit.notary import Notary
from shared.messaging.memory import MemoryBroker
from shared.messaging.relay import Relay
from shared.storage.audit import chain
from shared.storage.memory import MemoryStore
from shared.storage.store import Store
from tests.kit.audit.trail import SERVICE, blocks, read
from tests.kit.toy import Clock

TOPIC = audit_topic(SERVICE)


def notary(
    store: Store, broker: MemoryBroker, file: Path | None = None, holder: str = "relay-1"
) -> Notary:
    return Notary(Relay(SERVICE, holder, store, broker, Clock()), file)


def on_kafka(broker: MemoryBroker) -> list[anchors.Anchor | None]:
    return list(anchors.on_kafka(broker.records(TOPIC)))


def test_the_head_goes_to_kafka_and_into_the_file_and_only_once(
    store: Store, tmp_path: Path
) -> None:
    broker, file = MemoryBroker(), tmp_path / "anchors.ndjson"
    own = notary(store, broker, file)
    read(store, 1)

    own.seal()
    first = [own.anchor(), own.anchor()]
    read(store, 2)
    own.seal()
    own.anchor()

    heads = [(each["_id"], each["hash"]) for each in blocks(store)]
    assert first == [1, 0]
    assert on_kafka(broker) == list(anchors.in_file(file)) == heads


def test_an_anchor_on_kafka_is_about_no_patient_and_no_clinic(store: Store) -> None:
    broker = MemoryBroker()
    own = notary(store, broker)
    read(store, 1)
    own.seal()
    own.anchor()

    [record] = broker.records(TOPIC)

    headers = dict(record.headers)
    assert headers["ce_type"] == HeadAnchored.type.encode()
    assert not {"ce_clinic", "ce_causationid"} & set(headers)
    assert b"patient" not in (record.value or b"") + b"".join(headers.values())


def test_before_the_first_block_there_is_nothing_to_anchor(store: Store) -> None:
    assert notary(store, MemoryBroker()).anchor() == 0


def test_who_does_not_hold_the_lease_neither_seals_nor_anchors(store: Store) -> None:
    broker = MemoryBroker()
    first, second = (notary(store, broker, holder=each) for each in ("relay-1", "relay-2"))
    read(store, 1)

    assert (first.seal(), second.seal(), second.anchor()) == (1, 0, 0)
    assert first.anchor() == 1


def test_sealing_gives_way_to_sending_after_a_few_pages(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "PAGE", 2)
    for number in range(40):
        read(store, number)

    assert notary(store, MemoryBroker()).seal() == 16


def test_while_kafka_is_away_nothing_is_written_down_and_then_the_newest_is(
    tmp_path: Path,
) -> None:
    class Away(MemoryBroker):
        away = True

        def publish(self, records: object) -> list[tuple[int, int]]:
            if self.away:
                raise Unavailable("Kafka is away")
            return super().publish(records)  # type: ignore[arg-type]

    store, broker, file = MemoryStore(), Away(), tmp_path / "anchors.ndjson"
    own = notary(store, broker, file)
    read(store, 1)
    own.seal()
    with pytest.raises(Unavailable):
        own.anchor()
    assert not file.exists()

    broker.away = False

    assert own.anchor() == 1
    assert len(on_kafka(broker)) == 1


def test_a_line_that_a_power_cut_tore_is_no_anchor(tmp_path: Path) -> None:
    file = tmp_path / "anchors.ndjson"
    head = chain.Head(7, "a" * 64, Clock().now + timedelta(hours=1))
    anchors.write_line(file, head)
    file.write_bytes(file.read_bytes() + b'{"n": 8, "ha')

    assert list(anchors.in_file(file)) == [(7, "a" * 64), None]


def test_who_comes_after_a_crash_anchors_what_was_sealed_before_it(
    store: Store, tmp_path: Path
) -> None:
    """Killed between sealing and anchoring, and between Kafka and the file."""
    broker, file = MemoryBroker(), tmp_path / "anchors.ndjson"
    read(store, 1)
    notary(store, broker).seal()
    notary(store, broker).anchor()

    assert notary(store, broker, file).anchor() == 1

    head = (1, blocks(store)[0]["hash"])
    assert on_kafka(broker) == [head, head]
    assert list(anchors.in_file(file)) == [head]
