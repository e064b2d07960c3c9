"""Pushing finds the earliest placing there is, and blames the session that finds no place."""

from services.scheduling.domain.free_time import Slot
from services.scheduling.domain.placing import Blocked, place
from services.scheduling.domain.rules import Link, Rule, Session

RULE = Rule("a-rule", "words", "source", lambda _sessions, _terms: iter(()))
FIRST = Session("dosing", 1, 10)
SECOND = Session("integration", 1, 10)


def placed(starts: dict[str, list[int]], *links: Link, sessions: tuple[Session, ...]) -> object:
    """`starts` are the only times at which a session can start."""

    def find(session: Session, since: int) -> Slot | None:
        later = [start for start in starts[session.name] if start >= since]
        return Slot(later[0], later[0] + session.length) if later else None

    found = place(sessions, [(RULE, link) for link in links], find)
    return found if isinstance(found, Blocked) else [slot.start for slot in found]


WINDOW = Link(1, least=20, most=30, earlier=0)


def test_each_session_takes_its_earliest_time() -> None:
    starts = {"dosing-1": [0, 5], "integration-1": [10, 22]}

    assert placed(starts, WINDOW, sessions=(FIRST, SECOND)) == [0, 22]


def test_a_dose_whose_integration_finds_no_place_starts_later() -> None:
    starts = {"dosing-1": [0, 50, 80], "integration-1": [10, 102]}

    assert placed(starts, WINDOW, sessions=(FIRST, SECOND)) == [80, 102]


def test_the_session_that_finds_no_place_is_blamed_not_the_one_it_pushed() -> None:
    starts = {"dosing-1": [0, 50], "integration-1": [10, 102]}

    blocked = placed(starts, WINDOW, Link(0, most=60), sessions=(FIRST, SECOND))

    assert blocked == Blocked(SECOND, 20, 30, RULE)


def test_a_limit_that_nothing_can_move_ends_the_search() -> None:
    blocked = placed({"dosing-1": [50]}, Link(0, most=40), sessions=(FIRST,))

    assert blocked == Blocked(FIRST, 0, 40, RULE)


def test_what_stands_is_not_moved_and_the_others_are_placed_around_it() -> None:
    standing = Session("integration", 1, 10, start=60)
    starts = {"dosing-1": [0, 35, 45]}

    assert placed(starts, WINDOW, sessions=(FIRST, standing)) == [35, 60]


def test_what_stands_too_early_blocks() -> None:
    standing = Session("integration", 1, 10, start=60)

    blocked = placed({"dosing-1": [45]}, WINDOW, sessions=(FIRST, standing))

    assert isinstance(blocked, Blocked)
    assert (blocked.session, blocked.since) == (standing, 65)
