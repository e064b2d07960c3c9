"""Who may be the same person: looked up by keyed fingerprints of what is alike, never in clear.

Accents, case, spaces and punctuation make no difference. A human decides (SCH-9).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from services.intake.domain.people.identity import Candidate, Likeness, Particulars
from services.intake.domain.people.person import Member
from services.intake.domain.people.vault import Vault

MEMBERS_MAX = 50
"""Of one look-up: a document stays small, and whoever comes later is alike to these."""
_NO_LETTER, _NO_DIGIT = re.compile(r"[\W_]+"), re.compile(r"\D+")


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody in a look-up, and fingerprints of what tells them from others in it."""

    member: Member
    person_id: str
    given_name: str
    birth_date: str


@dataclass(frozen=True, slots=True)
class Match:
    """All patients of the network who share what the look-up is by. `id` is its fingerprint."""

    id: str
    sightings: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True)
class Looks:
    """What a person is looked up by: fingerprints, `family` of the family name and birth year.

    One look-up finds both a short given name and a mistyped day; the others where they are known.
    """

    family: str
    given_name: str
    birth_date: str
    phone: str = ""
    record_number: str = ""

    @property
    def lookups(self) -> tuple[str, ...]:
        return tuple(each for each in (self.family, self.phone, self.record_number) if each)


def lookups(vault: Vault, clinic: str, about: Particulars) -> tuple[str, str, str]:
    """By family, telephone and record number; empty where there is none."""
    family, born = _plain(about.family_name), about.birth_date
    phone, number, mark = about.phone, about.record_number, vault.fingerprint
    return (
        mark(f"family/{family}/{born.year}"),
        mark(f"phone/{born}/{_NO_DIGIT.sub('', phone)}") if phone else "",
        mark(f"number/{clinic}/{number}") if number else "",
    )


def looks(vault: Vault, clinic: str, about: Particulars) -> Looks:
    family, phone, number = lookups(vault, clinic, about)
    return Looks(
        family,
        vault.fingerprint(f"given/{family}/{_plain(about.given_name)}"),
        vault.fingerprint(f"born/{family}/{about.birth_date}"),
        phone,
        number,
    )


def candidates(own: Looks, found: Iterable[Match], member: Member) -> tuple[Candidate, ...]:
    """Everybody who is alike in some respect, with all respects."""
    matched: dict[tuple[Member, str], list[Likeness]] = {}
    for match in found:
        for sighting in match.sightings:
            if sighting.member != member and (kinds := list(_alike(own, match.id, sighting))):
                matched.setdefault((sighting.member, sighting.person_id), []).extend(kinds)
    return tuple(
        Candidate(who.clinic, who.patient_id, person_id, tuple(kinds))
        for (who, person_id), kinds in matched.items()
    )


def sighted(match: Match, own: Looks, member: Member, person_id: str) -> Match:
    """The match with somebody more, as long as there is room."""
    if len(match.sightings) >= MEMBERS_MAX:
        return match
    sighting = Sighting(member, person_id, own.given_name, own.birth_date)
    return replace(match, sightings=(*match.sightings, sighting))


def _alike(own: Looks, lookup: str, other: Sighting) -> Iterator[Likeness]:
    if lookup == own.phone:
        yield "birth-date-and-phone"
    elif lookup == own.record_number:
        yield "record-number"
    elif own.birth_date == other.birth_date:
        yield "family-and-birth-date"
    if lookup == own.family and own.given_name == other.given_name:
        yield "full-name"


def forgotten(match: Match, members: Iterable[Member]) -> Match:
    gone = set(members)
    return replace(match, sightings=tuple(s for s in match.sightings if s.member not in gone))


def relocated(match: Match, before: Member, after: Member) -> Match:
    """The match of somebody who goes by another clinic now."""
    return replace(
        match,
        sightings=tuple(
            replace(each, member=after) if each.member == before else each
            for each in match.sightings
        ),
    )


def _plain(name: str) -> str:
    letters = name if name.isascii() else unicodedata.normalize("NFKD", name)
    return _NO_LETTER.sub("", letters).casefold()
