"""Consumption into read models, and the relay: how fast a real process drains what waits for it."""

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from shared.codec.cloudevents import KafkaRecord, to_kafka
from shared.contracts import intake
from shared.contracts.envelope import Event
from shared.contracts.topics import PATIENT
from shared.kernel.identifiers import derive
from shared.storage.journal import records_of
from tests.bench.measures import Run, Scale
from tests.bench.ours.bodies import answers
from tests.bench.raw import kafka, mongo
from tests.bench.raw.documents import batches_of, written
from tests.bench.stage import Stage, service, until

CLINIC = "riverside"
CONSUMER = "session-record-consumer-1"
RELAY = "intake-relay-1"


class Consumption:
    """One consumer process, frozen while records are published, then thawed and watched."""

    def __init__(self, stage: Stage, scale: Scale) -> None:
        self._stage, self._scale = stage, scale
        self._journal = stage.database("session-record")["journal"]
        self.patients: list[str] = []
        self.published = 0

    def warm_up(self) -> None:
        """Also waits until the consumer has its partitions."""
        self._publish(100)
        until(self._is_drained, self._scale.limit_s)

    def round(self) -> None:
        child = self._stage.network.processes[CONSUMER]
        child.freeze()
        self._publish(self._scale.consumed // 4)
        began, cpu_s = datetime.now(UTC), self._stage.cpu_s(CONSUMER)
        child.thaw()
        seconds = until(self._is_drained, self._scale.limit_s * 2)
        cpu_s = self._stage.cpu_s(CONSUMER) - cpu_s
        done = self._journal.count_documents({"recorded_at": {"$gte": began}})
        self._stage.found.add("consume", Run(done, seconds, cpu_s=cpu_s))
        self._raw(began)

    def raw_kafka(self) -> None:
        """Records as the journal of intake holds them, ready to send."""
        found = self._stage.database("intake")["journal"].find(
            {"unsent": True}, {"records": 1}, limit=self._scale.kafka_records
        )
        records = [record for document in found for record in records_of(document)]
        produced, consumed = self._stage.apart(
            kafka.produce_and_consume,
            self._stage.network.engines.bootstrap_servers,
            records[: self._scale.kafka_records],
            self._scale.limit_s,
        )
        self._stage.found.add("raw kafka produce", produced)
        self._stage.found.add("raw kafka consume", consumed)

    def _publish(self, count: int) -> None:
        patients = [str(uuid4()) for _ in range(count)]
        records = [record for patient in patients for record in history(patient)]
        kafka.publish(self._stage.network.engines.bootstrap_servers, records)
        self.patients += patients
        self.published += len(records)

    def _is_drained(self) -> bool:
        return self._journal.estimated_document_count() >= self.published

    def _raw(self, began: datetime) -> None:
        database = self._stage.database("session-record")
        groups = batches_of(database, began)
        self._stage.found.values["consumer batch"].extend(len(group) for group in groups)
        done = written(database, groups, "standings")
        uri = self._stage.raw_uri(service("session-record"))
        run = self._stage.apart(mongo.transactions, uri, done, 1, self._scale.limit_s)
        self._stage.found.add("raw consume", run)


def relay_round(stage: Stage, window_s: float) -> None:
    """A window of the relay at work on a backlog."""
    journal = stage.database("intake")["journal"]

    def unsent() -> int:
        return journal.count_documents({"unsent": True}, hint="unsent")

    child, before = stage.network.processes[RELAY], unsent()
    began_s, cpu_s = time.monotonic(), stage.cpu_s(RELAY)
    child.thaw()
    until(lambda: unsent() == 0, window_s, every_s=window_s / 3)
    child.freeze()
    seconds, cpu_s = time.monotonic() - began_s, stage.cpu_s(RELAY) - cpu_s
    if before > unsent():
        stage.found.add("relay", Run(before - unsent(), seconds, cpu_s=cpu_s))


def history(patient: str) -> list[KafkaRecord]:
    """What intake says of a patient up to clearance: four records, one of which few listen to."""
    now = datetime.now(UTC).replace(microsecond=0)
    later = now + timedelta(days=30)
    cleared = f"clearance-{patient[:13]}"
    policy = intake.PolicyUsed("network", "2026-11")
    told = (
        intake.PatientRegistered("ptsd"),
        intake.PatientScreened("phq-9", (*answers("phq-9")[:8], 0), 12.0, now),
        intake.PatientConsented("v1", "iv", later, analysts_stream=True),
        intake.PatientCleared(cleared, "ptsd", "iv-6", "iv", now, later, later, policy),
    )
    return [_told(patient, now, number, data) for number, data in enumerate(told, 1)]


def _told(patient: str, now: datetime, sequence: int, data: object) -> KafkaRecord:
    source = f"/clinics/{CLINIC}/intake/patients/{patient}"
    event_id, cause, kind = derive(source, str(sequence)), str(uuid4()), getattr(data, "type", "")
    event = Event(
        event_id, source, kind, patient, now, CLINIC, data, sequence, cause, cause,
        f"00-{uuid4().hex}-{uuid4().hex[:16]}-01",
    )  # fmt: skip
    return to_kafka(event, PATIENT.name)
