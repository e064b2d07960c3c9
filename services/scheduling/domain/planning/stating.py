"""States a course and a diary as a problem, with what the patient likes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

from services.scheduling.domain.occupancy.day import moment
from services.scheduling.domain.occupancy.needs import Wanted, wanted
from services.scheduling.domain.occupancy.search import Diary
from services.scheduling.domain.planning.crowding import crowded_days, on_days
from services.scheduling.domain.planning.problem import Problem, Starts, Times
from services.scheduling.domain.planning.rules import (
    Link,
    Rule,
    RuleLink,
    Session,
    Sessions,
    Terms,
    rule_links,
)
from shared.contracts.site import Route

BUFFERS = Rule(
    "buffers",
    "between two sessions lies the time that people and rooms need before and after",
    "SCH-6 (the resource's buffers)",
    lambda _sessions, _terms: iter(()),
)


@dataclass(frozen=True, slots=True)
class Likes:
    """When the patient would rather come, on the wall in `zone`: `weekdays` (0: Monday; none: any)
    from `not_before` to `not_after`, minutes of the day; `therapist`: who leads (empty: anyone)."""

    zone: ZoneInfo
    weekdays: tuple[int, ...] = ()
    not_before: int = 0
    not_after: int = 24 * 60
    therapist: str = ""

    def suit(self, start: int, length: int) -> bool:
        begin, end = (moment(each).astimezone(self.zone) for each in (start, start + length))
        if self.weekdays and begin.weekday() not in self.weekdays:
            return False
        opens = begin.hour * 60 + begin.minute
        closes = end.hour * 60 + end.minute + (end.date() - begin.date()).days * 24 * 60
        return self.not_before <= opens and closes <= self.not_after


@dataclass(frozen=True, slots=True)
class Question:
    """`attended`: who attends each session that stands or was done."""

    sessions: Sessions
    terms: Terms
    attended: Mapping[str, str]
    route: Route
    likes: Likes
    until: int


def state(question: Question, diary: Diary) -> Problem:
    leads = _leads(question.likes.therapist, diary)
    threshold = diary.policy["plan.crowded_from_percent"]
    crowded = crowded_days(diary, question.likes.zone, threshold)
    found: dict[tuple[str, int], Times] = {}
    for each in question.sessions:
        if each.is_open and (each.kind, each.length) not in found:
            found[each.kind, each.length] = _times(each, question, diary, (leads, crowded))
    return Problem(
        tuple(question.sessions),
        (*rule_links(question.sessions, question.terms), *_buffers(question, diary)),
        tuple(found.get((each.kind, each.length), Times()) for each in question.sessions),
        tuple(question.attended.get(each.name, "") for each in question.sessions),
        leads,
        question.terms.not_before,
    )


def taken_by(session: Session, route: Route, diary: Diary, lead: str) -> Wanted:
    """What the session takes, the lead among it unless empty."""
    return wanted(session.kind, route, session.length, diary.policy, (lead,) if lead else ())


def _leads(therapist: str, diary: Diary) -> tuple[str, ...]:
    able = [each.id for each in diary.roster.resources if each.active and "therapist" in each.kinds]
    return tuple(each for each in able if each == therapist) or tuple(able)


def _times(
    session: Session, question: Question, diary: Diary, of: tuple[tuple[str, ...], frozenset[date]]
) -> Times:
    leads, crowded = of

    def starts(lead: str) -> Starts:
        needed = taken_by(session, question.route, diary, lead)
        return tuple(diary.starts(needed, question.terms.not_before, question.until))

    anyone = starts("")
    return Times(
        anyone,
        {each: starts(each) for each in leads},
        frozenset(each for each in anyone if not question.likes.suit(each, session.length)),
        on_days(anyone, crowded, question.likes.zone),
    )


def _buffers(question: Question, diary: Diary) -> Iterator[RuleLink]:
    """Two open sessions of one course may take the same people and rooms: one after the other."""
    sessions = question.sessions
    ahead = [position for position, each in enumerate(sessions) if not each.done]
    for earlier, later in pairwise(ahead):
        pair = sessions[earlier], sessions[later]
        if all(each.is_open for each in pair) and (apart := _apart(pair, question.route, diary)):
            yield BUFFERS, Link(later, least=pair[0].length + apart, earlier=earlier)


def _apart(pair: tuple[Session, Session], route: Route, diary: Diary) -> int:
    """The longest that a resource which both can take needs between them."""
    first, second = (
        {kind for need in taken_by(each, route, diary, "").needs for kind in need.kinds}
        for each in pair
    )
    both = (
        each
        for each in diary.roster.resources
        if first & set(each.kinds) and second & set(each.kinds)
    )
    return max((each.buffer_before_min + each.buffer_after_min for each in both), default=0)
