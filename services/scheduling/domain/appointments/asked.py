"""Sessions of a course at times that somebody asks for: what they ask, and what forbids it.

Whoever places single sessions judges them here: booking, forced booking, accepting, rescheduling
and offers from the waiting list.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from services.scheduling.domain.appointments.calendar import Calendar
from services.scheduling.domain.appointments.checks import check_known, check_used, start_of
from services.scheduling.domain.appointments.explaining import instead, lacking, ruled
from services.scheduling.domain.clinic.groups import Group, Groups, group_of
from services.scheduling.domain.course.course import Course
from services.scheduling.domain.course.standing import Standing, check_dosing, undecided
from services.scheduling.domain.occupancy.day import in_words, minutes
from services.scheduling.domain.occupancy.needs import Wanted, wanted
from services.scheduling.domain.occupancy.search import Slot
from services.scheduling.domain.planning.fitting import Broken, broken, earliest
from services.scheduling.domain.planning.outline import sessions_of, terms_of
from services.scheduling.domain.planning.rules import RuleLink, Session, rule_links, session_name
from shared.contracts.site import SlotWanted
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy


@dataclass(frozen=True, slots=True)
class Asked:
    """A session at a time (minutes since the epoch), with these resources, or in a group."""

    position: int
    session: Session
    start: int
    resources: tuple[str, ...] = ()
    group: Group | None = None

    @property
    def name(self) -> str:
        return self.session.name


@dataclass(frozen=True, slots=True)
class Outline:
    """The sessions of a course, and the rules between them."""

    course: Course
    sessions: tuple[Session, ...]
    links: tuple[RuleLink, ...]
    policy: Policy

    def position(self, name: str) -> int:
        for position, session in enumerate(self.sessions):
            if session.name == name:
                return position
        protocol = self.course.protocol
        if name in {session_name("dosing", each + 1) for each in range(protocol.doses)}:
            raise undecided()
        raise Rejected(
            "unknown-session",
            f"the course has no {name} to book: it has {protocol.preparations} preparations "
            f"(none after the first dose) and {protocol.doses} doses with their integration",
        )

    def wanted(self, asked: Asked, only: Iterable[str]) -> Wanted:
        of = asked.session
        return wanted(of.kind, self.course.route, of.length, self.policy, only)

    def broken(self, asked: Sequence[Asked]) -> tuple[Broken, ...]:
        return broken(self.sessions, self.links, {each.position: each.start for each in asked})

    def alternatives(
        self, one: Asked, others: Sequence[Asked], calendar: Calendar
    ) -> tuple[str, ...]:
        """When else it could be, if the others that come before it are when they are asked for."""
        before = {each.position: each.start for each in others if each.position < one.position}
        least = earliest(self.sessions, self.links, before, one.position)
        fits = _fits(self, before, one.position)
        found = calendar.alternatives(self.wanted(one, one.resources), max(one.start, least), fits)
        return instead(one.name, found)


def outline_of(begin: datetime, course: Course, standing: Standing, policy: Policy) -> Outline:
    terms = terms_of(begin, course, standing, policy)
    sessions = sessions_of(course, terms)
    return Outline(course, tuple(sessions), tuple(rule_links(sessions, terms)), policy)


def asked_for(
    slots: Sequence[SlotWanted], outline: Outline, groups: Groups
) -> tuple[tuple[Asked, ...], Outline]:
    """What the slots ask for, in the course's order, each of a session that is open; and the
    outline with the lengths of the groups' sessions."""
    asked = sorted((_asked(each, outline, groups) for each in slots), key=lambda one: one.position)
    for one, following in pairwise(asked):
        if one.position == following.position:
            raise Rejected("asked-twice", f"{one.name} is asked for twice: name it once")
    sessions = list(outline.sessions)
    for each in asked:
        sessions[each.position] = each.session
    return tuple(asked), replace(outline, sessions=tuple(sessions))


def check_doses(asked: Iterable[Asked], standing: Standing) -> None:
    """What keeps doses from being booked keeps nothing else (SCH-8)."""
    if any(each.session.kind == "dosing" for each in asked):
        check_dosing(standing)


def check_rules(outline: Outline, asked: Sequence[Asked], calendar: Calendar) -> None:
    """Alternatives are those of the first session that is asked for and cannot be then."""
    found = outline.broken(asked)
    if not found:
        return
    guilty = {each.session.name for each in found}
    one = next((each for each in asked if each.name in guilty), asked[0])
    raise Rejected(
        "rule-broken",
        f"{found[0].session.name} breaks a rule if {one.name} is at {in_words(one.start)}; "
        "nothing was booked: take another time",
        ruled(found),
        outline.alternatives(one, asked, calendar),
    )


def free_slot(one: Asked, asked: Sequence[Asked], outline: Outline, calendar: Calendar) -> Slot:
    """Who and what the session takes; all that is named must be among it."""
    whole = outline.wanted(one, one.resources)
    check_known(one.name, one.resources, calendar.roster)
    slot = calendar.at(whole, one.start)
    if slot is None:
        raise Rejected(
            "no-capacity",
            f"{one.name} finds no place at {in_words(one.start)}; nothing was booked",
            lacking(one.name, whole, one.start, calendar),
            outline.alternatives(one, asked, calendar),
        )
    check_used(one.name, one.resources, {each.id for each in slot.resources})
    return slot


def _asked(slot: SlotWanted, outline: Outline, groups: Groups) -> Asked:
    name = f"{slot.session}-{slot.number}"
    position = outline.position(name)
    session = outline.sessions[position]
    if not session.is_open:
        done = "is done" if session.done else "has its appointment"
        raise Rejected(
            "not-open", f"{name} {done} already: reschedule or cancel it, or leave it out"
        )
    if not slot.group:
        return Asked(position, session, start_of(name, slot.start), slot.resources)
    group = group_of(slot, groups)
    seat = replace(session, length=group.length)
    return Asked(position, seat, minutes(group.start), slot.resources, group)


def _fits(outline: Outline, before: dict[int, int], position: int) -> Callable[[int], bool]:
    return lambda start: not broken(outline.sessions, outline.links, {**before, position: start})
