"""A clinic site's client: builds its events, posts them until they are answered, reads back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.client.calls import Calls
from shared.client.connection import Connection, connect, credentials, raise_for
from shared.client.errors import BadEvent
from shared.client.events import (
    SERVICE_OF,
    CloudEvent,
    Numbering,
    cloud_event,
    data_of,
    verdict_of,
)
from shared.codec import strict_json
from shared.runtime.clock import random_token, utc_now
from shared.storage.steps import Verdict

EVENTS_MAX = 500
BYTES_MAX = 1_500_000
_ONE, _MANY = "application/cloudevents+json", "application/cloudevents-batch+json"


class SiteClient:
    """`source` is /clinics/<clinic>/sites/<site>, the one that the credentials were issued to.

    With `numbering`, events are numbered when they are built: post every one of them.
    """

    def __init__(
        self,
        connection: Connection,
        source: str,
        numbering: Numbering | None = None,
        new_id: Callable[[], str] = random_token,
    ) -> None:
        self.connection, self.source, self.numbering = connection, source, numbering
        self._new_id = new_id

    @classmethod
    def of(
        cls,
        network: Mapping[str, Any],
        client_id: str,
        numbering: Numbering | None = None,
        calls: Calls | None = None,
    ) -> "SiteClient":
        """`network`: the content of network.json, or anything of its shape."""
        client = credentials(network, client_id)
        source = f"/clinics/{client['clinic']}/sites/{client['site']}"
        return cls(connect(network, client_id, calls), source, numbering)

    def event(
        self,
        what: object,
        subject: str,
        *,
        time: datetime | None = None,
        event_id: str = "",
        **data: Any,
    ) -> CloudEvent:
        """`what`: a contract of shared.contracts.site, filled in; or its class or type name, and
        its fields as `data`. Raises BadEvent."""
        kind, content = data_of(what, data)
        happened = time or utc_now()
        if happened.tzinfo is None:
            raise BadEvent("`time` needs its offset from UTC: pass an aware datetime.")
        event = cloud_event((kind, content), subject, happened, event_id or self._new_id())
        event["source"] = self.source
        if self.numbering:
            event["sequence"] = self.numbering.next(SERVICE_OF[kind])
        return event

    def post(self, event: CloudEvent) -> Verdict:
        """Tried again, with the same id, until the service answers or patience ends."""
        answer = self._sent(event["type"], _ONE, strict_json.dumps(event))
        return verdict_of(answer)

    def post_batch(self, events: Sequence[CloudEvent]) -> list[Verdict]:
        """A verdict per event, in the order given. Each service gets its own, in order."""
        verdicts: dict[int, Verdict] = {}
        for positions, body in _batches(events):
            answer = self._sent(events[positions[0]]["type"], _MANY, body)
            found = [verdict_of(each) for each in answer["verdicts"]]
            verdicts |= dict(zip(positions, found, strict=True))
        return [verdicts[position] for position in range(len(events))]

    def journey(self, event_id: str) -> dict[str, Any] | None:
        """Where an event of this clinic has been; None if no service has it."""
        services = dict.fromkeys(SERVICE_OF.values())
        asked = (self.find(name, f"events/{event_id}") for name in services)
        return next((found for found in asked if found), None)

    def gaps(self, service: str, below: int) -> list[list[int]]:
        """The ranges of numbers below `below` that never came to the service."""
        missing: list[list[int]] = self.get(service, "gaps", below=below)["missing"]
        return missing

    def get(self, service: str, path: str, **params: Any) -> Any:
        return self.connection.get(service, path, **params)

    def find(self, service: str, path: str, **params: Any) -> Any | None:
        return self.connection.find(service, path, **params)

    def items(self, service: str, path: str, **params: Any) -> Iterator[Any]:
        return self.connection.items(service, path, **params)

    def _sent(self, kind: str, content_type: str, body: bytes) -> dict[str, Any]:
        answer = self.connection.send(
            SERVICE_OF[kind], "POST", "events", content=body, headers={"Content-Type": content_type}
        )
        found = answer.json() if answer.headers["Content-Type"] == "application/json" else {}
        if "verdict" not in found and "verdicts" not in found:
            raise_for(answer)
        return dict(found)


def _batches(events: Sequence[CloudEvent]) -> Iterable[tuple[list[int], bytes]]:
    """(positions, body) of each POST: one service, in order, within the door's limits."""
    by_service: defaultdict[str, list[int]] = defaultdict(list)
    for position, event in enumerate(events):
        by_service[SERVICE_OF[event["type"]]].append(position)
    for positions in by_service.values():
        texts = [strict_json.dumps(events[position]) for position in positions]
        start = size = 0
        for place, text in enumerate(texts):
            if place > start and (place - start == EVENTS_MAX or size + len(text) > BYTES_MAX):
                yield positions[start:place], _listed(texts[start:place])
                start, size = place, 0
            size += len(text) + 1
        yield positions[start:], _listed(texts[start:])


def _listed(texts: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(texts) + b"]"
