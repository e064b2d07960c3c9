"""The stream from its Kafka topic: sealed records, opened with the keys that outcomes gives out.

Order is per subject. No consumer group, nothing is committed: reading begins at the beginning.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from shared.client.connection import Connection
from shared.client.stream.event import StreamEvent, event_of
from shared.client.stream.kept import Kept, kept
from shared.codec import schema, strict_json
from shared.codec.sealing import SubjectKey
from shared.contracts.outcomes import StreamSealed, SubjectWithdrawn
from shared.kernel.errors import Malformed
from shared.kernel.sealing import Unreadable
from shared.messaging.kafka_reader import TopicReader
from shared.storage.steps import Origin

OUTCOMES = "outcomes"


@dataclass
class SubjectKeys:
    """Keys as they are asked for. A subject who has withdrawn has none."""

    connection: Connection
    _known: dict[str, SubjectKey | None] = field(default_factory=dict)

    def learn_all(self) -> None:
        """Every key there is, a page at a time: before a long back-fill."""
        after, more = "", True
        while more:
            page = self.connection.get(OUTCOMES, "stream/keys", after=after)
            self._known |= {each["kid"]: SubjectKey.of(each) for each in page["keys"]}
            after = page["next"]
            more = bool(after)

    def of(self, token: str) -> SubjectKey | None:
        if token not in self._known:
            found = self.connection.get(OUTCOMES, "stream/keys", kid=token)["keys"]
            self._known[token] = SubjectKey.of(found[0]) if found else None
        return self._known[token]

    def forget(self, token: str) -> None:
        self._known[token] = None


@dataclass
class TopicStream:
    """`unreadable`: how many records were left out so far, because they are none of the stream's or
    were changed; the first is warned of, with its place."""

    reader: TopicReader
    keys: SubjectKeys
    unreadable: int = 0

    def events(self) -> Iterator[StreamEvent]:
        """What is on the topic now; ends there."""
        return self._opened(live=False)

    def live(self) -> Iterator[StreamEvent]:
        """What is on the topic now, then whatever comes; never ends."""
        return self._opened(live=True)

    def latest(self) -> Kept:
        """The rows as they are now."""
        return kept(self.events())

    def _opened(self, *, live: bool) -> Iterator[StreamEvent]:
        self.keys.learn_all()
        for record in self.reader.records(live=live):
            try:
                event = self._event(record)
            except (Malformed, Unreadable) as error:
                self._leave_out(record, error)
            else:
                yield from [event] if event else []

    def _leave_out(self, record: Origin, error: Exception) -> None:
        self.unreadable += 1
        if self.unreadable == 1:
            warnings.warn(
                f"The record at {record.topic}, partition {record.partition}, offset"
                f" {record.offset} cannot be read ({error}) and is left out, as others like it"
                " will be (`unreadable` counts them): tell operations.",
                stacklevel=2,
            )

    def _event(self, record: Origin) -> StreamEvent | None:
        """None for what is sealed with a destroyed key, or newer than this client. Raises
        Malformed, Unreadable."""
        if not record.value:
            return None
        type_ = dict(record.headers).get("ce_type", b"").decode(errors="replace")
        data = strict_json.loads(record.value)
        if type_ == StreamSealed.type:
            sealed: StreamSealed = schema.load(StreamSealed, data, closed=False)
            key = self.keys.of(sealed.subject_token)
            if key is None:
                return None
            type_, payload = key.open(sealed.jwe)
            data = strict_json.loads(payload)
        event = event_of(type_, data)
        if event and type_ == SubjectWithdrawn.type:
            self.keys.forget(event.data.subject_token)
        return event
