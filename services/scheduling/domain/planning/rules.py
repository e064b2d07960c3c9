"""The rules between the sessions of a course: the list at the bottom is the registry.

A rule yields links: how long after another session (or after the epoch) one may start. All times
are minutes; links count from start to start.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from shared.contracts.scheduling import SessionKind

WEEK = 7 * 24 * 60
NO_MAXIMUM = 2**30


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
    """What the policy, the protocol and the patient's standing allow this course.

    `earlier_doses` ascend: those of earlier courses and of other clinics, which are given or booked
    before any of this one. `is_maintained`: doses beyond the induction may be booked.
    """

    not_before: int
    dose_not_before: int
    first_dose_by: int
    doses_until: int
    dose_gap: int
    preparation_max_age: int
    integration_from: int
    integration_to: int
    per_week_max: int = NO_MAXIMUM
    induction_doses: int = 0
    maintenance_gap: int = 0
    earlier_doses: tuple[int, ...] = ()
    is_maintained: bool = True


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
    return [(rule, link) for rule, link in all_links(sessions, terms) if _matters(sessions, link)]


def all_links(sessions: Sessions, terms: Terms) -> list[RuleLink]:
    return [(rule, link) for rule in RULES for link in rule.links(sessions, terms)]


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
        if dose + 1 == len(sessions) or sessions[dose + 1].kind != "integration":
            continue
        length = sessions[dose].length
        most = None if sessions[dose].done else length + terms.integration_to
        yield Link(dose + 1, least=length + terms.integration_from, most=most, earlier=dose)


def _dose_gap(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    """Between any two: the one just before may itself stand too early, or be past and never given,
    while one before that was moved behind it."""
    doses = _doses(sessions)
    for position in doses:
        yield Link(position, least=terms.dose_not_before)
    for earlier, later in combinations(doses, 2):
        yield Link(later, least=terms.dose_gap, earlier=earlier)


def _maintenance_gap(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    for earlier, later in pairwise(_doses(sessions)):
        if 0 < terms.induction_doses < sessions[later].number:
            yield Link(later, least=terms.maintenance_gap, earlier=earlier)


def _weekly_maximum(sessions: Sessions, terms: Terms) -> Iterator[Link]:
    """The dose after as many as a week allows is a week after the first of them."""
    doses, given = _doses(sessions), terms.earlier_doses
    for index, position in enumerate(doses):
        first = index - terms.per_week_max
        if first >= 0:
            yield Link(position, least=WEEK, earlier=doses[first])
        elif -first <= len(given):
            yield Link(position, least=given[first] + WEEK)


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
    Rule(
        "weekly-maximum",
        "no more doses in any seven days than the route allows, whoever gave them",
        "SCH-4, SCH-9 (dose.<route>.per_week_max)",
        _weekly_maximum,
    ),
    Rule(
        "maintenance-gap",
        "doses beyond the induction keep the distance of maintenance",
        "SCH-4 (the protocol's maintenance_gap_h)",
        _maintenance_gap,
    ),
)
