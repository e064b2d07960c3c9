"""Records of the analysts' stream: the contract within, sealed under its subject's key."""

from shared.codec import schema, strict_json
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject, StreamSealed
from shared.kernel.sealing import RecordKey, Unreadable

Within = OutcomeResult | OutcomeSubject
_WITHIN: dict[str, type[Within]] = {each.type: each for each in (OutcomeResult, OutcomeSubject)}


PADDED_TO = 256
"""Bytes: what is sealed has a length too, which would tell something of what was said."""


def sealed(record: Within, key: RecordKey) -> StreamSealed:
    payload = strict_json.dumps(record)
    padded = payload.ljust(-(-len(payload) // PADDED_TO) * PADDED_TO)
    return StreamSealed(record.subject_token, key.seal(record.type, padded))


def opened(jwe: str, key: RecordKey) -> Within:
    """Unknown types and fields are refused. Raises Unreadable, Malformed."""
    type_, payload = key.open(jwe)
    if type_ not in _WITHIN:
        raise Unreadable(f"holds {type_}, which is newer than this program")
    record: Within = schema.load(_WITHIN[type_], strict_json.loads(payload), closed=True)
    return record
