"""A day of the clinic as a table: rooms and chairs down, a quarter of an hour a column."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any, Literal
from zoneinfo import ZoneInfo

from services.console.board.words import resource_name, session_name, spoken, token

SHOWN = ("room", "chair")
SLOT = timedelta(minutes=15)
GRACE = timedelta(minutes=15)
"""So long after its start an appointment is not called late."""
USUAL = (8, 18)
TAKES_TIME = ("proposed", "booked", "fulfilled")
Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Booked:
    """One appointment in a resource, or a group's. `path`: the patient's; empty for a group."""

    session: str
    patient: str
    path: str
    start: str
    end: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Cell:
    """`span` columns of one row: `booked`, or time that is `free` or `closed`, until `until`."""

    kind: Literal["free", "closed", "booked"]
    span: int
    until: str
    booked: Booked | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A resource and its row, or its rows where more than one thing happens in it at a time."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Hour:
    name: str
    span: int
    is_now: bool


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    zone: str
    hours: tuple[Hour, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    start: datetime
    end: datetime
    booked: Booked


def day_of(
    calendar: Said,
    appointments: Sequence[Said],
    sessions: Sequence[Said],
    now: datetime,
    clinic: str,
) -> Day:
    """`calendar`: a day as scheduling tells it. `sessions`: those that go on now."""
    zone = ZoneInfo(calendar["zone"])
    here = {each["appointment_id"]: each for each in sessions}
    standing = [each for each in appointments if each["status"] in TAKES_TIME]
    resources = [each for each in calendar["resources"] if each["kind"] in SHOWN]
    resources.sort(key=lambda each: (SHOWN.index(each["kind"]), each["resource_id"]))
    first, last = _bounds(resources, standing, date.fromisoformat(calendar["day"]), zone)
    lines = []
    for each in resources:
        mine = [one for one in standing if each["resource_id"] in one["resources"]]
        taken = sorted(_taken(mine, here, now, zone), key=lambda one: (one.start, one.end))
        open_ = [(_at(one["start"]), _at(one["end"])) for one in each["open"]]
        rows = tuple(tuple(_cells(row, open_, (first, last), zone)) for row in _apart(taken))
        lines.append(Line(resource_name(each["resource_id"], clinic), rows))
    hours = tuple(_hours(first, last, now, zone))
    return Day(date.fromisoformat(calendar["day"]), calendar["zone"], hours, tuple(lines))


def _bounds(
    resources: Sequence[Said], standing: Sequence[Said], day: date, zone: tzinfo
) -> tuple[datetime, datetime]:
    """Whole hours around all that is open or taken; a usual day where nothing is."""
    spans = [span for each in resources for span in (*each["open"], *each["busy"])] or [
        *standing,
    ]
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    starts = [_at(each["start"]) for each in spans] or [midnight + timedelta(hours=USUAL[0])]
    ends = [_at(each["end"]) for each in spans] or [midnight + timedelta(hours=USUAL[1])]
    hour = timedelta(hours=1)
    first = max(min(starts), midnight).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    last = max(min(max(ends), midnight + timedelta(days=1)).astimezone(zone), first + hour)
    whole = last.replace(minute=0, second=0, microsecond=0)
    return first, whole if whole == last else whole + hour


def _taken(
    mine: Iterable[Said], here: Mapping[str, Said], now: datetime, zone: tzinfo
) -> Iterator[_Taken]:
    """What a group does together is one thing."""
    keyed = sorted(mine, key=lambda each: each["group"] or each["appointment_id"])
    for _, found in groupby(keyed, key=lambda each: each["group"] or each["appointment_id"]):
        several = list(found)
        start = min(_at(each["start"]) for each in several)
        end = max(_at(each["end"]) for each in several)
        yield _Taken(start, end, _booked(several, here, now, zone))


def _booked(
    several: Sequence[Said], here: Mapping[str, Said], now: datetime, zone: tzinfo
) -> Booked:
    first = several[0]
    state, words = how_it_stands(first, here.get(first["appointment_id"]), now)
    is_group = bool(first["group"])
    return Booked(
        session=session_name(first["session"], first["dose_number"]) if not is_group else "Group",
        patient=f"{len(several)} people" if is_group else token(first["patient_id"]),
        path="" if is_group else f"/patients/{first['patient_id']}",
        start=_clock(first["start"], zone),
        end=_clock(first["end"], zone),
        state=state,
        words=words,
    )


def how_it_stands(appointment: Said, session: Said | None, now: datetime) -> tuple[str, str]:
    """(state, words) of an appointment of the day, and of its session if it goes on now."""
    if session:
        return ("info", "dosed") if session["dosed_at"] else ("info", "here")
    if appointment["status"] == "fulfilled":
        return "ok", "done"
    if appointment["status"] == "proposed":
        return "unknown", "offered"
    if appointment["status"] == "pending":
        return "warn", f"held: {spoken(appointment['reason'])}"
    if _at(appointment["start"]) + GRACE < now:
        return "warn", "not seen yet"
    return "unknown", "booked"


def _apart(taken: Sequence[_Taken]) -> list[list[_Taken]]:
    """Rows in which nothing overlaps; one at least."""
    rows: list[list[_Taken]] = [[]]
    for each in taken:
        row = next((row for row in rows if not row or row[-1].end <= each.start), None)
        if row is None:
            rows.append(row := [])
        row.append(each)
    return rows


def _cells(
    row: Sequence[_Taken],
    open_: Sequence[tuple[datetime, datetime]],
    bounds: tuple[datetime, datetime],
    zone: tzinfo,
) -> Iterator[Cell]:
    first, last = bounds
    slots = [first + number * SLOT for number in range(round((last - first) / SLOT))]

    def what(slot: datetime) -> tuple[str, int]:
        for number, each in enumerate(row):
            if each.start < slot + SLOT and slot < each.end and _owns(row, number, slot):
                return "booked", number
        is_open = any(start <= slot and slot + SLOT <= end for start, end in open_)
        return ("free" if is_open else "closed"), -1

    for (kind, number), found in groupby(slots, key=what):
        span = list(found)
        until = _clock((span[-1] + SLOT).isoformat(), zone)
        if number >= 0:
            yield Cell("booked", len(span), until, row[number].booked)
        else:
            yield Cell("free" if kind == "free" else "closed", len(span), until)


def _owns(row: Sequence[_Taken], number: int, slot: datetime) -> bool:
    """A quarter that two share, one ending as the other begins, is the later one's."""
    following = row[number + 1] if number + 1 < len(row) else None
    return following is None or not following.start < slot + SLOT


def _hours(first: datetime, last: datetime, now: datetime, zone: tzinfo) -> Iterator[Hour]:
    hour = timedelta(hours=1)
    each = first
    while each < last:
        name = f"{each.astimezone(zone):%H:%M}"
        yield Hour(name, round(min(hour, last - each) / SLOT), each <= now < each + hour)
        each += hour


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _clock(moment: str, zone: tzinfo) -> str:
    return f"{_at(moment).astimezone(zone):%H:%M}"
