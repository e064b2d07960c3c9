"""The analysts' client: the de-identified stream as tables, as events, and live.

Nothing here can name a patient or a date: the stream does not carry them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.client.calls import Calls, Patience
from shared.client.charts import Charts
from shared.client.connection import Connection, connect, running
from shared.client.stream.event import StreamEvent
from shared.client.stream.exports import Export, Format, What, download, library
from shared.client.stream.kept import Kept, Row
from shared.client.stream.on_kafka import SubjectKeys, TopicStream
from shared.client.stream.over_http import OverHttp
from shared.codec import strict_json
from shared.contracts.topics import STREAM
from shared.messaging.kafka_reader import TopicReader

__all__ = ["Kept", "OutcomesStream", "StreamEvent", "network_report", "running"]
_PATIENCE = Patience(attempts=120)
"""Some minutes: a server that is started anew reads its columns back first."""


class OutcomesStream:
    """What analysts may read, over HTTP. `connection`: of a client with the scope stream:read."""

    def __init__(self, connection: Connection, patience: Patience = _PATIENCE) -> None:
        self._connection, self._patience = connection, patience

    @classmethod
    def of(
        cls,
        network: Mapping[str, Any] | None = None,
        client_id: str = "analyst",
        calls: Calls | None = None,
    ) -> "OutcomesStream":
        """`network`: the content of network.json; None: of the one that runs here."""
        calls = calls or Calls(patience=_PATIENCE)
        return cls(connect(network or running(), client_id, calls), calls.patience)

    @staticmethod
    def on_kafka(
        network: Mapping[str, Any] | None = None,
        client_id: str = "analyst",
        calls: Calls | None = None,
    ) -> TopicStream:
        """The same from the Kafka topic; only the subjects' keys come over HTTP."""
        network = network or running()
        reader = TopicReader(network["kafka"]["bootstrap_servers"], STREAM.name)
        return TopicStream(reader, SubjectKeys(connect(network, client_id, calls)))

    @property
    def charts(self) -> Charts:
        """Pictures, drawn by the server: `.charts.survival(by="integration").save("x.svg")`."""
        return Charts(self._connection)

    def results(self, *, progress: bool | None = None) -> list[Row]:
        """One row per assessment that counts, as they are now."""
        return _rows(self.export("results", "ndjson", progress=progress))

    def subjects(self, *, progress: bool | None = None) -> list[Row]:
        """One row per person, answered anything or not."""
        return _rows(self.export("subjects", "ndjson", progress=progress))

    def to_polars(self, what: What = "results", *, progress: bool | None = None) -> Any:
        """A `polars.DataFrame` of them."""
        polars = library("polars", "results() and subjects(), which are lists of dicts")
        return polars.read_parquet(self.export(what, "parquet", progress=progress).content)

    def to_pandas(self, what: What = "results", *, progress: bool | None = None) -> Any:
        """A `pandas.DataFrame` of them, its columns of Arrow: what is missing stays missing."""
        pandas = library("pandas", "results() and subjects(), which are lists of dicts")
        ipc = library("pyarrow.ipc", "to_polars()")
        exported = self.export(what, "arrow", progress=progress).content
        return ipc.open_stream(exported).read_all().to_pandas(types_mapper=pandas.ArrowDtype)

    def export(self, what: What, form: Format, *, progress: bool | None = None) -> Export:
        """A file of all rows, to be kept or read by any tool, and the cursor behind them."""
        return download(self._connection, what, form, progress=progress)

    def snapshot(self, *, progress: bool | None = None) -> Kept:
        """The rows as they are now, to be kept up to date: `for event in
        stream.live(kept.cursor): kept.take(event)` leaves nothing out."""
        results = self.export("results", "ndjson", progress=progress)
        subjects = self.export("subjects", "ndjson", progress=progress)
        return Kept.of(_rows(results), _rows(subjects), results.cursor)

    def events(self, cursor: str = "", **wanted: str) -> Iterator[StreamEvent]:
        """What is on the stream after the cursor; ends with the last there is now.

        `wanted`: `instrument=`, `indication=`.
        """
        return self._over_http(wanted).events(cursor)

    def live(self, cursor: str = "", **wanted: str) -> Iterator[StreamEvent]:
        """The same, then whatever comes: connects again by itself, repeats and skips nothing.

        Raises CursorExpired, and NotAnswering if the server stays away for minutes.
        """
        return self._over_http(wanted).live(cursor)

    def _over_http(self, wanted: Mapping[str, str]) -> OverHttp:
        return OverHttp(self._connection, wanted, self._patience)


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


def _rows(export: Export) -> list[Row]:
    return [strict_json.loads(line) for line in export.content.split(b"\n") if line]
