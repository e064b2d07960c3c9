"""The site's history checker: what the site said, against its spool and the services' journals.

Each invariant yields its witnesses; an empty list is what must be. Pure: planted bugs test it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

WAITING, TAKEN, TRAY = "waiting", "taken", "tray"


@dataclass(frozen=True, slots=True)
class Said:
    """One event of the site, in the order of its posts. `refused`: the network must refuse it."""

    id: str
    service: str
    subject: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """One posted event in a service's journal; `at` and `order` say when it took effect."""

    id: str
    service: str
    subject: str
    sequence: int
    at: datetime
    order: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One row of the spool. `answer`: the network's word about it, empty if it gave none."""

    id: str
    service: str
    sequence: int
    state: str
    answer: str


@dataclass(frozen=True)
class Evidence:
    """`missing`: per service, the numbers that it says it never got."""

    said: list[Said]
    stored: list[Stored]
    kept: list[Kept]
    missing: Mapping[str, list[list[int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Happened:
    """What was done to the agent, so that a run in which nothing was done is no proof."""

    toxics: Counter[str]
    kills: Counter[str]
    duplicates: int


def violations(evidence: Evidence) -> dict[str, list[str]]:
    found = {
        "said, and not in the service's journal": lost(evidence),
        "in a journal more than once": doubled(evidence),
        "in a journal, and never said": ghosts(evidence),
        "an id was used twice by the site": reused(evidence),
        "not decided as it must be": misjudged(evidence),
        "a patient's events took effect in another order than they were said": disordered(evidence),
        "numbers are repeated, left out, or not those of the spool": misnumbered(evidence),
        "the service says that numbers are missing": gaps(evidence),
        "still waits in the spool": still_waiting(evidence),
        "marked in the spool without an answer": marked_unanswered(evidence),
        "in the tray wrongly, or wrongly not": mislaid(evidence),
    }
    return {invariant: witnesses for invariant, witnesses in found.items() if witnesses}


def vacuous(happened: Happened, toxics: Iterable[str], kills: Iterable[str]) -> list[str]:
    """What never happened in a run that claims to have survived it."""
    quiet = [f"no {name}" for name in toxics if not happened.toxics[name]]
    spared = [f"never killed at {name}" for name in kills if not happened.kills[name]]
    return quiet + spared + ["no duplicate was answered"] * (happened.duplicates == 0)


def lost(evidence: Evidence) -> list[str]:
    stored = {(each.service, each.id, each.subject) for each in evidence.stored}
    return [
        each.id for each in evidence.said if (each.service, each.id, each.subject) not in stored
    ]


def doubled(evidence: Evidence) -> list[str]:
    return _repeated(each.id for each in evidence.stored)


def ghosts(evidence: Evidence) -> list[str]:
    said = {each.id for each in evidence.said}
    return [each.id for each in evidence.stored if each.id not in said]


def reused(evidence: Evidence) -> list[str]:
    return _repeated(each.id for each in evidence.said)


def misjudged(evidence: Evidence) -> list[str]:
    wanted = {each.id: "rejected" if each.refused else "accepted" for each in evidence.said}
    return [
        f"{each.id}: {each.verdict}"
        for each in evidence.stored
        if each.verdict != wanted.get(each.id, each.verdict)
    ]


def disordered(evidence: Evidence) -> list[str]:
    """Per patient and service. (Across services an alarm may go before what waits for a service
    that is away: decision 24.)"""
    place = {each.id: number for number, each in enumerate(evidence.said)}
    lanes: defaultdict[tuple[str, str], list[Stored]] = defaultdict(list)
    for each in evidence.stored:
        if each.id in place:
            lanes[each.service, each.subject].append(each)
    found = []
    for lane in lanes.values():
        lane.sort(key=lambda each: place[each.id])
        found += [
            f"{after.id} before {before.id}"
            for before, after in pairwise(lane)
            if _took_effect_first(after, before)
        ]
    return found


def _took_effect_first(one: Stored, other: Stored) -> bool:
    """What was refused has no effect: its `order` says nothing within one transaction."""
    if one.at == other.at and {one.verdict, other.verdict} == {"accepted"}:
        return one.order < other.order
    return one.at < other.at


def misnumbered(evidence: Evidence) -> list[str]:
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for each in evidence.stored:
        numbers[each.service].append(each.sequence)
    found = []
    for service, given in numbers.items():
        found += [f"{service} has {each} twice" for each in _repeated(map(str, given))]
        left_out = set(range(1, max(given) + 1)) - set(given)
        found += [f"{service} has no {each}" for each in sorted(left_out)]
    spooled = {each.id: each.sequence for each in evidence.kept}
    return found + [
        f"{each.id} is {each.sequence}, spooled as {spooled[each.id]}"
        for each in evidence.stored
        if each.sequence != spooled.get(each.id, each.sequence)
    ]


def gaps(evidence: Evidence) -> list[str]:
    return [f"{service}: {ranges}" for service, ranges in evidence.missing.items() if ranges]


def still_waiting(evidence: Evidence) -> list[str]:
    return [each.id for each in evidence.kept if each.state == WAITING]


def marked_unanswered(evidence: Evidence) -> list[str]:
    return [each.id for each in evidence.kept if each.state != WAITING and not each.answer]


def mislaid(evidence: Evidence) -> list[str]:
    """Exactly what the network must refuse is there, and every event has its row."""
    state = {each.id: each.state for each in evidence.kept}
    wanted = {each.id: TRAY if each.refused else TAKEN for each in evidence.said}
    wrong = [each for each in wanted if state.get(each) not in (wanted[each], WAITING)]
    return [f"{each}: {state.get(each, 'no row')}" for each in wrong]


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]
