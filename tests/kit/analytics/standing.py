"""A view and a clock that stand still until the test moves them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.outcomes.analytics.columns.frames import Frames
from tests.kit.analytics import Row, a_patient, a_result, frames_of

MONDAY = datetime(2026, 6, 1, 8, tzinfo=UTC)
WEEK = timedelta(days=7)


class Standing:
    """A view whose frames the test sets, and a clock beside it."""

    def __init__(self) -> None:
        self.at = MONDAY
        self.rows: list[Row] = []

    def frames(self, as_of: datetime | None = None) -> Frames:
        return frames_of(self.rows, as_of or self.at)

    def now(self) -> datetime:
        return self.at

    @property
    def log(self) -> Any:
        raise NotImplementedError

    def stream(self) -> Any:
        raise NotImplementedError


def patients(numbers: Iterable[int], clinic: str = "riverside") -> list[Row]:
    return [
        row
        for number in numbers
        for row in (a_patient(f"p{number}", clinic), a_result(f"p{number}", clinic=clinic))
    ]
