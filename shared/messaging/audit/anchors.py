"""Anchors: heads of a chain written down where whoever can change the store cannot reach.

One on Kafka, as a record of the topic `<service>.audit`, and one as a line of a file.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from shared.codec import schema, strict_json
from shared.codec.cloudevents import KafkaRecord, from_kafka, to_kafka
from shared.contracts.envelope import Event
from shared.contracts.time import HeadAnchored
from shared.contracts.topics import audit_topic
from shared.kernel.errors import Malformed
from shared.kernel.identifiers import derive
from shared.storage.audit.chain import Head
from shared.storage.steps import Origin

Anchor = tuple[int, str]
"""(number, hash) of a block."""


def record(service: str, head: Head) -> KafkaRecord:
    """Of no clinic, and with no cause: as a heartbeat is."""
    source = f"/{service}/audit"
    event = Event(
        id=derive(source, f"{head.n} {head.hash}"),
        source=source,
        type=HeadAnchored.type,
        subject=str(head.n),
        time=head.at,
        clinic="",
        data=HeadAnchored(head.n, head.hash, head.at),
    )
    return to_kafka(event, audit_topic(service))


def on_kafka(records: Iterable[Origin]) -> Iterator[Anchor | None]:
    """None for a record that is no anchor: somebody else wrote here."""
    for each in records:
        try:
            _, data = from_kafka(each.value, each.headers)
            said = schema.load(HeadAnchored, data, closed=False)
            yield said.n, said.hash
        except Malformed:
            yield None


def file_in(folder: str, service: str) -> Path | None:
    """Where the service's heads are written down; None where no folder is named."""
    return Path(folder) / f"{service}.ndjson" if folder else None


def write_line(file: Path, head: Head) -> None:
    """Appends: a line is never changed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as lines:
        lines.write(strict_json.dumps({"n": head.n, "hash": head.hash, "at": head.at}) + b"\n")


def in_file(file: Path) -> Iterator[Anchor | None]:
    """None for a line that is no anchor, as after a power cut in the middle of one."""
    with file.open("rb") as lines:
        for line in lines:
            try:
                said = schema.load(HeadAnchored, strict_json.loads(line), closed=False)
                yield said.n, said.hash
            except Malformed:
                yield None
