"""What is on the topics: read from their beginning, as anybody in the network could."""

from typing import Any

from shared.codec import strict_json
from shared.contracts.topics import (
    SERVICES,
    STREAM,
    TOPIC_OF,
    TOPICS,
    audit_topic,
    dead_letter_topic,
)
from shared.messaging.kafka_reader import TopicReader
from shared.storage.steps import Origin


def told(network: dict[str, Any], what: type[Any], subject: str = "") -> list[dict[str, Any]]:
    """The data of every event of that type, in order; of one subject, if it is given."""
    return [
        strict_json.loads(each.value or b"")
        for each in _records(network, TOPIC_OF[what.type].name)
        if is_of(each, what, subject)
    ]


def first_told(network: dict[str, Any], what: type[Any], subject: str) -> dict[str, Any]:
    """The data of the first event of that type about the subject, as soon as it is there."""
    reader = TopicReader(network["kafka"]["bootstrap_servers"], TOPIC_OF[what.type].name)
    found = next(each for each in reader.records(live=True) if is_of(each, what, subject))
    data: dict[str, Any] = strict_json.loads(found.value or b"")
    return data


def is_of(record: Origin, what: type[Any], subject: str = "") -> bool:
    headers = dict(record.headers)
    is_asked = subject in ("", headers.get("ce_subject", b"").decode())
    return is_asked and headers.get("ce_type") == what.type.encode()


def everything(network: dict[str, Any]) -> bytes:
    """Every byte on every topic, dead letters included."""
    names = [*(each.name for each in TOPICS)]
    names += [name(each) for name in (dead_letter_topic, audit_topic) for each in SERVICES]
    return b"\n".join(_bytes(each) for name in names for each in _records(network, name))


def ids_about(network: dict[str, Any], subject: str) -> set[str]:
    """Of every event that services have told each other of it, and of all that these name."""
    found = set()
    for topic in (each.name for each in TOPICS if each is not STREAM):
        for record in _records(network, topic):
            headers = dict(record.headers)
            if headers.get("ce_subject", b"").decode() == subject:
                data = strict_json.loads(record.value or b"{}")
                named = {str(value) for name, value in data.items() if name.endswith("_id")}
                found |= named | {headers["ce_id"].decode()}
    return found


def _records(network: dict[str, Any], topic: str) -> list[Origin]:
    return list(TopicReader(network["kafka"]["bootstrap_servers"], topic).records())


def _bytes(record: Origin) -> bytes:
    headers = b" ".join(name.encode() + b"=" + value for name, value in record.headers)
    return b" ".join((record.key or b"", headers, record.value or b""))
