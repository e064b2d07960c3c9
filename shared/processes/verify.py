"""The process that verifies: looks at the invariants of a service that runs, and says what it saw.

It only reads. Exit code 0: all holds; 5: somebody must look; 4: MongoDB or Kafka is away.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from threading import Event

from shared.codec import strict_json
from shared.contracts.topics import audit_topic
from shared.kernel.errors import Unavailable
from shared.messaging.audit import anchors
from shared.messaging.broker import Log
from shared.messaging.kafka_reader import KafkaLog
from shared.processes.invariants import sealed, told
from shared.processes.invariants.finding import Finding
from shared.processes.invariants.heard import Heard, once
from shared.processes.invariants.scratch import on_disk
from shared.processes.service import Service
from shared.runtime import clock
from shared.runtime.settings import ServiceSettings
from shared.storage.mongo import MongoStore
from shared.storage.store import Store

HOLDS, LOOK, AWAY = 0, 5, 4
AS_JSON = "--json"


def run(service: Service, settings: ServiceSettings, options: Sequence[str] = ()) -> None:
    """Prints a table, or one JSON value, and leaves with the exit code."""
    store = MongoStore(settings.mongodb_uri)
    log = KafkaLog(settings.kafka_bootstrap_servers)
    try:
        findings = list(
            look(service, store, log, anchors.file_in(settings.audit_anchor_dir, service.name))
        )
    except Unavailable as away:
        sys.stderr.write(f"{service.name} cannot be verified: {away}; try again when it is back\n")
        sys.exit(AWAY)
    finally:
        store.close()
    sys.stdout.write((_json if AS_JSON in options else _table)(service.name, findings))
    sys.exit(LOOK if any(each.violations for each in findings) else HOLDS)


def look(
    service: Service, store: Store, log: Log, anchor_file: Path | None = None
) -> Iterator[Finding]:
    """One finding after the other. Raises Unavailable."""
    session, wait = store.session(), Event().wait
    with ExitStack() as stack:
        scratch = stack.enter_context(on_disk(sealed.TABLES + told.TABLES))
        yield sealed.look(session, service.name, _anchors(service.name, log, anchor_file), scratch)
        yield once(session)
        yield from told.Told(service.name, session, log, scratch).look()
        heard = Heard(service.name, session, log, wait)
        yield heard.handled()
        yield heard.alive(clock.utc_now())
    for words, invariant in service.invariants.items():
        checked, witnesses = invariant(store)
        finding = Finding(words, checked)
        finding.blame(witnesses)
        yield finding


def _anchors(service: str, log: Log, file: Path | None) -> sealed.Anchors:
    topic = audit_topic(service)
    found: sealed.Anchors = {f"the topic {topic}": lambda: _on_kafka(log, topic)}
    if file and file.exists():
        found = {**found, f"the file {file.name}": lambda: anchors.in_file(file)}
    return found


def _on_kafka(log: Log, topic: str) -> Iterator[anchors.Anchor | None]:
    return anchors.on_kafka(log.records(topic)) if log.spans(topic) else iter(())


def _json(service: str, findings: Sequence[Finding]) -> str:
    told = {"service": service, "invariants": [asdict(each) for each in findings]}
    return strict_json.dumps(told).decode() + "\n"


def _table(service: str, findings: Sequence[Finding]) -> str:
    width = max(len(each.invariant) for each in findings)
    lines = [f"{service:{width}}  {'checked':>9}  violations"]
    for each in findings:
        lines.append(f"{each.invariant:{width}}  {each.checked:>9}  {each.violations}")
        lines += [f"  ! {witness}" for witness in each.witnesses]
        lines += [f"  - {note}" for note in each.notes]
    return "\n".join(lines) + "\n"
