"""One assessment on the dose axis, and what a pass over all of a patient's may add to it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from services.outcomes.domain.scoring import Assessment
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.outcomes import Measured
from shared.kernel.policy import Policy

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Measured):
    """As told, with what only we know of it.

    `complete`: enough was answered to score it. `response` is null before a dose, and without a
    baseline above 0; both it and `remission` are null where the instrument defines none. Neither
    implies the other.
    """

    assessment_id: str
    answered_at: datetime
    complete: bool


Said = Mapping[str, Mapping[str, Any]]
"""By assessment id, more of a result: the fields of `Result` and what to write into them."""
Pass = Callable[[tuple[Result, ...], Trajectory, Policy], Said]
"""Takes a patient's results ascending by time and says more of them."""


def emptied(assessment: Assessment) -> dict[str, Any]:
    """`Measured`, by its fields, of what counts no longer: which answers, and no number."""
    return asdict(
        Measured(
            route=None,
            instrument=assessment.instrument,
            definition=assessment.definition,
            study_day=None,
            after_dose=0,
            score=None,
            baseline=None,
            change=None,
            percent_change=None,
            response=None,
            remission=None,
            suicidal_item=None,
            suicidal_item_change=None,
            retracted=True,
        )
    )


def digest(content: tuple[object, ...]) -> str:
    """`repr` of text, numbers and None is canonical, and far cheaper than JSON of them."""
    return blake2b(repr(content).encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=4096)
def exact(number: float) -> Decimal:
    """As it is written: 3.17 is 3.17, not the nearest binary number."""
    return Decimal(repr(number))


def half_up(value: Decimal, places: Decimal = _TENTH) -> float:
    """To one decimal, unless told, as people round: 31.25 is 31.3."""
    return float(value.quantize(places, ROUND_HALF_UP))
