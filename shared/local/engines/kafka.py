"""One Kafka broker that is its own controller (KRaft), with its records kept between starts."""

import secrets
import socket
import struct
import subprocess
from pathlib import Path

from shared.local.engines.engine import Engine
from shared.local.engines.jars import KAFKA
from shared.local.engines.java import java
from shared.local.engines.ports import HOST, EnginePorts
from shared.local.engines.problem import Problem
from shared.local.engines.process import ChildProcess

JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms256m", "-Xmx512m", "-XX:-UsePerfData")
LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
)
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://{host}:{kafka},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{kafka}
inter.broker.listener.name=PLAINTEXT
log.dirs={records}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=8
# Bounds how long a killed broker waits, at its next start, for its former self to expire.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# A network left alone for months must not start again from the reset policy.
offsets.retention.minutes=525600
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# One desk, one disk: fewer threads and buffers than a server would want.
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
"""
# Metadata, version 1, of no topic: size, api key, api version, correlation id, client id, topics.
METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 1, 0, 0, 0)
METADATA_HEADER = struct.Struct(">iii")


class Kafka(Engine):
    instead = "KAFKA_BOOTSTRAP_SERVERS"

    def __init__(self, home: Path, ports: EnginePorts) -> None:
        self._ports = ports
        self.ports = {"Kafka": ports.kafka, "the Kafka controller": ports.controller}
        self._records = home / "data" / "kafka"
        self._properties = home / "data" / "kafka.properties"
        command = self._java(*JVM, *LOGGING, "kafka.Kafka", str(self._properties))
        self.process = ChildProcess("kafka", command, home)

    @property
    def bootstrap_servers(self) -> str:
        return f"{HOST}:{self._ports.kafka}"

    def prepare(self) -> None:
        KAFKA.provide()
        self._records.mkdir(parents=True, exist_ok=True)
        # Written at each start: the ports may have moved since the last one.
        self._properties.write_text(
            PROPERTIES.format(
                host=HOST,
                kafka=self._ports.kafka,
                controller=self._ports.controller,
                records=self._records,
            )
        )
        if not (self._records / "meta.properties").exists():
            self._format()

    def is_ready(self) -> bool:
        try:
            with socket.create_connection((HOST, self._ports.kafka), timeout=1) as connection:
                connection.sendall(METADATA_REQUEST)
                answer = connection.recv(METADATA_HEADER.size, socket.MSG_WAITALL)
        except OSError:
            return False
        # A broker that still waits for its controller lists no broker, itself included.
        return len(answer) == METADATA_HEADER.size and METADATA_HEADER.unpack(answer)[2] > 0

    def _format(self) -> None:
        # A leading hyphen, which such an id may have, would read as an option.
        cluster = "k" + secrets.token_urlsafe(16)[1:]
        options = ["--ignore-formatted", "-t", cluster, "-c", str(self._properties)]
        command = self._java(*JVM, *LOGGING, "kafka.tools.StorageTool", "format", *options)
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Problem(f"Kafka's data folder could not be prepared: {done.stderr[-2000:]}")

    def _java(self, *arguments: str) -> list[str]:
        return [java(KAFKA.otherwise), "-cp", KAFKA.class_path(), *arguments]
