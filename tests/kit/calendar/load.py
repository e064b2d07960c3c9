"""A clinic of real size and a calendar as full as wanted, put into a store without booking it.

Sessions are whole: each has its room, chair, monitor and people, as a booking would take them.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.scheduling.application.documents import DAYS, ROSTERS
from services.scheduling.domain.occupancy.day import Claim, Day
from services.scheduling.domain.resources.resource import Roster
from shared.contracts.site import ResourceKind, WeeklyHours
from shared.kernel.identifiers import derive
from shared.storage.documents import NETWORK
from shared.storage.store import Store
from shared.storage.unit_of_work import Held
from tests.kit.scheduling import a_resource, roster_of

ZONE = "America/New_York"
OPENS, CLOSES = 8, 18
WEEK = tuple(WeeklyHours(day, f"{OPENS:02}:00", f"{CLOSES:02}:00") for day in range(5))
PRESCRIBERS, NURSES, THERAPISTS, SITTERS = 3, 5, 9, 3
"""Twenty clinicians; whoever sits with patients is as many as there are rooms."""
ROOMS, CHAIRS, MONITORS = 12, 12, 10
DOSING_MIN, TALK_MIN, STEP_MIN = 150, 60, 30
PER_NURSE, PER_PRESCRIBER = 2, 4
PUT_AT_ONCE = 500


def clinic_roster(zone: str = ZONE) -> Roster:
    counts: dict[ResourceKind, int] = {
        "prescriber": PRESCRIBERS,
        "nurse": NURSES,
        "therapist": THERAPISTS,
        "sitter": SITTERS,
        "room": ROOMS,
        "chair": CHAIRS,
        "monitor": MONITORS,
    }
    resources = (
        a_resource(kind, named(kind, number), zone=zone, hours=WEEK)
        for kind, count in counts.items()
        for number in range(count)
    )
    return roster_of(*resources)


def loaded_days(
    first: date, days: int, load: float = 0.8, seed: int = 1, zone: str = ZONE
) -> list[Day]:
    """The calendar of `clinic_roster`: of every room and everyone who sits in one, `load` of the
    open time is taken, of some more and of some less. The same seed gives the same days."""
    dice = random.Random(seed)  # noqa: S311 - the same calendar in every run
    return [
        _Filled(first + timedelta(days=number), load, dice, ZoneInfo(zone)).day()
        for number in range(days)
    ]


def put(store: Store, clinic: str, roster: Roster, days: Sequence[Day]) -> None:
    """As if the clinic had declared and booked all this."""
    held = [Held(ROSTERS, clinic, roster), *(Held(DAYS, clinic, each) for each in days)]
    assert clinic != NETWORK
    for collection in (ROSTERS, DAYS):
        documents = [each.document() for each in held if each.collection is collection]
        for start in range(0, len(documents), PUT_AT_ONCE):
            store.session().insert(collection.name, documents[start : start + PUT_AT_ONCE])


def named(kind: ResourceKind, number: int) -> str:
    return f"{kind}-{number + 1:02}"


@dataclass
class _Filled:
    """One day. Every room goes with one who sits in it; nurses and prescribers go round."""

    date: date
    load: float
    dice: random.Random
    zone: ZoneInfo
    claims: list[Claim] = field(default_factory=list)
    watched: Counter[tuple[str, int]] = field(default_factory=Counter)

    def day(self) -> Day:
        if self.date.weekday() < 5:
            therapists = _all("therapist", THERAPISTS)
            self.dice.shuffle(therapists)
            sitting = [*_all("sitter", SITTERS), *therapists]  # who only sits needs a monitor
            for place, who in enumerate(sitting):
                self._fill(place, who)
        ordered = sorted(
            self.claims, key=lambda each: (each.start, each.appointment_id, each.resource)
        )
        return Day(self.date.isoformat(), tuple(ordered))

    def _fill(self, place: int, who: str) -> None:
        """One session after the other, with pauses that keep this place's share of taken time."""
        now, close = self._minute(OPENS), self._minute(CLOSES)
        load = self.dice.uniform(max(0.0, 2 * self.load - 1), min(1.0, 2 * self.load))
        taken, since = 0, self.dice.choice((0, STEP_MIN, 2 * STEP_MIN))
        now += since
        while now + TALK_MIN <= close:
            length = self._length(place, who, now, close)
            if not length or taken + length > load * (since + length) + STEP_MIN / 2:
                length = 0
            else:
                self._take(place, who, now, length)
            taken, since = taken + length, since + (length or STEP_MIN)
            now += length or STEP_MIN

    def _length(self, place: int, who: str, now: int, close: int) -> int:
        """What can begin now: 0 where nothing can."""
        can_dose = now + DOSING_MIN <= close and place < MONITORS and self._staff(now) is not None
        can_talk = who.startswith("therapist")
        if can_dose and (not can_talk or self.dice.random() < 0.9):
            return DOSING_MIN
        return TALK_MIN if can_talk else 0

    def _take(self, place: int, who: str, start: int, length: int) -> None:
        name = derive(self.date.isoformat(), f"{place}-{start}")
        end, room = start + length, named("room", place)
        if length == TALK_MIN:
            self.claims += [Claim(name, each, start, end) for each in (room, who)]
            return
        staff = self._staff(start)
        assert staff, "a dose was chosen because there is staff for it"
        nurse, prescriber = staff
        for each in staff:
            self.watched.update((each, minute) for minute in range(start, end, STEP_MIN))
        alone = (named("chair", place), named("monitor", place), who)
        self.claims += [Claim(name, each, start, end) for each in alone]
        self.claims += [
            Claim(name, room, start, end, "dosing", 1),
            Claim(name, nurse, start, end, "dosing", PER_NURSE),
            Claim(name, prescriber, start, end, "dosing", PER_PRESCRIBER),
        ]

    def _staff(self, start: int) -> tuple[str, str] | None:
        """A nurse and a prescriber who can watch one more dose from `start` on."""
        nurse = self._free(_all("nurse", NURSES), PER_NURSE, start)
        prescriber = self._free(_all("prescriber", PRESCRIBERS), PER_PRESCRIBER, start)
        return (nurse, prescriber) if nurse and prescriber else None

    def _free(self, names: Sequence[str], at_once: int, start: int) -> str | None:
        times = range(start, start + DOSING_MIN, STEP_MIN)
        return next(
            (each for each in names if all(self.watched[each, at] < at_once for at in times)), None
        )

    def _minute(self, hour: int) -> int:
        opens = datetime.combine(self.date, time(hour), self.zone)
        return int(opens.timestamp()) // 60


def _all(kind: ResourceKind, count: int) -> list[str]:
    return [named(kind, number) for number in range(count)]


def shares(days: Sequence[Day]) -> dict[str, float]:
    """Of each resource: how much of the clinic's open time is taken (1 is all of it)."""
    workdays = sum(date.fromisoformat(day.date).weekday() < 5 for day in days)
    taken: dict[str, set[int]] = {}
    for claim in _claims(days):
        taken.setdefault(claim.resource, set()).update(range(claim.start, claim.end))
    whole = workdays * (CLOSES - OPENS) * 60
    return {name: len(minutes) / whole for name, minutes in sorted(taken.items())}


def _claims(days: Sequence[Day]) -> Iterator[Claim]:
    return (claim for day in days for claim in day.claims)
