"""The analysts' client: the de-identified stream on Kafka, and the network's outcomes over HTTP.

Nothing here can name a patient, a clinic of the stream or a date: the stream does not carry them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from shared.client.calls import Calls
from shared.client.connection import connect
from shared.codec import schema, strict_json
from shared.contracts.outcomes import OutcomeResult, SubjectWithdrawn
from shared.contracts.topics import STREAM
from shared.messaging.kafka_reader import TopicReader
from shared.storage.steps import Origin

StreamEvent = OutcomeResult | SubjectWithdrawn
Row = dict[str, Any]
_CONTRACTS: dict[str, Any] = {kind.type: kind for kind in STREAM.types}


class OutcomesStream:
    """Topic `outcomes.stream` from its beginning; no consumer group, nothing is committed."""

    def __init__(
        self, bootstrap_servers: str, reader: Callable[..., TopicReader] = TopicReader
    ) -> None:
        self._reader = partial(reader, bootstrap_servers, STREAM.name)

    @classmethod
    def of(cls, network: Mapping[str, Any]) -> "OutcomesStream":
        """`network`: the content of network.json."""
        return cls(network["kafka"]["bootstrap_servers"])

    def __iter__(self) -> Iterator[StreamEvent]:
        """What is on the stream now; ends there."""
        return _events(self._reader().records())

    def live(self) -> Iterator[StreamEvent]:
        """What is on the stream now, then whatever comes; never ends."""
        return _events(self._reader().records(live=True))

    def latest(self) -> list[Row]:
        """One row per result: its last revision, without those retracted or who withdrew."""
        return latest(self)


def latest(events: Iterable[StreamEvent]) -> list[Row]:
    """The current rows, ready for pandas or polars, by subject and study day."""
    results: dict[str, OutcomeResult] = {}
    withdrawn: set[str] = set()
    for event in events:
        if isinstance(event, SubjectWithdrawn):
            withdrawn.add(event.subject_token)
        elif (known := results.get(event.result_id)) is None or event.revision > known.revision:
            results[event.result_id] = event
    kept = [
        each
        for each in results.values()
        if each.subject_token not in withdrawn and not each.retracted
    ]
    return [asdict(each) for each in sorted(kept, key=_on_the_dose_axis)]


def network_report(
    network: Mapping[str, Any],
    client_id: str = "analyst",
    by: str = "clinic",
    calls: Calls | None = None,
    **query: str,
) -> list[Row]:
    """Rates with their denominators and those lost, mean changes and effect sizes, per group.

    `by`: of clinic, indication, route, period; `query`: `instrument`, `as_of`. `suppressed` where a
    count is too small for this client. Raises NotAllowed where it may not ask so.
    """
    asked = {"by": by, **query}
    report = connect(network, client_id, calls).get("analytics", "reports/outcomes", **asked)
    rows: list[Row] = report["items"]
    return rows


def _events(records: Iterator[Origin]) -> Iterator[StreamEvent]:
    return (event for record in records if (event := _event(record)))


def _event(record: Origin) -> StreamEvent | None:
    """None for a type that is newer than this client."""
    kind = _CONTRACTS.get(dict(record.headers).get("ce_type", b"").decode())
    if kind is None or not record.value:
        return None
    event: StreamEvent = schema.load(kind, strict_json.loads(record.value), closed=False)
    return event


def _on_the_dose_axis(result: OutcomeResult) -> tuple[str, bool, int, str, str]:
    day = result.study_day
    return (result.subject_token, day is None, day or 0, result.instrument, result.result_id)
