"""Makes the topics of the catalogue on Kafka, with settings that no broker default may change."""

import contextlib

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from shared.contracts.topics import DEIDENTIFIED, SERVICES, TOPICS, audit_topic, dead_letter_topic
from shared.kernel.errors import Unavailable
from shared.messaging.kafka import RECORD_MAX

_ONE_PARTITION = 1
_CONFIGS = {
    "compression.type": "uncompressed",  # a compressed batch may inflate without limit
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "message.timestamp.type": "LogAppendTime",
}


def create_topics(bootstrap_servers: str, replication: int = 1) -> None:
    """Creates what the catalogue names and is not there yet. Raises Unavailable."""
    try:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=15_000)
        with contextlib.closing(admin):
            _create_missing(admin, replication)
    except KafkaError as error:
        raise Unavailable("Kafka is away") from error


def _create_missing(admin: KafkaAdminClient, replication: int) -> None:
    present = set(admin.list_topics())
    for topic in [each for each in _wanted(replication) if each.name not in present]:
        with contextlib.suppress(TopicAlreadyExistsError):  # another process was first
            admin.create_topics([topic])


def _wanted(replication: int) -> list[NewTopic]:
    topics = [(topic.name, topic.partitions, RECORD_MAX) for topic in TOPICS]
    # A dead letter is a record of full size and where it came from.
    letters = [(dead_letter_topic(each), _ONE_PARTITION, 2 * RECORD_MAX) for each in SERVICES]
    heads = [(audit_topic(each), _ONE_PARTITION, RECORD_MAX) for each in SERVICES]
    return [
        NewTopic(name, partitions, replication, topic_configs=_configs(name, size))
        for name, partitions, size in (*topics, *letters, *heads)
    ]


def _configs(name: str, size: int) -> dict[str, str]:
    """What is de-identified bears the producer's time, which is always the same one."""
    timestamps = {"message.timestamp.type": "CreateTime"} if name in DEIDENTIFIED else {}
    return _CONFIGS | {"max.message.bytes": str(size)} | timestamps
