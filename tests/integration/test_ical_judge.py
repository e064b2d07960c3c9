"""Our calendar feeds, read by ical4j: it takes them, and sees what we meant.

First that it catches faults, so that a green verdict means something.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.adapters import ical
from services.scheduling.application.documents import APPOINTMENTS, FEEDS, AppointmentLine
from services.scheduling.application.people.feeds import CalendarView, calendar_at
from services.scheduling.domain.people.feeds import Owner
from shared.contracts import site
from tests.kit.java.ical import events, faults
from tests.kit.scheduling import NEW_YORK, NOW, PATIENT, Clinic, cleared

OTHER = "4d1f0f0e-2a55-4d3c-9a38-7c1b6a9f4e02"
OWNERS: tuple[tuple[Owner, str], ...] = (
    ("patient", PATIENT),
    ("resource", "room-1"),
    ("resource", "nurse-1"),
    ("patient", OTHER),
)
EMPTY = CalendarView("riverside", "patient", ())


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    """Two courses over the Sunday on which New York's clocks change: one booked, with a dose
    called off and an integration moved, the other one proposed."""
    clinic = Clinic().booked()
    clinic.hear(cleared(clearance_id="clearance-2"), subject=OTHER)
    proposed = site.CourseBookingRequested(NOW, propose_min=60)
    assert clinic.say(proposed, subject=OTHER).verdict == "accepted"
    for owner, subject in OWNERS:
        assert clinic.say(site.FeedOpened(owner), subject=subject).verdict == "accepted"
    gone = clinic.course().appointment("dosing-4")
    assert gone
    clinic.now += timedelta(hours=1)
    clinic.say(site.AppointmentCancelled(gone.id, "patient-asked"))
    last = clinic.course().appointment("integration-6")
    assert last
    moved = site.AppointmentRescheduled(last.id, last.start + timedelta(hours=1), "patient-asked")
    assert clinic.say(moved).verdict == "accepted"
    return clinic


def feed(clinic: Clinic, owner: Owner, subject: str) -> bytes:
    found = clinic.reads.get(FEEDS, f"{owner}-{subject}")
    assert found
    view = calendar_at(clinic.store, found.aggregate.token, NOW)
    assert view
    return ical.calendar(view)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"VERSION:2.0\r\n", b""),
        (b"BEGIN:VEVENT", b"BEGIN:VPARTY"),
        (b"STATUS:CONFIRMED", b"STATUS:PERHAPS"),
        (b"DTSTART:2026", b"DTSTART:20-26"),
        (b"SEQUENCE:0", b"SEQUENCE:none"),
        (b"SUMMARY:Appointment", b"SUMMARY Appointment"),
        (b"DTSTAMP:", b"COMMENT:"),
    ],
)
def test_the_judge_catches_what_breaks_the_format(clinic: Clinic, good: bytes, bad: bytes) -> None:
    content = feed(clinic, *OWNERS[0])

    assert faults(content) == []
    assert good in content
    assert faults(content.replace(good, bad))


@pytest.mark.parametrize(("owner", "subject"), OWNERS)
def test_a_feed_is_read_as_it_was_meant(clinic: Clinic, owner: Owner, subject: str) -> None:
    content = feed(clinic, owner, subject)

    assert faults(content) == []
    assert {uid: read(event) for uid, event in events(content).items()} == {
        f"{line.appointment_id}@riverside": (
            line.start,
            line.end,
            ical.STATUS[line.status],
            line.revision,
        )
        for line in lines(clinic, subject)
    }


def test_it_sees_every_status_and_every_change(clinic: Clinic) -> None:
    own, other = feed(clinic, *OWNERS[0]), feed(clinic, "patient", OTHER)
    seen = {(each["STATUS"], each["SEQUENCE"]) for each in events(own).values()}

    assert seen >= {("CONFIRMED", "0"), ("CANCELLED", "1"), ("CONFIRMED", "1")}
    assert {each["STATUS"] for each in events(other).values()} == {"TENTATIVE"}


def test_nine_in_the_morning_is_nine_before_and_after_the_clocks_change(clinic: Clinic) -> None:
    starts = [read(each)[0] for each in events(feed(clinic, *OWNERS[0])).values()]
    changed = datetime(2026, 3, 8, 7, tzinfo=UTC)
    mornings = [each for each in starts if each.astimezone(ZoneInfo(NEW_YORK)).hour == 9]

    assert min(mornings) < changed < max(mornings)
    assert {each.hour for each in mornings} == {14, 13}


def test_a_calendar_with_nothing_on_it_is_one_too() -> None:
    assert faults(ical.calendar(EMPTY)) == []


def read(event: dict[str, str]) -> tuple[datetime, datetime, str, int]:
    start, end = (datetime.fromisoformat(event[name]) for name in ("DTSTART", "DTEND"))
    return start, end, event["STATUS"], int(event["SEQUENCE"])


def lines(clinic: Clinic, subject: str) -> Iterator[AppointmentLine]:
    for each in clinic.reads.page(APPOINTMENTS):
        if subject in (each.aggregate.patient_id, *each.aggregate.resources):
            yield each.aggregate
