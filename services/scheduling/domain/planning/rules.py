"""The rules between the sessions of a course: the list at the bottom is the registry.

A rule yields links: how long after another session (or after the epoch) one may start. All times
are minutes; links count from start to start.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.contracts.scheduling import SessionKind


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a course. `start` is set if its appointment stands, `done` if it was held."""

    kind: SessionKind
    number: int
    length: int
    start: int | None = None
    done: bool = False

    @property
    def name(self) -> str:
        return session_name(self.kind, self.number)

    @property
    def is_open(self) -> bool:
        return self.start is None


@dataclass(frozen=True, slots=True)
class Terms:
    """What the policy, the protocol and the patient's standing allow this course."""

    not_before: int
    dose_not_before: int
    first_dose_by: int
    doses_until: int
    dose_gap: int
    preparation_max_age: int
    integration_from: int
    integration_to: int


@dataclass(frozen=True, slots=True)
class Link:
    """Session `later` starts `least` to `most` minutes after session `earlier` (None: epoch)."""

    later: int
    least: int = 0
    most: int | None = None
    earlier: int | None = None


Sessions = Sequence[Session]


@dataclass(frozen=True, slots=True)
class Rule:
    """`words` are for the coordinator; `source` says where the rule comes from."""

    code: str
    words: str
    source: str
    links: Callable[[Sessions, Terms], Iterator[Link]]


RuleLink = tuple[Rule, Link]


def session_name(kind: SessionKind, number: int) -> str:
    return f"{kind}-{number}"


def rule_links(sessions: Sessions, terms: Terms) -> list[RuleLink]:
    """Every link that a session yet to be booked depends on."""
    return [
        (rule, link)
        for rule in RULES
        for link in rule.links(sessions, terms)
        if _matters(sessions, link)
    ]


def _matters(sessions: Sessions, link: Link) -> bool:
    """What stands or was done is never judged again."""
    later = sessions[link.later]
    if link.earlier is None:
        return later.is_open
    return not later.done and (later.is_open or sessions[link.earlier].is_open)


def _not_before(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    for position in range(len(sessions)):
        yield Link(position, least=terms.not_before)


def _in_order(sessions: Sessions, _: Terms) -> Iterator[Link]:
    ahead = [position for position, each in enumerate(sessions) if not each.done]
    for earlier, later in pairwise(ahead):
        yield Link(later, least=sessions[earlier].length, earlier=earlier)


def _first_dose_in_time(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    for position in _doses(sessions)[:1]:
        yield Link(position, most=terms.first_dose_by)


def _doses_while_cleared(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    for position in _doses(sessions):
        yield Link(position, most=terms.doses_until)


def _preparation_is_fresh(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    preparations = [n for n, each in enumerate(sessions) if each.kind == "preparation"]
    for earlier, later in zip(preparations[-1:], _doses(sessions)[:1], strict=False):
        yield Link(later, most=terms.preparation_max_age, earlier=earlier)


def _integration_in_window(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    """A dose that was given is integrated as soon as possible, even if the window is missed."""
    for dose in _doses(sessions):
        length = sessions[dose].length
        most = None if sessions[dose].done else length + terms.integration_to
        yield Link(dose + 1, least=length + terms.integration_from, most=most, earlier=dose)


def _dose_gap(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    doses = _doses(sessions)
    for position in doses:
        yield Link(position, least=terms.dose_not_before)
    for earlier, later in pairwise(doses):
        yield Link(later, least=terms.dose_gap, earlier=earlier)


def _doses(sessions: Sessions) -> list[int]:
    return [position for position, each in enumerate(sessions) if each.kind == "dosing"]


RULES = (
    Rule("asked-for", "nothing starts before the time asked for", "the request", _not_before),
    Rule(
        "first-dose-in-time",
        "the first dose is given while the medical clearance is fresh",
        "SCH-1 (clearance.max_age_first_d)",
        _first_dose_in_time,
    ),
    Rule(
        "doses-while-cleared",
        "every dose starts while clearance and consent are valid",
        "SCH-1 (clearance.max_age_course_d, consent.max_age_d)",
        _doses_while_cleared,
    ),
    Rule(
        "in-order",
        "preparation, then dosing and its integration in turn, one after the other",
        "SCH-2; clinical reference 3.5",
        _in_order,
    ),
    Rule(
        "preparation-is-fresh",
        "the last preparation is recent when the first dose is given",
        "clinical reference 3.5 (prep.max_age_d)",
        _preparation_is_fresh,
    ),
    Rule(
        "integration-in-window",
        "integration starts within the window after its dosing session ends",
        "SCH-3 (integration.window_from_h, integration.window_to_h)",
        _integration_in_window,
    ),
    Rule(
        "dose-gap",
        "doses keep their distance, also from doses of an earlier course",
        "SCH-4, SCH-9 (dose.min_gap_h, the protocol)",
        _dose_gap,
    ),
)
