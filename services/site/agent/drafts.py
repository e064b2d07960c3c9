"""Events before they are spooled: read from JSON or NDJSON, and held against their contracts.

What the network would find invalid is refused here, with the place, while somebody is there.
"""

from collections.abc import Mapping
from typing import Any

from shared.client.errors import BadEvent
from shared.client.events import CloudEvent, data_of
from shared.codec import strict_json
from shared.codec.cloudevents import from_structured
from shared.contracts.envelope import SPEC_VERSION
from shared.kernel.errors import Malformed

_LEFT_TO_THE_SPOOL = frozenset({"sequence"})


def read(text: bytes) -> list[Any]:
    """The JSON values in the text: one, a list of them, or one per line. Raises BadEvent."""
    text = text.removeprefix(b"\xef\xbb\xbf")
    try:
        value = strict_json.loads(text)
    except Malformed as whole:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise BadEvent(
                f"This is no event: {whole.reason}. Mend it and run it again."
            ) from whole
        return [_line(number, line) for number, line in enumerate(lines, 1)]
    return value if isinstance(value, list) else [value]


def checked(draft: Any, source: str, new_id: str, now: str) -> CloudEvent:
    """The event as the spool keeps it. What is left out of the draft is filled in: `id`, `time`,
    `source`, `specversion`. Raises BadEvent."""
    if not isinstance(draft, Mapping):
        raise BadEvent("An event is a JSON object with at least type, subject and data.")
    given = {name: value for name, value in draft.items() if name not in _LEFT_TO_THE_SPOOL}
    filled = {"specversion": SPEC_VERSION, "id": new_id, "source": source, "time": now}
    event = {**filled, "datacontenttype": "application/json", **given}
    if event["source"] != source:
        raise BadEvent(
            f"{event['id']} is of {event['source']}, and this site is {source}: leave `source` out,"
            " or post it from the site that it is of."
        )
    try:
        envelope = from_structured(event, "")
    except Malformed as fault:
        raise BadEvent(f"{event['id']}{fault.path}: {fault.reason}. Mend it.") from fault
    _, event["data"] = data_of(envelope.type, _fields(event))
    return event


def _fields(event: Mapping[str, Any]) -> Mapping[str, Any]:
    data = event.get("data")
    if not isinstance(data, Mapping):
        raise BadEvent(f"{event['id']}/data: an event's data is a JSON object.")
    return data


def _line(number: int, line: bytes) -> Any:
    try:
        return strict_json.loads(line)
    except Malformed as fault:
        raise BadEvent(
            f"Line {number} is no event: {fault.reason}. Nothing was spooled."
        ) from fault
