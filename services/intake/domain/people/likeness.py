"""Who may be the same person: looked up by keyed fingerprints of what is alike, never in clear.

Accents, case, spaces and punctuation make no difference. A human decides (SCH-9).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.intake.domain.people.identity import Candidate, Likeness, Particulars
from services.intake.domain.people.person import Member
from services.intake.domain.people.vault import Vault

MEMBERS_MAX = 50
"""Of one fingerprint: a document stays small, and whoever comes later is alike to these."""


@dataclass(frozen=True, slots=True)
class Sighting:
    member: Member
    person_id: str


@dataclass(frozen=True, slots=True)
class Match:
    """All patients of the network who are alike in one respect. `id` is the fingerprint."""

    id: str
    sightings: tuple[Sighting, ...] = ()


def likenesses(vault: Vault, clinic: str, about: Particulars) -> Mapping[Likeness, str]:
    """What the person is looked up by: kind of likeness to fingerprint."""
    family, given = _plain(about.family_name), _plain(about.given_name)
    born, phone = about.birth_date.isoformat(), _digits(about.phone)
    known: dict[Likeness, str] = {
        "family-and-birth-date": f"{family}/{born}",
        "full-name": f"{family}/{given}",
    }
    if phone:
        known["birth-date-and-phone"] = f"{born}/{phone}"
    if about.record_number:
        known["record-number"] = f"{clinic}/{about.record_number}"
    return {kind: vault.fingerprint(f"{kind}/{words}") for kind, words in known.items()}


def candidates(found: Mapping[Likeness, Match], own: Member) -> tuple[Candidate, ...]:
    """Everybody who is alike in some respect, with all respects."""
    matched: dict[Sighting, list[Likeness]] = {}
    for kind, match in found.items():
        for sighting in match.sightings:
            if sighting.member != own:
                matched.setdefault(sighting, []).append(kind)
    return tuple(
        Candidate(who.member.clinic, who.member.patient_id, who.person_id, tuple(kinds))
        for who, kinds in matched.items()
    )


def sighted(match: Match, sighting: Sighting) -> Match:
    """The match with somebody more, as long as there is room."""
    if len(match.sightings) >= MEMBERS_MAX:
        return match
    return replace(match, sightings=(*match.sightings, sighting))


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
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(each for each in letters if each.isalnum())


def _digits(phone: str) -> str:
    return "".join(each for each in phone if each.isdigit())
