"""What the rules say of single times is what each rule says of every two of them."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.scheduling.domain.occupancy.search import Slot
from services.scheduling.domain.planning.fitting import broken, earliest
from services.scheduling.domain.planning.outline import sessions_of, terms_of
from services.scheduling.domain.planning.placing import Blocked, place
from services.scheduling.domain.planning.rules import rule_links
from tests.kit.scheduling import NOW, POLICY, a_course

STANDING, COURSE = a_course()
TERMS = terms_of(NOW, COURSE, STANDING, POLICY)
SESSIONS = sessions_of(COURSE, TERMS)
LINKS = rule_links(SESSIONS, TERMS)
FIRST = TERMS.not_before
PLACES = range(len(SESSIONS))
STARTS = st.lists(st.integers(-10, 2000), min_size=len(SESSIONS), max_size=len(SESSIONS))


def holds(starts: dict[int, int]) -> bool:
    """Every link between two that have a time, one by one."""
    for _, link in LINKS:
        if link.later not in starts or (link.earlier is not None and link.earlier not in starts):
            continue
        since = 0 if link.earlier is None else starts[link.earlier]
        start = starts[link.later]
        if start < since + link.least or (link.most is not None and start > since + link.most):
            return False
    return True


def placed_around(starts: dict[int, int]) -> bool:
    """The course has a place for the rest if these are where they are."""

    def find(session: object, since: int) -> Slot | None:
        position = next(n for n, each in enumerate(SESSIONS) if each == session)
        start = starts.get(position, since)
        return Slot(start, start + SESSIONS[position].length) if since <= start else None

    return not isinstance(place(SESSIONS, LINKS, find), Blocked)


@given(STARTS)
@settings(max_examples=200)
def test_of_a_course_with_all_its_times_a_rule_is_broken_if_one_link_is(hours: list[int]) -> None:
    starts = {position: FIRST + hour * 60 for position, hour in enumerate(sorted(hours))}

    assert (broken(SESSIONS, LINKS, starts) == ()) == holds(starts)


@given(st.dictionaries(st.sampled_from(PLACES), st.integers(0, 700), max_size=5))
@example({0: 0, 2: 411})  # no dose is within 14 days of its preparation and 72 h before it
@settings(max_examples=200)
def test_what_breaks_nothing_leaves_room_for_the_rest(hours: dict[int, int]) -> None:
    starts = {position: FIRST + hour * 60 for position, hour in hours.items()}

    if not broken(SESSIONS, LINKS, starts):
        assert holds(starts)
        assert placed_around(starts)


@given(st.integers(0, 20), st.sampled_from(PLACES))
def test_before_its_earliest_time_a_session_breaks_a_rule(minutes: int, position: int) -> None:
    least = earliest(SESSIONS, LINKS, {}, position)

    assert not broken(SESSIONS, LINKS, {position: least})
    assert broken(SESSIONS, LINKS, {position: least - 1 - minutes})


def test_an_integration_that_stands_before_any_dose_forbids_the_dose_it_would_integrate() -> None:
    """It was forced when no dose was booked: nothing can make it right but moving it."""
    names = [each.name for each in SESSIONS]
    dose, integration = names.index("dosing-2"), names.index("integration-2")
    sessions = list(SESSIONS)
    sessions[integration] = replace(sessions[integration], start=FIRST)
    links = rule_links(sessions, TERMS)
    least = earliest(sessions, links, {}, dose)

    found = broken(sessions, links, {dose: least})

    assert "integration-2" in {each.session.name for each in found}
