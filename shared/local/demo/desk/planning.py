"""What becomes of the courses that are planned in the last days before today.

Everything follows from what scheduling has booked: `planned` gives a patient's appointments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared.contracts import site
from shared.local.demo.admission import course_request
from shared.local.demo.clinics import Clinic, person, resource
from shared.local.demo.people import Fate, Person
from shared.local.demo.story import Happening, local, workday

BOOKED_AHEAD: Mapping[Fate, int] = {
    "decides": 1,
    "reschedules": 1,
    "joins": 1,
    "cancels": 1,
    "displaced": 3,
    "waits": 9,
}
"""Whose course is asked for, and how many days from today it begins at the earliest."""
KEPT_MIN = 24 * 60
ASKED, DECIDED = timedelta(hours=6), timedelta(hours=3)
"""Before the midnight at which the story ends."""
ILL_D = 4


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


def requests(one: Person, until: datetime) -> list[Happening]:
    """Whoever misses the first session asked for it when the others of those days did."""
    if one.fate == "misses":
        return [course_request(one)]
    if one.fate not in BOOKED_AHEAD:
        return []
    day = workday((until + timedelta(days=BOOKED_AHEAD[one.fate])).date())
    keeps = KEPT_MIN if one.fate == "decides" else None
    wanted = site.CourseBookingRequested(local(one.clinic.zone, day, 8), propose_min=keeps)
    return [Happening(one.id, until - ASKED, wanted)]


def twists(
    clinic: Clinic, people: Mapping[Fate, Person], planned: Courses, until: datetime
) -> list[Happening]:
    """In order of time. The last one says that all were told."""
    told = [
        _missed(people["misses"], planned["misses"]),
        _moved(people["reschedules"], planned["reschedules"]),
        *_joined(people["joins"], planned["joins"]),
        _forced(people["urgent"], planned["reschedules"]),
        _waits(people["waits"], planned["waits"], until),
        _given_up(people["cancels"], planned["cancels"]),
        _ill(clinic, planned["displaced"], until),
        (people["reschedules"].id, site.FeedOpened("patient")),
        (resource(clinic, "therapist-1"), site.FeedOpened("resource")),
    ]
    since = until - DECIDED
    return [
        Happening(subject, since + timedelta(minutes=minute), data)
        for minute, (subject, data) in enumerate(told)
    ]


def is_last(told: Happening) -> bool:
    return isinstance(told.data, site.FeedOpened) and told.data.owner == "resource"


def _missed(one: Person, planned: Sequence[Planned]) -> tuple[str, object]:
    return one.id, site.AppointmentMissed(planned[0].id)


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
        (group, site.GroupOpened(own.start, 60, 6)),
        (one.id, site.CourseBookingRequested(own.start, (seat,))),
    ]


def _forced(one: Person, taken: Sequence[Planned]) -> tuple[str, object]:
    """At the very time, and with the very people, of somebody else's first session."""
    first = taken[0]
    slot = site.SlotWanted("preparation", 1, first.start, first.resources)
    return one.id, site.CourseBookingForced((slot,), "prescriber-1", "crisis-this-week")


def _waits(one: Person, planned: Sequence[Planned], until: datetime) -> tuple[str, object]:
    return one.id, site.WaitingListJoined(until, planned[0].start)


def _given_up(one: Person, planned: Sequence[Planned]) -> tuple[str, object]:
    return one.id, site.AppointmentCancelled(planned[0].id, "patient-travels")


def _ill(clinic: Clinic, planned: Sequence[Planned], until: datetime) -> tuple[str, object]:
    """Who was to prepare the patient is away from that day on."""
    first = planned[0]
    name = next(each for each in first.resources if "-therapist-" in each)
    day = first.start.astimezone(ZoneInfo(clinic.zone)).date()
    away = site.Closure(day, day + timedelta(days=ILL_D), "ill")
    declared = person(clinic, name.removeprefix(f"{clinic.name}-"), until)
    return name, replace(declared, absences=(away,))
