"""Duplicates are looked up by what is alike, whatever the spelling, and never in clear."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.intake.domain.people.identity import Particulars
from services.intake.domain.people.likeness import (
    MEMBERS_MAX,
    Match,
    Sighting,
    candidates,
    forgotten,
    likenesses,
    relocated,
    sighted,
)
from services.intake.domain.people.person import Member
from tests.kit.people import VAULT

ABOUT = Particulars(
    "Anna Maria", "Müller-Lüdenscheidt", date(1980, 5, 1), phone="+1 555 0100", record_number="7"
)


def alike(clinic: str = "riverside", **what: Any) -> set[str]:
    """In which respects somebody else is like ABOUT of riverside."""
    one = likenesses(VAULT, "riverside", ABOUT)
    other = likenesses(VAULT, clinic, replace(ABOUT, **what))
    return {kind for kind in one if one[kind] == other.get(kind)}


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


def test_a_mistyped_birth_date_is_found_by_the_full_name() -> None:
    assert alike(birth_date=date(1980, 1, 5), phone="", record_number="") == {"full-name"}


def test_a_changed_name_is_found_by_birth_date_and_telephone() -> None:
    other = alike(family_name="Other", phone="+1 (555) 01-00", record_number="")

    assert other == {"birth-date-and-phone"}


def test_a_record_number_is_alike_at_its_own_clinic_only() -> None:
    changed: dict[str, Any] = {
        "given_name": "A",
        "family_name": "B",
        "birth_date": date(1990, 1, 1),
    }

    assert alike(**changed) == {"record-number"}
    assert alike("harbor", **changed) == set()


def test_names_do_not_run_together() -> None:
    one = likenesses(VAULT, "c", replace(ABOUT, family_name="Ab", given_name="C"))
    other = likenesses(VAULT, "c", replace(ABOUT, family_name="A", given_name="Bc"))

    assert one["full-name"] != other["full-name"]


def test_what_is_looked_up_by_says_nothing_of_the_name() -> None:
    assert all(len(each) == 32 and int(each, 16) for each in likenesses(VAULT, "c", ABOUT).values())


def sighting(number: int) -> Sighting:
    return Sighting(Member("harbor", f"patient-{number}"), f"person-{number}")


def test_a_candidate_is_named_once_with_all_that_is_alike() -> None:
    match = Match("f", (sighting(1),))
    own = Member("riverside", "new")

    [found] = candidates({"full-name": match, "family-and-birth-date": match}, own)

    assert (found.clinic, found.patient_id) == ("harbor", "patient-1")
    assert found.matched == ("full-name", "family-and-birth-date")


def test_nobody_is_a_candidate_for_oneself() -> None:
    assert candidates({"full-name": Match("f", (sighting(1),))}, sighting(1).member) == ()


def test_a_look_up_keeps_no_more_members_than_fit() -> None:
    match = Match("f")
    for number in range(MEMBERS_MAX + 5):
        match = sighted(match, sighting(number))

    assert len(match.sightings) == MEMBERS_MAX


def test_whoever_is_erased_or_moves_is_forgotten_or_found_where_they_are() -> None:
    match, away = Match("f", (sighting(1), sighting(2))), Member("summit", "patient-2")

    assert forgotten(match, [sighting(1).member]).sightings == (sighting(2),)
    moved = relocated(match, sighting(2).member, away)
    assert moved.sightings == (sighting(1), Sighting(away, "person-2"))
