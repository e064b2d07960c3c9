"""What becomes of the courses that are planned in the last days before today.

Everything follows from what scheduling has booked, and is told as of the hour: what is offered
today must still be to be had.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.contracts import site
from shared.local.demo.clinics import Clinic, person, resource
from shared.local.demo.people import Fate, Person
from shared.local.demo.story import Happening, local, workday

BOOKED_AHEAD: Mapping[Fate, int] = {
    "misses": -1,
    "decides": 1,
    "reschedules": 1,
    "joins": 1,
    "cancels": 1,
    "displaced": 3,
    "waits": 9,
}
"""Whose course is asked for, and how many days from today it begins at the earliest."""
KEPT_MIN = 24 * 60
ASKED, DECIDED = timedelta(hours=1), timedelta(minutes=30)
"""Before the hour of the story."""
LATE = timedelta(minutes=20)
ILL_D = 4
GROUP_SEATS = 6


@dataclass(frozen=True, slots=True)
class Planned:
    """An appointment with all that its twist must name."""

    id: str
    session: str
    number: int
    start: datetime
    end: datetime
    resources: tuple[str, ...]


Courses = Mapping[Fate, Sequence[Planned]]
"""What is planned for each who is at the clinic's desk, in order of time."""


def requests(one: Person, now: datetime) -> list[Happening]:
    if one.fate not in BOOKED_AHEAD:
        return []
    ahead = BOOKED_AHEAD[one.fate]
    day = (now + timedelta(days=ahead)).date()
    day = workday(day) if ahead > 0 else _workday_before(day)
    earliest = local(one.clinic.zone, day, 8)
    keeps = KEPT_MIN if one.fate == "decides" else None
    wanted = site.CourseBookingRequested(earliest, propose_min=keeps)
    return [Happening(one.id, min(now, earliest) - ASKED, wanted)]


def twists(
    clinic: Clinic, people: Mapping[Fate, Person], planned: Courses, now: datetime
) -> list[Happening]:
    """In order of time. The last one says that all were told."""
    told = [
        _moved(people["reschedules"], planned["reschedules"]),
        *_joined(people["joins"], planned["joins"]),
        _forced(people["urgent"], planned["reschedules"]),
        _waits(people["waits"], planned["waits"], now),
        _given_up(people["cancels"], planned["cancels"]),
        _ill(clinic, planned["displaced"], now),
        (people["reschedules"].id, site.FeedOpened("patient")),
        (resource(clinic, "therapist-1"), site.FeedOpened("resource")),
    ]
    since = now - DECIDED
    return [
        _missed(people["misses"], planned["misses"]),
        *(
            Happening(subject, since + timedelta(minutes=minute), data)
            for minute, (subject, data) in enumerate(told)
        ),
    ]


def _workday_before(day: date) -> date:
    """The day, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _missed(one: Person, planned: Sequence[Planned]) -> Happening:
    first = planned[0]
    return Happening(one.id, first.start + LATE, site.AppointmentMissed(first.id))


def _moved(one: Person, planned: Sequence[Planned]) -> tuple[str, object]:
    """The first integration that can be a day later, on a working day and in its window."""
    dose_of = {each.number: each for each in planned if each.session == "dosing"}
    later = next(
        each
        for each in planned
        if each.session == "integration"
        and _tomorrow(each).weekday() < 5
        and _tomorrow(each) - dose_of[each.number].end <= timedelta(hours=72)
    )
    return one.id, site.AppointmentRescheduled(later.id, _tomorrow(later), "patient-request")


def _tomorrow(each: Planned) -> datetime:
    return each.start + timedelta(days=1)


def _joined(one: Person, planned: Sequence[Planned]) -> list[tuple[str, object]]:
    """The first dose is integrated with others, at the time that was meant for it alone."""
    own = next(each for each in planned if each.session == "integration")
    group = f"group-{own.start:%Y-%m-%d}"
    seat = site.SlotWanted("integration", own.number, own.start, group=group)
    return [
        (one.id, site.AppointmentCancelled(own.id, "joins-a-group")),
        (group, site.GroupOpened(own.start, 60, GROUP_SEATS)),
        (one.id, site.CourseBookingRequested(own.start, (seat,))),
    ]


def _forced(one: Person, taken: Sequence[Planned]) -> tuple[str, object]:
    """At the very time, and with the very people, of somebody else's first session."""
    first = taken[0]
    slot = site.SlotWanted("preparation", 1, first.start, first.resources)
    return one.id, site.CourseBookingForced((slot,), "prescriber-1", "crisis-this-week")


def _waits(one: Person, planned: Sequence[Planned], now: datetime) -> tuple[str, object]:
    return one.id, site.WaitingListJoined(now, planned[0].start)


def _given_up(one: Person, planned: Sequence[Planned]) -> tuple[str, object]:
    return one.id, site.AppointmentCancelled(planned[0].id, "patient-travels")


def _ill(clinic: Clinic, planned: Sequence[Planned], now: datetime) -> tuple[str, object]:
    """Who was to prepare the patient is away from that day on."""
    first = planned[0]
    name = next(each for each in first.resources if "-therapist-" in each)
    day = first.start.astimezone(ZoneInfo(clinic.zone)).date()
    away = site.Closure(day, day + timedelta(days=ILL_D), "ill")
    declared = person(clinic, name.removeprefix(f"{clinic.name}-"), now)
    return name, replace(declared, absences=(away,))
