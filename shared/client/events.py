"""CloudEvents as sites build them: typed data, an id, the site as source, gap-free numbers."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import datetime
from typing import Any

from shared.client.errors import BadEvent
from shared.codec import schema, strict_json
from shared.contracts.envelope import SPEC_VERSION
from shared.contracts.topics import POSTED
from shared.kernel.errors import Malformed, Reason
from shared.storage.steps import Verdict

CloudEvent = dict[str, Any]
SERVICE_OF = {kind.type: service for service, kinds in POSTED.items() for kind in kinds}
_CONTRACT_OF = {kind.type: kind for kinds in POSTED.values() for kind in kinds}


class Numbering:
    """The last number given to each service, from 1, without gaps.

    Per service, because each service looks for gaps in what came to its own door. Keep `last`
    between runs: a site that starts again at 1 hides its gaps.
    """

    def __init__(self, last: Mapping[str, int] | None = None) -> None:
        self.last = dict(last or {})

    def next(self, service: str) -> int:
        self.last[service] = self.last.get(service, 0) + 1
        return self.last[service]


def verdict_of(answer: Mapping[str, Any]) -> Verdict:
    blockers = tuple(
        Reason(each["code"], each["words"], each.get("source", ""))
        for each in answer.get("blockers", ())
    )
    known = {name: answer[name] for name in Verdict.__slots__ if name in answer}
    created = tuple(answer.get("created", ()))
    alternatives = tuple(answer.get("alternatives", ()))
    lists = {"blockers": blockers, "created": created, "alternatives": alternatives}
    return Verdict(**{**known, **lists})


def data_of(what: object, fields: Mapping[str, Any]) -> tuple[str, Any]:
    """(event type, JSON data) of a contract instance, or of a class or type name and its fields.

    Raises BadEvent for what the service would find invalid.
    """
    kind: Any = _contract(what)
    given = what if is_dataclass(what) and not isinstance(what, type) else fields
    content = strict_json.loads(strict_json.dumps(given))
    try:
        schema.load(kind, content, closed=True)
    except Malformed as fault:
        what_is_wrong = f"{kind.type}{fault.path}: {fault.reason.rstrip('.')}"
        raise BadEvent(f"{what_is_wrong}. Mend it; see GET /v1") from fault
    return kind.type, content


def cloud_event(what: tuple[str, Any], subject: str, time: datetime, event_id: str) -> CloudEvent:
    return {
        "specversion": SPEC_VERSION,
        "id": event_id,
        "type": what[0],
        "subject": subject,
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "data": what[1],
    }


def _contract(what: object) -> Any:
    name = what if isinstance(what, str) else getattr(what, "type", "")
    if name not in _CONTRACT_OF:
        raise BadEvent(f"{name or what!r} is no type that sites post: {', '.join(_CONTRACT_OF)}.")
    return _CONTRACT_OF[name]
