"""How values are put for people: ages, spans, counts."""

from collections.abc import Callable, Iterable
from datetime import datetime
from math import isfinite
from typing import Any

from shared.runtime import clock

COARSE_FROM_S = 600
"""From here on nobody counts the seconds of an age."""
_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def span(seconds: float | None) -> str:
    """90 -> `1 min 30 s`; the two largest units that say something."""
    if seconds is None or not isfinite(seconds):
        return "never heard"
    left, said = max(0, round(seconds)), []
    for size, unit in _SPANS:
        if left >= size:
            said.append(f"{left // size} {unit}")
            left %= size
    if left or not said:
        said.append(f"{left} s")
    return " ".join(said[:2])


def ago(moment: str | None) -> str:
    """An instant (ISO 8601) as its age."""
    if not moment:
        return "never"
    seconds = (clock.utc_now() - datetime.fromisoformat(moment)).total_seconds()
    if seconds >= COARSE_FROM_S:
        seconds -= seconds % 60
    return "just now" if seconds < 1 else f"{span(seconds)} ago"


def instant(moment: str | None) -> str:
    """`24 Nov 2026, 19:46 UTC`."""
    return f"{datetime.fromisoformat(moment):%-d %b %Y, %H:%M} UTC" if moment else "never"


def clock_time(moment: str) -> str:
    """`19:46:29 UTC`."""
    return f"{datetime.fromisoformat(moment):%H:%M:%S} UTC"


def ranges(missing: Iterable[Iterable[int]]) -> str:
    """[[3, 3], [7, 9]] -> `3, 7-9`."""
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in missing)


def number(value: float | None) -> str:
    """Thin spaces between thousands."""
    return "–" if value is None else f"{value:,.10g}".replace(",", "\u202f")


FILTERS: dict[str, Callable[[Any], str]] = {
    "span": span,
    "ago": ago,
    "instant": instant,
    "clock": clock_time,
    "ranges": ranges,
    "number": number,
}
