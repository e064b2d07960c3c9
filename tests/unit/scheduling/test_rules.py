"""Each rule, by its own name."""

from dataclasses import replace

import pytest

from services.scheduling.domain.planning.rules import (
    RULES,
    Link,
    Session,
    Sessions,
    Terms,
    rule_links,
)

TERMS = Terms(
    not_before=1000,
    dose_not_before=2000,
    first_dose_by=3000,
    doses_until=9000,
    dose_gap=500,
    preparation_max_age=700,
    integration_from=24,
    integration_to=72,
)
COURSE = (
    Session("preparation", 1, 60),
    Session("preparation", 2, 60),
    Session("dosing", 1, 150),
    Session("integration", 1, 50),
    Session("dosing", 2, 150),
    Session("integration", 2, 50),
)


def of(code: str, sessions: Sessions = COURSE) -> list[Link]:
    return [link for rule, link in rule_links(sessions, TERMS) if rule.code == code]


def test_nothing_starts_before_the_time_asked_for() -> None:
    assert of("asked-for") == [Link(position, least=1000) for position in range(6)]


def test_the_first_dose_is_given_while_the_clearance_is_fresh() -> None:
    assert of("first-dose-in-time") == [Link(2, most=3000)]


def test_every_dose_starts_while_the_clearance_is_valid() -> None:
    assert of("doses-while-cleared") == [Link(2, most=9000), Link(4, most=9000)]


def test_preparation_then_dosing_and_integration_in_turn() -> None:
    assert of("in-order") == [
        Link(1, least=60, earlier=0),
        Link(2, least=60, earlier=1),
        Link(3, least=150, earlier=2),
        Link(4, least=50, earlier=3),
        Link(5, least=150, earlier=4),
    ]


def test_the_last_preparation_is_recent_when_the_first_dose_is_given() -> None:
    assert of("preparation-is-fresh") == [Link(2, most=700, earlier=1)]


def test_integration_starts_within_the_window_after_the_dosing_session_ends() -> None:
    assert of("integration-in-window") == [
        Link(3, least=174, most=222, earlier=2),
        Link(5, least=174, most=222, earlier=4),
    ]


def test_doses_keep_their_distance_also_from_an_earlier_course() -> None:
    assert of("dose-gap") == [
        Link(2, least=2000),
        Link(4, least=2000),
        Link(4, least=500, earlier=2),
    ]


def test_doses_keep_their_distance_also_from_one_that_was_moved_behind_its_next() -> None:
    longer = (*COURSE, Session("dosing", 3, 150), Session("integration", 3, 50))

    assert Link(6, least=500, earlier=2) in of("dose-gap", longer)


def standing(*positions: int, done: bool = False) -> list[Session]:
    return [
        replace(each, start=5000 + n, done=done) if n in positions else each
        for n, each in enumerate(COURSE)
    ]


def test_what_stands_is_never_judged_again() -> None:
    links = [link for _, link in rule_links(standing(0, 1, 2, 3), TERMS)]

    assert {link.later for link in links} == {4, 5}


def test_a_missed_window_of_a_given_dose_is_made_up_for_as_soon_as_possible() -> None:
    late = of("integration-in-window", standing(0, 1, 2, done=True))[0]

    assert late == Link(3, least=174, most=None, earlier=2)


def test_sessions_yet_to_come_stay_in_order_when_what_lies_between_was_done() -> None:
    assert Link(5, least=50, earlier=3) in of("in-order", standing(0, 1, 2, 4, done=True))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_words_and_a_source(rule: object) -> None:
    assert rule.words  # type: ignore[attr-defined]
    assert rule.source  # type: ignore[attr-defined]
