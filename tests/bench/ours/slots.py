"""The slot search over 90 days on a real mongod, through what the api process keeps.

The clinic has 20 clinicians, 12 rooms, 10 monitors and 12 chairs, 80 % of their time is taken.
What must not matter is varied: other clinics, and past appointments.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock
from functools import cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from services.scheduling.application.diaries import Diaries
from services.scheduling.application.documents import (
    APPOINTMENTS,
    COLLECTIONS,
    DAYS,
    ROSTER,
    ROSTERS,
    AppointmentLine,
)
from services.scheduling.domain.occupancy.day import Claim, Day, minutes, moment
from services.scheduling.domain.occupancy.needs import Wanted, wanted
from services.scheduling.domain.resources.resource import Resource, Roster
from shared.contracts.site import ResourceKind
from shared.kernel.policy import Policy
from shared.storage.documents import Collection
from shared.storage.mongo import MongoStore
from shared.storage.reads import Reads
from tests.bench.measures import percentile
from tests.kit.engines import fresh_database, session_engines
from tests.kit.scheduling import NEW_YORK, POLICY, a_resource, roster_of

FIRST, WINDOW_D, LOAD = date(2026, 3, 2), 90, 0.8
SEARCHES, OFFERED = 500, 20
CLINIC = "clinic-0"
STAFF: tuple[tuple[ResourceKind, int], ...] = (
    ("prescriber", 4),
    ("nurse", 6),
    ("therapist", 10),
    ("room", 12),
    ("monitor", 10),
    ("chair", 12),
)
SHARED = {"nurse": ("dosing", 2), "prescriber": ("dosing", 4)}
_DAY_MIN = 8 * 60


class Took(NamedTuple):
    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds for each search, on the wall and of this process's CPU; `cold_ms`: the first,
    when nothing was kept."""

    cold_ms: float
    warm: tuple[Took, ...]
    changed: tuple[Took, ...]

    def line(self) -> str:
        return f"cold {self.cold_ms:.0f} ms; warm {_said(self.warm)}; changed {_said(self.changed)}"


def _said(took: Sequence[Took]) -> str:
    wall, cpu = [each.wall_ms for each in took], [each.cpu_ms for each in took]
    return (
        f"p50 {percentile(wall, 0.5):.1f} p99 {percentile(wall, 0.99):.1f} ms "
        f"(CPU p50 {percentile(cpu, 0.5):.1f} p99 {percentile(cpu, 0.99):.1f})"
    )


def a_clinic_roster() -> Roster:
    found = [a_resource(kind, f"{kind}-{n:02}") for kind, count in STAFF for n in range(count)]
    return roster_of(*found)


def a_day(day: date, roster: Roster, chance: random.Random) -> Day:
    """From nine to five in New York, four fifths of each resource's time taken."""
    if day.weekday() > 4:
        return Day(day.isoformat())
    opens = minutes(datetime.combine(day, clock(9), ZoneInfo(NEW_YORK)))
    claims = [claim for each in roster.resources for claim in _taken(each, opens, chance)]
    ascending = sorted(claims, key=lambda each: (each.start, each.appointment_id, each.resource))
    return Day(day.isoformat(), tuple(ascending))


def _taken(resource: Resource, opens: int, chance: random.Random) -> Iterator[Claim]:
    """On the mean LOAD of the day, one after the other from the morning or up to the evening."""
    share, capacity = SHARED.get(resource.kind, ("", 1))
    for lane in range(capacity):
        left = round(chance.uniform(2 * LOAD - 1, 1) * _DAY_MIN / 30) * 30
        at = opens + chance.choice((0, _DAY_MIN - left))
        while left:
            length = min(left, chance.choice((60, 60, 150)))
            name = f"{resource.id}-{opens}-{lane}-{at}-appointment"
            yield Claim(name, resource.id, at, at + length, share, capacity)
            at, left = at + length, left - length


def fill(store: MongoStore, clinic: str, years: float) -> None:
    """The roster, the coming days, and days and appointments of the past."""
    past = round(years * 365)
    roster, filled = a_clinic_roster(), calendar_of(past)
    insert(store, ROSTERS, clinic, [(ROSTER, roster)])
    insert(store, DAYS, clinic, [(each.date, each) for each in filled if each.claims])
    lines = [_line(claim) for day in filled[:past] for claim in day.claims]
    insert(store, APPOINTMENTS, clinic, [(each.appointment_id, each) for each in lines])


