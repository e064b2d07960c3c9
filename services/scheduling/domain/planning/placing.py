"""Places the open sessions of a course as early as the rules and the free time allow.

Every rule only ever pushes a session to a later time, so pushing until nothing moves gives the one
earliest placing there is, or proves that there is none. Times only grow within the horizon, which
bounds the search.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from services.scheduling.domain.occupancy.search import Slot
from services.scheduling.domain.planning.rules import Link, Rule, RuleLink, Session, Sessions

Find = Callable[[Session, int], Slot | None]
"""The earliest slot for a session, not before a time; None: no more in the horizon."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """`session` finds no place from `since` to `until`, where `rule` ends the window."""

    session: Session
    since: int
    until: int
    rule: Rule | None


Placing = tuple[Slot, ...]
NEVER = 2**62


def place(sessions: Sessions, links: Sequence[RuleLink], find: Find) -> Placing | Blocked:
    """A slot per session, in order (that of a standing appointment names no resources)."""
    search = _Search(sessions, links, find)
    position = 0
    while position < len(sessions):
        following = search.advance(position)
        if isinstance(following, Blocked):
            return following
        position = following
    return tuple(search.slots)


@dataclass
class _Search:
    """`floor` is how far a session was pushed by a later one, `pushes` the window that one had."""

    sessions: Sessions
    links: Sequence[RuleLink]
    find: Find
    slots: list[Slot] = field(default_factory=list)
    floor: dict[int, int] = field(default_factory=dict)
    pushes: dict[int, Blocked] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._into: list[list[RuleLink]] = [[] for _ in self.sessions]
        for rule, link in self.links:
            self._into[link.later].append((rule, link))

    def advance(self, position: int) -> int | Blocked:
        """Places one session; the position to go on from, which is an earlier one after a push."""
        session, since = self.sessions[position], self._since(position)
        slot = self._slot(session, since)
        latest, rule = self._latest(position, movable=False)
        if slot is None or slot.start > latest:
            return self._cause(position, Blocked(session, since, latest, rule))
        self.slots[position:] = [slot]
        latest, rule = self._latest(position, movable=True)
        if slot.start > latest:
            return self._push(
                position, self._cause(position, Blocked(session, since, latest, rule))
            )
        return position + 1

    def _slot(self, session: Session, since: int) -> Slot | None:
        if session.start is None:
            return self.find(session, since)
        standing = Slot(session.start, session.start + session.length)
        return standing if since <= session.start else None

    def _since(self, position: int) -> int:
        bounds = [self._base(link) + link.least for _, link in self._into[position]]
        return max([self.floor.get(position, 0), *bounds])

    def _latest(self, position: int, *, movable: bool) -> tuple[int, Rule | None]:
        """After when a rule does not let the session start, and which one that is.

        `movable`: the rules that yield if the session they count from starts later.
        """
        bounds: list[tuple[int, Rule | None]] = [
            (self._base(link) + link.most, rule)
            for rule, link in self._into[position]
            if link.most is not None and self._is_movable(link) == movable
        ]
        return min(bounds, key=lambda bound: bound[0], default=(NEVER, None))

    def _push(self, position: int, cause: Blocked) -> int:
        """Makes the sessions that this one is too late for start later."""
        start, pushed = self.slots[position].start, position
        for _, link in self._into[position]:
            if link.earlier is None or link.most is None or not self._is_movable(link):
                continue
            if start - link.most > self.slots[link.earlier].start:
                self.floor[link.earlier] = start - link.most
                self.pushes.setdefault(link.earlier, cause)
                pushed = min(pushed, link.earlier)
        return pushed

    def _is_movable(self, link: Link) -> bool:
        return link.earlier is not None and self.sessions[link.earlier].is_open

    def _cause(self, position: int, blocked: Blocked) -> Blocked:
        """Who was pushed here and finds no place is not the one to blame."""
        was_pushed = self.floor.get(position) == blocked.since
        return self.pushes.get(position, blocked) if was_pushed else blocked

    def _base(self, link: Link) -> int:
        return 0 if link.earlier is None else self.slots[link.earlier].start
