"""The journal: one document per step, which is inbox, outbox and audit row at once.

It is inserted in the same transaction as the state it explains, and carries the Kafka records
that the step caused, ready to send.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from shared.codec import strict_json
from shared.codec.cloudevents import Headers, KafkaRecord
from shared.kernel.errors import Malformed, NotYet, Reason, Rejected
from shared.storage import store
from shared.storage.steps import Step, Verdict
from shared.storage.store import Document
from shared.storage.unit_of_work import Staged

JOURNAL = store.JOURNAL
Refusal = Rejected | NotYet | Malformed


def entry(step: Step, verdict: Verdict, recorded_at: datetime, order: int) -> Document:
    """The journal document of a step, without records."""
    envelope = step.envelope
    assert envelope, "only a step with an envelope reaches the journal"
    return {
        "_id": step.id,
        "version": 1,
        "reader": step.reader,
        "event_id": envelope.id,
        "source": envelope.source,
        "type": envelope.type,
        "subject": envelope.subject,
        "clinic": envelope.clinic,
        "sequence": envelope.sequence,
        "time": envelope.time,
        "recorded_at": recorded_at,
        "sha256": step.sha256,
        "order": order,
        "unsealed": True,
        **verdict_fields(verdict),
        **({"origin": step.origin.id} if step.origin else {}),
        **(_kept(step) if verdict.verdict == "deferred" else {}),
    }


def _kept(step: Step) -> Document:
    """What a step is taken up again from: the posted event, or the record and its headers."""
    headers = {"headers": packed(step.origin.headers)} if step.origin else {}
    return {"content": step.content, **headers}


def with_records(document: Document, staged: Staged) -> Document:
    """The same document as an outbox: unsent until the relay has every acknowledgement.

    `keys`: whose records they are, so that what is urgent finds all that must go before it.
    """
    if not staged.records:
        return document | {"order": staged.order}
    records = [record_fields(record) for record in staged.records]
    keys = list(dict.fromkeys(record.key.decode() for record in staged.records if record.key))
    outbox = {"order": staged.order, "records": records, "unsent": True, "keys": keys}
    return document | outbox | ({"urgent": True} if staged.urgent else {})


def records_of(document: Document) -> list[KafkaRecord]:
    return [
        KafkaRecord(event_id, topic, key, value, unpacked(headers))
        for event_id, topic, key, value, headers in document.get("records", ())
    ]


def record_fields(record: KafkaRecord) -> list[Any]:
    """A record as a short array: it is written and read for every event."""
    return [record.event_id, record.topic, record.key, record.value, packed(record.headers)]


def packed(headers: Headers) -> str:
    """Headers as one string; latin-1 gives every byte a letter, so that poison fits too."""
    return strict_json.dumps([(name, value.decode("latin-1")) for name, value in headers]).decode()


def unpacked(text: str) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, value.encode("latin-1")) for name, value in orjson.loads(text))


def refused(step: Step, refusal: Refusal) -> Verdict:
    """The verdict that a refusal becomes."""
    envelope = step.envelope
    id_, source = (envelope.id, envelope.source) if envelope else ("", "")
    match refusal:
        case Rejected():
            return Verdict(
                "rejected",
                id_,
                source,
                code=refusal.code,
                reason=refusal.reason,
                blockers=refusal.blockers,
                alternatives=refusal.alternatives,
            )
        case NotYet():
            return Verdict(
                "deferred",
                id_,
                source,
                code="not-yet",
                reason=f"waits for something not heard of yet, in {refusal.collection}",
            )
    return Verdict(
        "invalid", id_, source, code="malformed", reason=refusal.reason, path=refusal.path
    )


def repeated(step: Step, document: Document) -> Verdict:
    """The answer to an event that is in the journal already."""
    envelope = step.envelope
    assert envelope, "only a step with an envelope is looked up"
    if document["sha256"] != step.sha256:
        return Verdict(
            "conflict",
            envelope.id,
            envelope.source,
            code="id-reused",
            reason="this id came before with other content; nothing was changed",
        )
    return Verdict(
        "duplicate",
        envelope.id,
        envelope.source,
        receipt=document["receipt"],
        code=document["code"],
        reason=document["reason"],
        blockers=tuple(Reason(**each) for each in document["blockers"]),
        created=tuple(document["created"]),
        first=document["verdict"],
        alternatives=tuple(document.get("alternatives", ())),
    )


def verdict_fields(verdict: Verdict) -> Document:
    return {
        "verdict": verdict.verdict,
        "receipt": verdict.receipt,
        "code": verdict.code,
        "reason": verdict.reason,
        "blockers": [asdict(each) for each in verdict.blockers],
        "created": list(verdict.created),
        "alternatives": list(verdict.alternatives),
    }
