"""Calendar feeds: a secret address shows when, and to nobody what for or who."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from services.scheduling.adapters import ical
from services.scheduling.adapters.http import blueprint
from services.scheduling.application.documents import (
    ADDRESSES,
    APPOINTMENTS,
    FEEDS,
    AppointmentLine,
)
from services.scheduling.application.people.feeds import CalendarView, calendar_at
from services.scheduling.domain.people.feeds import address_of
from shared.contracts import intake, site
from shared.storage.journal import JOURNAL
from shared.web.app import Door, create_app
from shared.web.identity import KeySource, Tokens
from tests.kit.door import ISSUER, bearer, jwks_file
from tests.kit.scheduling import CLINIC, NOW, PATIENT, POLICY, Clinic

CLINICAL = re.compile(
    "ketamin|dos(e|ing)|integration|preparation|ptsd|depress|therap|psych|infusion|nurse|"
    "prescriber|monitor|patient|trauma|session|treatment|escort|fasting|protocol|course",
    re.IGNORECASE,
)
HIDDEN = (PATIENT, *POLICY.protocols, *POLICY.staffing)
"""What a feed must not say either: whose it is, by which protocol, by which route."""


def opened(clinic: Clinic, owner: Any = "patient", subject: str = PATIENT) -> str:
    """The token of a feed's address."""
    assert clinic.say(site.FeedOpened(owner), subject=subject).verdict == "accepted"
    found = clinic.reads.get(FEEDS, f"{owner}-{subject}")
    assert found
    return found.aggregate.token


def shown(clinic: Clinic, token: str, days_later: int = 0) -> CalendarView:
    view = calendar_at(clinic.store, token, NOW + timedelta(days=days_later))
    assert view
    return view


def events(clinic: Clinic, token: str, days_later: int = 0) -> dict[str, Any]:
    """The VEVENTs, by uid."""
    read = Calendar.from_ical(ical.calendar(shown(clinic, token, days_later)))
    return {str(each["uid"]): each for each in read.walk("VEVENT")}


def cancelled(clinic: Clinic, name: str) -> str:
    appointment = clinic.course().appointment(name)
    assert appointment
    said = site.AppointmentCancelled(appointment.id, "patient-asked")
    assert clinic.say(said).verdict == "accepted"
    return appointment.id


def app(clinic: Clinic, folder: Path) -> Flask:
    tokens = Tokens(ISSUER, "kap", KeySource(str(jwks_file(folder))))
    return create_app(Door("scheduling", tokens, {}, [blueprint(clinic.store, POLICY)]))


def test_a_patients_feed_shows_every_appointment_and_no_other_patients() -> None:
    clinic = Clinic().booked()

    lines = shown(clinic, opened(clinic)).lines

    assert [each.appointment_id for each in lines] == [
        each.id for each in sorted(clinic.course().appointments, key=lambda each: each.start)
    ]


def test_a_resources_feed_shows_what_it_takes_part_in() -> None:
    clinic = Clinic().booked()

    nurse = shown(clinic, opened(clinic, "resource", "nurse-1")).lines

    assert {each.session for each in nurse} == {"dosing"}
    assert shown(clinic, opened(clinic, "resource", "therapist-1")).lines


@pytest.mark.parametrize(("owner", "subject"), [("patient", PATIENT), ("resource", "room-1")])
def test_a_feed_says_neither_who_comes_nor_what_for(owner: str, subject: str) -> None:
    clinic = Clinic().booked()
    cancelled(clinic, "dosing-2")

    body = ical.calendar(shown(clinic, opened(clinic, owner, subject))).decode()

    content = re.sub(r"(?m)^(PRODID|UID):.*\r\n", "", body)  # a UID is made of digits and a clinic
    assert "BEGIN:VEVENT" in content
    assert CLINICAL.findall(body) == []
    assert [each for each in HIDDEN if each in content] == []


def test_a_room_is_named_only_where_its_name_says_nothing() -> None:
    clinic = Clinic().booked()
    view = shown(clinic, opened(clinic, "resource", "room-1"))

    def summary(*resources: str) -> str:
        line = view.lines[0]
        changed = {name: getattr(line, name) for name in line.__slots__} | {"resources": resources}
        one = CalendarView(view.clinic, view.owner, (AppointmentLine(**changed),))
        return str(Calendar.from_ical(ical.calendar(one)).walk("VEVENT")[0]["summary"])

    assert summary("nurse-1", "room-12b") == "Busy room-12b"
    assert summary("nurse-1", "ketamine-suite") == "Busy"


def test_times_are_in_utc_and_an_identity_is_the_appointments() -> None:
    clinic = Clinic().booked()
    first = clinic.course().appointments[0]

    event = events(clinic, opened(clinic))[f"{first.id}@{CLINIC}"]

    assert event.to_ical().count(b"TZID") == 0
    assert f"DTSTART:{first.start:%Y%m%dT%H%M%SZ}".encode() in event.to_ical()
    assert (event["summary"], event["status"], event["sequence"]) == ("Appointment", "CONFIRMED", 0)


