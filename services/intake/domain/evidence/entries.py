"""Chains of entries: what counts now, and where an amendment belongs. Any order of arrival ends
in the same file.

Of a chain its latest word counts; of a retracted chain nothing does.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol, TypeVar

from services.intake.domain.evidence.kinds import Entry
from shared.kernel.errors import Malformed, Rejected

SOURCE = "clinical reference 7.1: a reversal is a new dated answer, history kept"


class Fact(Protocol):
    """An entry of one subject: an instrument, an item of the work-up, the medication list."""

    @property
    def id(self) -> str: ...
    @property
    def root(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def stated_at(self) -> datetime: ...
    @property
    def subject(self) -> str: ...


class Statement(Protocol):
    """A command that says a fact, perhaps again. `amends`: empty, or what it says again."""

    @property
    def event_id(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def amends(self) -> str: ...


E = TypeVar("E", bound=Entry)
F = TypeVar("F", bound=Fact)


def added(entries: tuple[E, ...], entry: E) -> tuple[E, ...]:
    """In the order in which things were so, whenever they arrived."""
    return tuple(sorted((*entries, entry), key=lambda each: (each.at, each.stated_at, each.id)))


def current(entries: tuple[E, ...], retracted: Collection[str]) -> tuple[E, ...]:
    """The latest word of every chain that stands, oldest first."""
    last: dict[str, E] = {}
    for each in sorted(entries, key=lambda each: (each.stated_at, each.id)):
        last[each.root] = each
    standing = (each for root, each in last.items() if root not in retracted)
    return tuple(sorted(standing, key=lambda each: (each.at, each.stated_at, each.id)))


def place(
    said: Statement, subject: str, known: tuple[F, ...], retracted: Collection[str]
) -> tuple[str, datetime]:
    """The chain that a statement joins, and the time that it speaks of."""
    if not said.amends:
        return said.event_id, said.at
    target = next((each for each in known if each.id == said.amends), None)
    if target is None or target.subject != subject:
        raise Rejected(
            "amends-another-kind",
            f"The entry that this amends is not of {subject}: name the event that it corrects.",
        )
    if target.root in retracted:
        raise Rejected(
            "entry-retracted",
            "The entry that this amends was retracted: post what is true as a new event.",
        )
    if said.at < target.stated_at:
        raise Rejected(
            "amends-later-entry",
            "This was said before the entry that it amends: check the clock and the event named.",
        )
    return target.root, target.at


def refuse_itself(said: Statement) -> None:
    if said.amends == said.event_id:
        raise Malformed("/data/amends", "names the event itself")


def is_the_latest_word(entry: E, entries: tuple[E, ...]) -> bool:
    chain = [each for each in entries if each.root == entry.root]
    return max(chain, key=lambda each: (each.stated_at, each.id)).id == entry.id


def replaced_by(entry: E, entries: tuple[E, ...]) -> E | None:
    """What the chain said before this entry."""
    chain = sorted(
        (each for each in entries if each.root == entry.root and each.id != entry.id),
        key=lambda each: (each.stated_at, each.id),
    )
    return chain[-1] if chain else None
