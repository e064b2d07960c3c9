"""What is declared and told gets on the roster; what cannot be meant is answered with its place."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.scheduling.application.documents import ROSTER, ROSTERS
from services.scheduling.domain.resources.commands import (
    DeclareResource,
    DeclareSite,
    KnowLicence,
    KnowSiteCertificate,
)
from services.scheduling.domain.resources.declaring import (
    certify,
    declare,
    declare_site,
    know_licence,
)
from services.scheduling.domain.resources.resource import Roster
from shared.contracts.site import (
    Certificate,
    Closure,
    RecurringHours,
    ResourceDeclared,
    SiteDeclared,
)
from shared.kernel.errors import Malformed
from tests.kit.scheduling import BERLIN, NEW_YORK, NOW, Clinic, a_resource, declared, hours


def declaring(**changes: object) -> DeclareResource:
    fields = {"kind": "room", "zone": NEW_YORK, "hours": hours(), "active": True} | changes
    said = ResourceDeclared(**fields)  # type: ignore[arg-type]
    return DeclareResource("event", NOW, "room-1", said)


def test_a_resource_declared_again_replaces_what_was_known() -> None:
    once = declare(declaring(), Roster())

    again = declare(declaring(active=False, zone=BERLIN), once)

    assert [(each.zone, each.active) for each in again.resources] == [(BERLIN, False)]


@pytest.mark.parametrize("zone", ["Nowhere/Atlantis", "America", "../etc/passwd", "leapseconds"])
def test_a_zone_that_does_not_exist_breaks_the_contract(zone: str) -> None:
    with pytest.raises(Malformed) as fault:
        declare(declaring(zone=zone), Roster())

    assert fault.value.path == "/data/zone"


def test_hours_that_close_before_they_open_break_the_contract() -> None:
    with pytest.raises(Malformed) as fault:
        declare(declaring(hours=(*hours(), *hours("17:00", "09:00", [5]))), Roster())

    assert fault.value.path == "/data/hours/5/closes"


def site_declaring(**changes: object) -> DeclareSite:
    fields = {"zone": NEW_YORK, "hours": hours()} | changes
    return DeclareSite("event", NOW, "main", SiteDeclared(**fields))  # type: ignore[arg-type]


def fault(command: DeclareResource | DeclareSite) -> str:
    decide: Any = declare_site if isinstance(command, DeclareSite) else declare
    with pytest.raises(Malformed) as found:
        decide(command, Roster())
    assert found.value.reason
    return found.value.path


MONTHLY = RecurringHours(date(2026, 1, 3), "FREQ=MONTHLY;BYDAY=1SA", "09:00", "13:00")
BACKWARD = Closure(date(2026, 5, 2), date(2026, 5, 1), "leave")
ACLS = Certificate("acls", date(2027, 1, 1))


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"hours": (*hours(), *hours("11:00", "12:00", [4]))}, "/data/hours/5"),
        ({"recurring": (MONTHLY, replace(MONTHLY, closes="09:00"))}, "/data/recurring/1/closes"),
        ({"recurring": (replace(MONTHLY, rule="FREQ=HOURLY"),)}, "/data/recurring/0/rule"),
        ({"recurring": (replace(MONTHLY, first=date.max),)}, "/data/recurring/0/rule"),
        ({"absences": (BACKWARD,)}, "/data/absences/0/last"),
        ({"kind": "nurse", "places": 2}, "/data/places"),
        ({"kind": "monitor", "places": 2}, "/data/places"),
        ({"kind": "nurse", "room": "room-2"}, "/data/room"),
        ({"kind": "room", "room": "room-2"}, "/data/room"),
        ({"kind": "nurse", "also": ("room",)}, "/data/also/0"),
        ({"kind": "nurse", "also": ("sitter", "nurse")}, "/data/also/1"),
        ({"kind": "nurse", "also": ("sitter", "sitter")}, "/data/also/1"),
        ({"kind": "room", "also": ("nurse",)}, "/data/also/0"),
        ({"kind": "room", "practitioner": "somebody"}, "/data/practitioner"),
        ({"kind": "chair", "certificates": (ACLS,)}, "/data/certificates"),
        ({"kind": "nurse", "certificates": (ACLS, ACLS)}, "/data/certificates/1/code"),
    ],
)
def test_what_cannot_be_meant_is_answered_with_its_place(
    changes: dict[str, object], path: str
) -> None:
    assert fault(declaring(**changes)) == path


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"zone": "Nowhere/Atlantis"}, "/data/zone"),
        ({"hours": hours("17:00", "09:00")}, "/data/hours/0/closes"),
        ({"recurring": (replace(MONTHLY, rule="FREQ=DAILY;COUNT=0"),)}, "/data/recurring/0/rule"),
        ({"closures": (replace(BACKWARD, last=BACKWARD.first), BACKWARD)}, "/data/closures/1/last"),
    ],
)
def test_a_site_is_looked_at_in_the_same_way(changes: dict[str, object], path: str) -> None:
    assert fault(site_declaring(**changes)) == path


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "chair", "room": "a-room-that-comes-later"},
        {"kind": "monitor", "also": ("chair",)},
        {"kind": "room", "places": 6, "hours": ()},
        {"kind": "nurse", "also": ("sitter", "therapist"), "practitioner": "p", "site": "later"},
        {"hours": (*hours("09:00", "12:00"), *hours("12:00", "24:00"))},
        {"recurring": (MONTHLY,), "absences": (replace(BACKWARD, last=BACKWARD.first),)},
    ],
)
def test_what_can_be_meant_is_kept_as_it_was_said(changes: dict[str, object]) -> None:
    [kept] = declare(declaring(**changes), Roster()).resources

    assert {name: getattr(kept, name) for name in changes} == changes


def test_a_site_declared_again_replaces_what_was_known() -> None:
    once = declare_site(site_declaring(), Roster((a_resource("room"),)))

    again = declare_site(site_declaring(zone=BERLIN), once)

    assert [(each.id, each.zone) for each in again.sites] == [("main", BERLIN)]
    assert again.resources == once.resources


def knowing(until: date, since: date = date(2026, 1, 1), licence: str = "") -> KnowLicence:
    return KnowLicence("event", NOW, "nurse-1", "nurse", since, until, licence)


def test_the_latest_word_on_a_licence_stands_and_several_licences_stand_together() -> None:
    end, next_year = date(2026, 12, 31), date(2027, 1, 1)
    told = (
        knowing(end, licence="a"),
        knowing(date(2028, 1, 1), next_year, "b"),
        knowing(date(2026, 6, 1), date(2026, 2, 1), "a"),  # corrected and ended
        knowing(end),
        knowing(date(2026, 3, 1)),  # nobody said which: the one that begins then
        knowing(date(2028, 1, 1), next_year),
    )

    roster = Roster()
    for each in told:
        roster = know_licence(each, roster)

    assert sorted((e.licence, e.valid_from, e.valid_until) for e in roster.licences) == [
        ("", date(2026, 1, 1), date(2026, 3, 1)),
        ("", next_year, date(2028, 1, 1)),
        ("a", date(2026, 2, 1), date(2026, 6, 1)),
        ("b", next_year, date(2028, 1, 1)),
    ]


def test_the_newest_certificate_of_a_site_stands() -> None:
    once = certify(KnowSiteCertificate("event", NOW, "main", NOW + timedelta(days=9)), Roster())

    again = certify(KnowSiteCertificate("event", NOW, "main", NOW), once)

    assert [(each.site, each.valid_until) for each in again.certified] == [("main", NOW)]


def test_a_bad_rule_is_answered_at_the_door_with_its_place() -> None:
    bad = replace(MONTHLY, rule="FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2")
    clinic = Clinic()

    verdict = clinic.say(declared(a_resource("room", recurring=(bad,))), subject="room-1")

    assert (verdict.verdict, verdict.path) == ("invalid", "/data/recurring/0/rule")
    assert "never falls on a day" in verdict.reason
    assert clinic.reads.get(ROSTERS, ROSTER) is None