def test_every_change_that_shows_counts_on_and_never_back() -> None:
    clinic = Clinic().booked()
    token, name = opened(clinic), f"{clinic.course().appointments[1].id}@{CLINIC}"
    clinic.now += timedelta(minutes=10)
    clinic.hear(intake.SafetyHoldRaised(()))
    held = events(clinic, token)[name]
    clinic.now -= timedelta(minutes=5)  # said by a site whose clock is behind
    clinic.hear(intake.SafetyHoldLifted("seen"))
    lifted = events(clinic, token)[name]

    assert (held["status"], held["sequence"]) == ("TENTATIVE", 1)
    assert (lifted["status"], lifted["sequence"]) == ("CONFIRMED", 2)
    assert lifted["last-modified"].dt == held["last-modified"].dt == NOW + timedelta(minutes=10)


def test_what_was_called_off_stays_for_thirty_days_as_cancelled() -> None:
    clinic = Clinic().booked()
    token, gone = opened(clinic), f"{cancelled(clinic, 'integration-6')}@{CLINIC}"

    assert events(clinic, token)[gone]["status"] == "CANCELLED"
    assert gone in events(clinic, token, days_later=30)
    assert gone not in events(clinic, token, days_later=31)


def test_what_is_more_than_thirty_days_behind_is_not_shown() -> None:
    clinic = Clinic().booked()
    token = opened(clinic, "resource", "room-1")
    last = max(each.start for each in clinic.course().appointments)

    later = (last - NOW).days + 31

    assert events(clinic, token, later - 2)
    assert events(clinic, token, later) == {}


def test_the_same_calendar_is_the_same_bytes() -> None:
    clinic = Clinic().booked()
    token = opened(clinic)

    first = ical.calendar(shown(clinic, token))

    assert ical.calendar(shown(clinic, token, days_later=1)) == first


def test_opening_what_is_open_keeps_the_address_and_closing_ends_it() -> None:
    clinic = Clinic().booked()
    token = opened(clinic)
    assert opened(clinic) == token

    assert clinic.say(site.FeedClosed("patient", "lost")).verdict == "accepted"
    assert calendar_at(clinic.store, token, NOW) is None
    assert clinic.say(site.FeedClosed("patient", "lost")).code == "no-feed"
    assert opened(clinic) != token


def test_a_feed_of_nobody_waits_or_is_refused() -> None:
    clinic = Clinic().staffed()

    assert clinic.say(site.FeedOpened("patient"), subject="nobody").verdict == "deferred"
    assert clinic.say(site.FeedOpened("resource"), subject="room-9").code == "unknown-resource"


def test_the_token_is_nowhere_but_in_its_clinics_feed() -> None:
    clinic = Clinic().booked()
    token = opened(clinic)
    kept = {
        name: json.dumps([repr(each) for each in documents.values()])
        for name, documents in clinic.store.collections.items()
    }

    assert [name for name, content in kept.items() if token in content] == [FEEDS.name]
    assert address_of(token) in kept[ADDRESSES.name]
    assert {FEEDS.name, JOURNAL, APPOINTMENTS.name} <= set(kept)
    assert not any(token.encode() in (each.value or b"") for each in clinic.records())


def test_a_phone_reads_it_without_a_token_and_asks_again_for_nothing(tmp_path: Path) -> None:
    clinic = Clinic().booked()
    client, token = app(clinic, tmp_path).test_client(), opened(clinic)
    page = client.get(f"/v1/feeds?owner=patient&id={PATIENT}", headers=bearer()).get_json()
    [listed] = page["items"]
    assert listed["path"] == f"/v1/feeds/{token}.ics"

    first = client.get(listed["path"])
    again = client.get(listed["path"], headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.mimetype) == (200, "text/calendar")
    assert first.headers["Cache-Control"] == "private, max-age=300"
    assert (again.status_code, again.data) == (304, b"")


def test_nothing_tells_a_closed_address_from_one_that_never_was(tmp_path: Path) -> None:
    clinic = Clinic().booked()
    client, token = app(clinic, tmp_path).test_client(), opened(clinic)
    clinic.say(site.FeedClosed("patient", "lost"))

    answers = [client.get(f"/v1/feeds/{each}.ics") for each in (token, "0" * 32, "x", "%00")]

    assert {each.status_code for each in answers} == {404}
    assert len({(each.data, str(sorted(each.headers))) for each in answers}) == 1


def test_the_list_of_feeds_asks_for_a_token_and_shows_the_own_clinics(tmp_path: Path) -> None:
    clinic = Clinic().booked()
    client, token = app(clinic, tmp_path).test_client(), opened(clinic)

    assert client.get("/v1/feeds").status_code == 401
    assert client.get(f"/v1/feeds/{token}").status_code == 401
    assert client.get("/v1/feeds", headers=bearer(clinic="harbor")).get_json()["items"] == []
    assert client.get("/v1/feeds", headers=bearer(scope="events:write")).status_code == 403
