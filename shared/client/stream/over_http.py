"""The stream over HTTP: pages up to now, then server-sent events, taken up again where they broke.

The place is moved on only with an event in hand, so that nothing is left out or comes twice.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import httpx2

from shared.client.calls import Patience
from shared.client.connection import Connection, raise_for
from shared.client.stream.event import StreamEvent, event_of
from shared.codec import strict_json

ANALYTICS = "analytics"
PAGE = 1000
NDJSON, EVENTS = "application/x-ndjson", "text/event-stream"


@dataclass(frozen=True)
class OverHttp:
    """`wanted`: `instrument`, `indication`; nothing: all."""

    connection: Connection
    wanted: Mapping[str, str] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)

    def events(self, cursor: str) -> Iterator[StreamEvent]:
        """Up to what is there now; ends there."""
        more = True
        while more:
            answer = self.connection.send(
                ANALYTICS,
                "GET",
                "stream",
                params={"cursor": cursor, "limit": PAGE, **self.wanted},
                headers={"Accept": NDJSON},
            )
            raise_for(answer)
            cursor, more = answer.headers["Kap-Cursor"], answer.headers["Kap-More"] == "true"
            lines = answer.content.split(b"\n")
            yield from (event for line in lines if line and (event := _event(line)))

    def live(self, cursor: str) -> Iterator[StreamEvent]:
        """All after the cursor, then what comes; never ends. Raises ClientError."""
        fruitless = 0
        while True:
            began_at = cursor
            try:
                for reached, event in self._connected(cursor):
                    cursor = reached
                    if event:
                        yield event
            except httpx2.TransportError:
                pass  # the server went away in mid-stream: it is asked again from the cursor on
            fruitless = fruitless + 1 if cursor == began_at else 0
            self.patience.pause(fruitless, 0)

    def _connected(self, cursor: str) -> Iterator[tuple[str, StreamEvent | None]]:
        """(where one would go on, what came or None) of one connection."""
        with self.connection.opened(
            ANALYTICS,
            "stream",
            params=dict(self.wanted),
            headers={"Accept": EVENTS, **({"Last-Event-ID": cursor} if cursor else {})},
        ) as answer:
            for reached, data in server_sent(answer.iter_lines(), cursor):
                yield reached, _event(data.encode()) if data else None


def server_sent(lines: Iterable[str], last_id: str = "") -> Iterator[tuple[str, str]]:
    """(last id, data) of each block that is whole; what a break cut off is none."""
    data: list[str] = []
    new_id = last_id
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "id":
            new_id = value
        elif name == "data":
            data.append(value)
        elif not line:
            last_id = new_id
            yield last_id, "\n".join(data)
            data = []


def _event(text: bytes) -> StreamEvent | None:
    sent = strict_json.loads(text)
    return event_of(sent["type"], sent["data"], sent["cursor"])