@cache
def calendar_of(past: int) -> list[Day]:
    """Of every clinic the same."""
    chance, roster = random.Random(past), a_clinic_roster()  # noqa: S311 - the same each time
    days = (FIRST + timedelta(days=number) for number in range(-past, WINDOW_D + 40))
    return [a_day(day, roster, chance) for day in days]


def _line(claim: Claim) -> AppointmentLine:
    start, end = moment(claim.start), moment(claim.end)
    session, status = "integration", "fulfilled"
    day = start.date().isoformat()
    return AppointmentLine(
        claim.appointment_id, "patient", "course", session, 1, status, "",  # type: ignore[arg-type]
        start, end, NEW_YORK, day, (claim.resource,),
    )  # fmt: skip


def insert(
    store: MongoStore, collection: Collection[Any], clinic: str, found: list[tuple[str, Any]]
) -> None:
    documents = [
        {
            "_id": collection.key(clinic, name),
            "clinic": clinic,
            "version": 1,
            "sequence": 0,
            "stamp": 0,
            "state": collection.state(each),
        }
        for name, each in found
    ]
    for start in range(0, len(documents), 5000):
        store.session().insert(collection.name, documents[start : start + 5000])


def measure(
    store: MongoStore, clinics: list[str], searches: int = SEARCHES, policy: Policy = POLICY
) -> Measured:
    """Searches of all kinds, the clinics in turn; then each after a booking on one day."""
    diaries, kinds = Diaries(policy), _asked(policy)
    cold = [_timed(partial(_search, diaries, store, each, kinds[0])) for each in clinics]
    warm, changed = [], []
    for number in range(searches):
        clinic, what = clinics[number % len(clinics)], kinds[number % len(kinds)]
        warm.append(_timed(partial(_search, diaries, store, clinic, what)))
    for number in range(searches):
        clinic, what = clinics[number % len(clinics)], kinds[number % len(kinds)]
        _touch(store, clinic, (FIRST + timedelta(days=number % 5)).isoformat())
        changed.append(_timed(partial(_search, diaries, store, clinic, what)))
    return Measured(max(each.wall_ms for each in cold), tuple(warm), tuple(changed))


def _asked(policy: Policy) -> list[Wanted]:
    return [
        wanted("dosing", "iv", 150, policy),
        wanted("integration", "iv", 60, policy),
        wanted("dosing", "im", 180, policy),
        wanted("preparation", "iv", 60, policy, ["therapist-03"]),
    ]


def _search(diaries: Diaries, store: MongoStore, clinic: str, what: Wanted) -> int:
    diary = diaries.diary(Reads(store, clinic), FIRST, WINDOW_D)
    found = 0
    for _ in zip(range(OFFERED), diary.slots(what, diary.begin, diary.end), strict=False):
        found += 1
    return found


def _touch(store: MongoStore, clinic: str, day: str) -> None:
    """A booking: the day has another version, and one claim less or more."""
    [document] = store.session().find(DAYS.name, [DAYS.key(clinic, day)])
    known = DAYS.aggregate(document)
    kept = replace(known, claims=known.claims[1:] or known.claims)
    changed = document | {"version": document["version"] + 1, "state": DAYS.state(kept)}
    store.session().replace(DAYS.name, [changed])


def _timed(search: Callable[[], int]) -> Took:
    began, used = time.perf_counter(), time.process_time()
    found = search()
    took = Took((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000)
    assert found, "a clinic with time left offers some"
    return took


def measure_slots(
    uri: str, searches: int = SEARCHES, past_years: Sequence[int] = (1, 3)
) -> Iterator[tuple[str, Measured]]:
    """What was varied, and what was found. `uri`: a database that nobody has used."""
    store, filled = MongoStore(uri), list[str]()
    store.prepare(COLLECTIONS)
    for clinics in (1, 10, 100):
        for number in range(len(filled), clinics):
            filled.append(f"clinic-{number}")
            fill(store, filled[-1], 0)
        yield f"{clinics} clinics in the store, one asked", measure(store, [CLINIC], searches)
        if clinics > 1:
            yield f"{clinics} clinics in turn", measure(store, filled, searches)
    for years in past_years:
        name = f"years-{years}"
        fill(store, name, years)
        yield f"{years} years of past appointments", measure(store, [name], searches)
    store.close()


def measured_slots(
    uri: str, searches: int, past_years: Sequence[int]
) -> list[tuple[str, Measured]]:
    """All of it, in whatever process."""
    return list(measure_slots(uri, searches, past_years))


if __name__ == "__main__":
    with session_engines() as engines:
        for name, measured in measure_slots(fresh_database(engines)):
            sys.stdout.write(f"{name}: {measured.line()}\n")
            sys.stdout.flush()
