"""A calendar as iCalendar (RFC 5545): times in UTC, and no word of who comes or what for.

UTC, because clients have ignored zone definitions that list their changes, and were an hour off.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vDuration

from services.scheduling.application.documents import AppointmentLine
from services.scheduling.application.people.feeds import CalendarView
from services.scheduling.domain.course.course import AppointmentStatus
from services.scheduling.domain.people.feeds import Owner

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCER = "-//clinic network//calendar//EN"
REFRESH = timedelta(minutes=15)
NAMES: Mapping[Owner, str] = {"patient": "Appointments", "resource": "Clinic schedule"}
STATUS: Mapping[AppointmentStatus, str] = {
    "proposed": "TENTATIVE",
    "booked": "CONFIRMED",
    "fulfilled": "CONFIRMED",
    "noshow": "CONFIRMED",
    "pending": "TENTATIVE",
    "cancelled": "CANCELLED",
}
FREE: frozenset[AppointmentStatus] = frozenset({"pending", "cancelled"})
"""Whose time is nobody's."""
_ROOM = re.compile(r"(room|suite|r)?[-_.]?[0-9]{1,4}[a-z]?", re.IGNORECASE)
"""Room names that say nothing but which door; what else a site may call a room stays here."""


def calendar(view: CalendarView) -> bytes:
    """The same bytes as long as nothing on it changes."""
    found = Calendar()
    found.add("prodid", PRODUCER)
    found.add("version", "2.0")
    found.add("x-wr-calname", NAMES[view.owner])
    found.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", vDuration(REFRESH))
    for each in view.lines:
        found.add_component(_event(each, view))
    if not view.lines:
        found.add_component(_utc())
    content: bytes = found.to_ical(sorted=False)
    return content


def _event(line: AppointmentLine, view: CalendarView) -> Event:
    changed_at = (line.changed_at or line.start).astimezone(UTC).replace(microsecond=0)
    status = STATUS[line.status]
    event = Event()
    event.add("uid", f"{line.appointment_id}@{view.clinic}")
    event.add("dtstamp", changed_at)
    event.add("last-modified", changed_at)
    event.add("sequence", line.revision)
    event.add("dtstart", line.start.astimezone(UTC))
    event.add("dtend", line.end.astimezone(UTC))
    event.add("summary", _summary(line, view.owner))
    event.add("status", status)
    event.add("transp", "TRANSPARENT" if line.status in FREE else "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _summary(line: AppointmentLine, owner: Owner) -> str:
    if owner == "patient":
        return "Appointment"
    rooms = [each for each in line.resources if _ROOM.fullmatch(each)]
    return " ".join(["Busy", *rooms])


def _utc() -> Timezone:
    """RFC 5545 wants a component in every calendar: this one says nothing."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", "Etc/UTC")
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - the format wants it without zone
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    zone.add_component(standard)
    return zone
