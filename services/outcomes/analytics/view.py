"""What the parts of the read side may ask of its columns: frames for reports, the stream's log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import polars as pl

from services.outcomes.analytics.columns.frames import Frames

Places = Mapping[int, int]
"""Per partition of `outcomes.stream`, the offset that comes next. Missing: from its beginning."""


@dataclass(frozen=True)
class StreamFrames:
    """The stream as it stands: `subjects` and `results` with the columns of `OutcomeSubject` and
    `OutcomeResult`, last revisions, nothing retracted, nobody who withdrew.

    `places`: what comes after exactly this.
    """

    subjects: pl.DataFrame
    results: pl.DataFrame
    places: Places


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the stream, opened. `type` is the type within; `data` its fields.

    What was said of somebody who has withdrawn since is not there: only the withdrawal is.
    """

    partition: int
    offset: int
    type: str
    data: Mapping[str, Any]


class Log(Protocol):
    """The analysts' stream in order per partition, from its beginning to this moment."""

    def entries(self, after: Places, limit: int) -> tuple[Sequence[Entry], Places]:
        """The next ones and where they end (further than the last, where records were skipped)."""

    def wait(self, after: Places, timeout_s: float) -> bool:
        """Until there may be more, or so long; whether there may be."""

    def places(self) -> tuple[Places, Places]:
        """(the oldest there is, what comes next)."""


class View(Protocol):
    """The columns at work."""

    @property
    def log(self) -> Log: ...

    def frames(self, as_of: datetime | None = None) -> Frames:
        """As known now, or as it was known then."""

    def stream(self) -> StreamFrames: ...
