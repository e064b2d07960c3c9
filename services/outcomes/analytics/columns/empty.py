"""A view that nothing has fed: what every part can be mounted on."""

from collections.abc import Callable, Sequence
from datetime import datetime

import polars as pl

from services.outcomes.analytics.columns.frames import PATIENTS, RESULTS, Frames, columns_of
from services.outcomes.analytics.view import Entry, Places, StreamFrames
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject


class Empty:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.log = EmptyLog()

    def frames(self, as_of: datetime | None = None) -> Frames:
        patients, results = pl.DataFrame(schema=PATIENTS), pl.DataFrame(schema=RESULTS)
        return Frames(patients, results, as_of or self._now())

    def stream(self) -> StreamFrames:
        subjects = pl.DataFrame(schema=columns_of(OutcomeSubject))
        return StreamFrames(subjects, pl.DataFrame(schema=columns_of(OutcomeResult)), {})


class EmptyLog:
    def entries(self, after: Places, _limit: int) -> tuple[Sequence[Entry], Places]:
        return (), after

    def wait(self, _after: Places, _timeout_s: float) -> bool:
        return False

    def places(self) -> tuple[Places, Places]:
        return {}, {}
