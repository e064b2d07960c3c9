"""What every answer says of itself: by which definitions, and what it does not show."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from services.outcomes.analytics.columns.frames import Frames

OPEN_LABEL = (
    "Nobody was randomised or blinded here: a change from before to after is not an effect of the "
    "drug (Lii 2023: ketamine and placebo did not differ under anaesthesia). Compare with a "
    "randomised study before you conclude."
)
LOST = (
    "Most cohorts lose most people to follow-up: read each rate with its denominator and those "
    "lost, and the observed beside the carried one."
)
OBSERVATIONAL = (
    "People choose whether they attend integration, and those who do better may attend more: this "
    "is observational and does not show that integration helps. Randomise to find out."
)
PERSONS = "Groups differ in whom they treat: ask what explains a difference before you act on it."


def about(
    frames: Frames, by: Sequence[str], instrument: str | None, *warnings: str
) -> dict[str, Any]:
    """The fields that all answers share."""
    wanted = pl.col("instrument") == instrument if instrument else pl.col("primary")
    used = frames.results.lazy().filter(wanted).select("definition", "rules").unique().collect()
    return {
        "as_of": frames.as_of,
        "by": tuple(by),
        "rules": tuple(used["rules"].drop_nulls().unique().sort().to_list()),
        "definitions": tuple(used["definition"].drop_nulls().unique().sort().to_list()),
        "warnings": (OPEN_LABEL, *warnings),
    }
