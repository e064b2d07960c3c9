"""Whether sessions can be at the very times that are asked for: the rules, without a search.

Every rule is a least or a most between two starts. From what is fixed, the earliest start of every
other session follows; a rule is broken where that pushes a session that is fixed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.scheduling.domain.planning.rules import Link, Rule, RuleLink, Session, Sessions


@dataclass(frozen=True, slots=True)
class Broken:
    """`session` would have to start at `least` or later, or at `most` at the latest; `after`: for
    the sake of the session at that position."""

    session: Session
    rule: Rule
    least: int | None = None
    most: int | None = None
    after: int | None = None


def broken(
    sessions: Sessions, links: Sequence[RuleLink], starts: Mapping[int, int]
) -> tuple[Broken, ...]:
    """The rules that break if open sessions start then, by position. Those of them that nobody
    placed must keep room. What was broken before it was asked is not counted, unless it follows
    what is asked for: an integration that stands too early forbids its dose."""
    before = {(each.session.name, each.rule.code) for each in _spread(sessions, links, {}).broken}
    found = _spread(sessions, links, starts).broken
    return tuple(
        each
        for each in found
        if each.after in starts or (each.session.name, each.rule.code) not in before
    )


def earliest(
    sessions: Sessions, links: Sequence[RuleLink], starts: Mapping[int, int], position: int
) -> int:
    """Before when the rules do not let an open session start."""
    return _spread(sessions, links, starts).least.get(position, 0)


@dataclass
class _Spread:
    """`least` by position; `fixed` are the positions that do not move."""

    sessions: Sessions
    fixed: frozenset[int]
    least: dict[int, int]
    found: dict[tuple[int, str], Broken] = field(default_factory=dict)
    moved: bool = True

    @property
    def broken(self) -> tuple[Broken, ...]:
        return tuple(self.found[each] for each in sorted(self.found))

    def follow(self, rule: Rule, link: Link) -> None:
        base = 0 if link.earlier is None else self.least.get(link.earlier, 0)
        self._not_before(link.later, base + link.least, rule, link.earlier)
        if link.most is None:
            return
        latest = base + link.most
        if self.least.get(link.later, 0) <= latest:
            return
        if link.earlier is not None and link.earlier not in self.fixed:
            self._not_before(link.earlier, self.least[link.later] - link.most, rule)
        else:
            late = Broken(self.sessions[link.later], rule, most=latest, after=link.earlier)
            self._note(link.later, late)

    def _not_before(self, position: int, least: int, rule: Rule, after: int | None = None) -> None:
        if self.least.get(position, 0) >= least:
            return
        if position in self.fixed:
            early = Broken(self.sessions[position], rule, least=least, after=after)
            self._note(position, early)
            return
        self.least[position] = least
        self.moved = True

    def _note(self, position: int, broken: Broken) -> None:
        self.found.setdefault((position, broken.rule.code), broken)


def _spread(sessions: Sessions, links: Sequence[RuleLink], starts: Mapping[int, int]) -> _Spread:
    """Followed until nothing moves: at most once per session, or the rules contradict."""
    stand = {n: each.start for n, each in enumerate(sessions) if each.start is not None}
    known = {**stand, **starts}
    spread = _Spread(sessions, frozenset(known), known)
    for _ in range(len(sessions) + 1):
        if not spread.moved:
            break
        spread.moved = False
        for rule, link in links:
            spread.follow(rule, link)
    return spread
