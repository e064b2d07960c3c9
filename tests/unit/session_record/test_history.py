"""The patient's history: what each encounter leaves in it."""

from services.session_record.domain import history as histories
from services.session_record.domain.weights import Weight
from tests.kit.session_record import (
    a_dose_given,
    a_history,
    an_entry,
    at,
    finish,
    give,
    report,
)

OPEN = a_history(an_entry("dosing", 1))


def test_an_encounter_keeps_its_newest_weight() -> None:
    history = OPEN
    for minutes, kg in ((10, 80.0), (5, 79.0)):
        history = histories.weighed(history, "e-dosing-1", Weight(at(minutes), kg))

    assert history.entries[-1].weight == Weight(at(10), 80.0)


def test_dose_adverse_events_and_end_are_kept_with_their_times() -> None:
    history = histories.dosed(OPEN, give(10), 0.5)
    history = histories.reacted(history, report(20, grade=3))
    history = histories.reacted(history, report(30, grade=1))
    history = histories.finished(history, finish(110, encounter_id="e-dosing-1"))

    entry = history.entries[-1]
    assert (entry.dosed_at, entry.finished_at) == (at(10), at(110))
    assert [reaction.grade for reaction in history.reactions()] == [3, 1]
    assert history.entries[0] == OPEN.entries[0]


def test_the_last_dose_is_the_one_before_the_asked_time() -> None:
    history = a_history(a_dose_given(2, days=-2), a_dose_given(1, days=-7))

    found = [history.last_dose("course-1", at(days=days)) for days in (-8, -7, -3, 0)]

    assert [entry and entry.dose_number for entry in found] == [None, None, 1, 2]
