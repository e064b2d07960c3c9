"""The embedded engines keep what they acknowledged, and a start that cannot succeed says why."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from pymongo import MongoClient

from shared.local.engines import EnginePorts, Engines, PortTaken
from shared.local.engines.process import ChildProcess, end_leftovers, recorded_process
from shared.local.issuer.clients import load_clients
from shared.local.issuer.refusal import Refused
from shared.local.issuer.tokens import Issuer
from shared.local.services import with_database

PARTITION = TopicPartition("local.test", 0)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    with Engines(home=tmp_path_factory.mktemp("engines")) as running:
        admin = KafkaAdminClient(bootstrap_servers=running.bootstrap_servers)
        admin.create_topics({PARTITION.topic: {"num_partitions": 1, "replication_factor": 1}})
        admin.close()
        yield running


def test_records_survive_a_killed_broker(engines: Engines) -> None:
    produce(engines, b"before the kill")

    engines.kafka.kill()
    engines.kafka.start()

    assert b"before the kill" in consume_all(engines)


def test_documents_survive_a_killed_mongod_and_transactions_work(engines: Engines) -> None:
    with MongoClient[dict[str, object]](engines.mongodb_uri) as client:
        with client.start_session() as session, session.start_transaction():
            client.local_test.kept.insert_one({"_id": "before the kill"}, session=session)

        engines.mongod.kill()
        engines.mongod.start()

        assert client.local_test.kept.find_one() == {"_id": "before the kill"}


def test_a_frozen_engine_is_not_ready_until_it_is_thawed(engines: Engines) -> None:
    for engine in (engines.kafka, engines.mongod):
        engine.freeze()
        was_ready_while_frozen = engine.is_ready()
        engine.thaw()
        engine.await_ready()

        assert not was_ready_while_frozen


def test_data_moves_along_when_the_ports_change(tmp_path: Path) -> None:
    with Engines(home=tmp_path) as first, MongoClient[dict[str, object]](first.mongodb_uri) as db:
        db.local_test.kept.insert_one({"_id": "from the first run"})

    with Engines(home=tmp_path) as second, MongoClient[dict[str, object]](second.mongodb_uri) as db:
        assert db.local_test.kept.find_one() == {"_id": "from the first run"}


def test_a_taken_port_is_named_with_its_remedy(tmp_path: Path, engines: Engines) -> None:
    taken = int(engines.bootstrap_servers.rpartition(":")[2])
    ports = EnginePorts(kafka=taken, controller=taken, mongod=taken)

    with pytest.raises(PortTaken, match=rf"Port {taken} for .* KAP_PORT="):
        Engines(home=tmp_path, ports=ports).start()

    assert not (tmp_path / "pids").exists()


def test_what_a_killed_starter_left_behind_is_ended(tmp_path: Path) -> None:
    child = ChildProcess("sleeper", ["sleep", "60"], tmp_path)
    child.start()
    pid_file = tmp_path / "pids" / "sleeper"
    leftover = recorded_process(pid_file)
    assert leftover is not None

    end_leftovers([pid_file])

    assert psutil.wait_procs([leftover], timeout=5)[1] == []
    assert not pid_file.exists()


def test_a_pid_that_was_given_to_a_stranger_is_left_alone(tmp_path: Path) -> None:
    pid_file = tmp_path / "stranger"
    pid_file.write_text(f"{psutil.Process().pid} 1.00")

    assert recorded_process(pid_file) is None


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("mongodb://a:1,b:2/?replicaSet=r", "mongodb://a:1,b:2/intake?replicaSet=r"),
        ("mongodb://u:p@a:1/", "mongodb://u:p@a:1/intake?authSource=admin"),
        ("mongodb://u:p@a:1/old", "mongodb://u:p@a:1/intake?authSource=old"),
    ],
)
def test_naming_a_database_keeps_where_credentials_are_looked_up(
    server: str, expected: str
) -> None:
    assert with_database(server, "intake") == expected


def test_a_token_carries_what_the_client_may_do(tmp_path: Path) -> None:
    issuer = Issuer("http://issuer.test", tmp_path)

    granted = issuer.grant(a_request(tmp_path, scope="events:read"))

    keys = KeySet.import_key_set(issuer.public_keys())
    claims = jwt.decode(str(granted["access_token"]), keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"]) == ("http://issuer.test", "kap")
    assert (claims["sub"], claims["clinic"], claims["site"]) == ("harbor-main", "harbor", "main")
    assert (claims["scope"], claims["exp"] - claims["iat"]) == ("events:read", 900)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "nobody", "client_secret": ""}, "invalid_client"),
        ({"scope": "ops:read"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_refused_token_names_the_error_of_the_standard(
    tmp_path: Path, change: dict[str, str], code: str
) -> None:
    issuer = Issuer("http://issuer.test", tmp_path)

    with pytest.raises(Refused) as refused:
        issuer.grant(a_request(tmp_path) | change)

    assert refused.value.code == code


def a_request(home: Path, scope: str = "") -> dict[str, str]:
    client = load_clients(home)["harbor-main"]
    credentials = {"client_id": client.client_id, "client_secret": client.client_secret}
    return {"grant_type": "client_credentials", "scope": scope} | credentials


def produce(engines: Engines, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=engines.bootstrap_servers, acks="all")
    producer.send(PARTITION.topic, value, partition=0).get(timeout=10)
    producer.close()


def consume_all(engines: Engines) -> list[bytes]:
    consumer = KafkaConsumer(
        bootstrap_servers=engines.bootstrap_servers, consumer_timeout_ms=10_000
    )
    consumer.assign([PARTITION])
    consumer.seek_to_beginning(PARTITION)
    end = consumer.end_offsets([PARTITION])[PARTITION]
    values = [next(consumer).value for _ in range(end)]
    consumer.close()
    return values
