"""Duplicates are looked up by what is alike, whatever the spelling, and never in clear."""

from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest

from services.intake.domain.people.identity import Particulars
from services.intake.domain.people.likeness import (
    MEMBERS_MAX,
    Match,
    candidates,
    forgotten,
    looks,
    relocated,
    sighted,
)
from services.intake.domain.people.person import Member
from tests.kit.people import VAULT

ABOUT = Particulars(
    "Anna Maria", "Müller-Lüdenscheidt", date(1980, 5, 1), phone="+1 555 0100", record_number="7"
)
LOOKS = looks(VAULT, "riverside", ABOUT)
FIRST, NEW = Member("riverside", "first"), Member("harbor", "new")
MATCHES = [sighted(Match(each), LOOKS, FIRST, "person-1") for each in LOOKS.lookups]


def alike(clinic: str = "harbor", **what: Any) -> set[str]:
    """In which respects somebody else is like ABOUT of riverside."""
    own = looks(VAULT, clinic, replace(ABOUT, **what))
    found = [each for each in MATCHES if each.id in own.lookups]
    return {kind for each in candidates(own, found, NEW) for kind in each.matched}


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ("anna maria", "muller ludenscheidt"),
        ("ANNA-MARIA", "MÜLLER LÜDENSCHEIDT"),
        (" Annamaria ", "Mu\u0308ller-Lu\u0308denscheidt"),
    ],
)
def test_accents_case_spaces_and_hyphens_make_no_difference(given: str, family: str) -> None:
    assert "full-name" in alike(given_name=given, family_name=family)
    assert "family-and-birth-date" in alike(given_name=given, family_name=family)


def test_a_short_given_name_is_found_by_family_name_and_birth_date() -> None:
    assert "family-and-birth-date" in alike(given_name="Ann", phone="", record_number="")


@pytest.mark.parametrize("born", [date(1980, 1, 5), date(1980, 5, 11)])
def test_a_mistyped_day_or_month_is_found_by_the_full_name(born: date) -> None:
    assert alike(birth_date=born, phone="", record_number="") == {"full-name"}


def test_a_namesake_of_another_year_is_nobodys_duplicate() -> None:
    assert alike(birth_date=date(1981, 5, 1), phone="", record_number="") == set()


def test_somebody_of_the_same_family_and_year_is_not_alike_for_that() -> None:
    other: dict[str, Any] = {"given_name": "Other", "birth_date": date(1980, 7, 7)}

    assert alike(**other, phone="", record_number="") == set()


def test_a_changed_name_is_found_by_birth_date_and_telephone() -> None:
    other = alike(family_name="Other", phone="+1 (555) 01-00", record_number="")

    assert other == {"birth-date-and-phone"}


def test_a_record_number_is_alike_at_its_own_clinic_only() -> None:
    changed: dict[str, Any] = {
        "given_name": "A",
        "family_name": "B",
        "birth_date": date(1990, 1, 1),
    }

    assert alike("riverside", **changed) == {"record-number"}
    assert alike("harbor", **changed) == set()


def test_names_do_not_run_together() -> None:
    one = looks(VAULT, "c", replace(ABOUT, family_name="Ab", given_name="C"))
    other = looks(VAULT, "c", replace(ABOUT, family_name="A", given_name="Bc"))

    assert one.given_name != other.given_name


def test_what_is_looked_up_by_says_nothing_of_the_name() -> None:
    assert all(len(each) == 32 and int(each, 16) for each in asdict(LOOKS).values())


def test_a_candidate_is_named_once_with_all_that_is_alike() -> None:
    [found] = candidates(LOOKS, MATCHES, NEW)

    assert (found.clinic, found.patient_id, found.person_id) == ("riverside", "first", "person-1")
    assert set(found.matched) == {
        *("family-and-birth-date", "full-name", "birth-date-and-phone", "record-number"),
    }


def test_nobody_is_a_candidate_for_oneself() -> None:
    assert candidates(LOOKS, MATCHES, FIRST) == ()


def test_a_look_up_keeps_no_more_members_than_fit() -> None:
    match = Match("f")
    for number in range(MEMBERS_MAX + 5):
        match = sighted(match, LOOKS, Member("harbor", f"patient-{number}"), "person")

    assert len(match.sightings) == MEMBERS_MAX


def test_whoever_is_erased_or_moves_is_forgotten_or_found_where_they_are() -> None:
    away = Member("summit", "new")
    match = sighted(MATCHES[0], LOOKS, NEW, "person-2")

    assert [each.member for each in forgotten(match, [FIRST]).sightings] == [NEW]
    assert [each.member for each in relocated(match, NEW, away).sightings] == [FIRST, away]
