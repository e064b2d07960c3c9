"""Sets of times as whole numbers: a bit for every five minutes, so that a year is one `&`.

Claims are whole cells (`needs.py`); what else begins or ends between two is rounded so that
nothing is free that is not.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.scheduling.domain.resources.openings import DAY_MIN

CELL_MIN = 5
GRID_MIN = 30
"""Offered starts are on the half hours of the wall clock where the session is."""
DAY_CELLS = DAY_MIN // CELL_MIN
DAY_BYTES = DAY_CELLS // 8


def span(first: int, last: int) -> int:
    """The bits from cell `first` to before `last`."""
    return (1 << last) - (1 << first) if first < last else 0


def runs(cells: int, length: int) -> int:
    """The cells from which `length` follow one another, the first included."""
    have = 1
    while have < length:
        step = min(have, length - have)
        cells &= cells >> step
        have += step
    return cells


def lowest(cells: int) -> int:
    """The first of the cells, of which there is one."""
    return (cells & -cells).bit_length() - 1


def joined(days: Iterable[bytes]) -> int:
    """Days that follow one another, each DAY_BYTES long, as one set."""
    return int.from_bytes(b"".join(days), "little")


def levels_with(levels: list[int], cells: int) -> None:
    """Counts one more at `cells`: `levels[n]` is where there are more than `n`."""
    for level in range(len(levels) - 1, 0, -1):
        levels[level] |= levels[level - 1] & cells
    levels[0] |= cells


@lru_cache(maxsize=64)
def grid(zone: str, first: date, days: int) -> int:
    """The starts that are offered: half hours on the wall of this zone, whatever its clocks do."""
    return joined(_grid_of(zone, first + timedelta(days=number)) for number in range(days))


@lru_cache(maxsize=4096)
def _grid_of(zone: str, day: date) -> bytes:
    clock, begin = ZoneInfo(zone), datetime.combine(day, datetime.min.time(), UTC)
    cells = (begin + timedelta(minutes=number * CELL_MIN) for number in range(DAY_CELLS))
    on = [each.astimezone(clock).minute % GRID_MIN == 0 for each in cells]
    return sum(1 << number for number, is_on in enumerate(on) if is_on).to_bytes(
        DAY_BYTES, "little"
    )
