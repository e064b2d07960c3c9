"""The checker itself: a sound history passes, and each planted bug of an agent is caught."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.site.agent import KILLS
from tests.chaos.site.checker import (
    TAKEN,
    TRAY,
    WAITING,
    Evidence,
    Happened,
    Kept,
    Said,
    Stored,
    vacuous,
    violations,
)
from tests.chaos.site.proxy import TOXICS

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
REFUSED = 5


def history(events: int = 8) -> Evidence:
    """Two patients' events in turn, one of them refused, as a sound agent leaves them."""
    said = [Said(f"e-{n}", "intake", f"patient-{n % 2}", n == REFUSED) for n in range(events)]
    words = ["rejected" if each.refused else "accepted" for each in said]
    stored = [
        Stored(each.id, "intake", each.subject, n + 1, BEGAN + timedelta(seconds=n), n, words[n])
        for n, each in enumerate(said)
    ]
    kept = [
        Kept(each.id, "intake", n + 1, TRAY if each.refused else TAKEN, words[n])
        for n, each in enumerate(said)
    ]
    return Evidence(said, stored, kept, {"intake": []})


def marks_before_the_answer(sound: Evidence) -> Evidence:
    """Killed between the mark and the answer, it believes that it was sent."""
    sound.kept[7] = replace(sound.kept[7], answer="")
    sound.stored.pop(7)
    return sound


def drops_what_was_cut_off(sound: Evidence) -> Evidence:
    sound.stored.pop(7)
    sound.kept.pop(7)
    return sound


def reuses_an_id(sound: Evidence) -> Evidence:
    """The second event under an id is taken for a repetition of the first."""
    sound.said[4] = replace(sound.said[4], id="e-3")
    sound.stored.pop(4)
    sound.kept.pop(4)
    return sound


def sends_again_under_a_new_id(sound: Evidence) -> Evidence:
    again = replace(sound.stored[7], id="e-new", sequence=9)
    return replace(sound, stored=[*sound.stored, again])


def service_takes_it_twice(sound: Evidence) -> Evidence:
    return replace(sound, stored=[*sound.stored, replace(sound.stored[2], sequence=9)])


def sends_a_patients_events_in_another_order(sound: Evidence) -> Evidence:
    first, second = sound.stored[2], sound.stored[4]
    sound.stored[2] = replace(first, at=second.at, order=second.order)
    sound.stored[4] = replace(second, at=first.at, order=first.order)
    return sound


def turns_a_batch_round(sound: Evidence) -> Evidence:
    """Within one transaction the order alone tells it."""
    sound.stored[:5] = [
        replace(each, at=BEGAN, order=-n) for n, each in enumerate(sound.stored[:5])
    ]
    return sound


def gives_a_number_twice(sound: Evidence) -> Evidence:
    sound.stored[7] = replace(sound.stored[7], sequence=7)
    sound.kept[7] = replace(sound.kept[7], sequence=7)
    return sound


def leaves_a_number_out(sound: Evidence) -> Evidence:
    sound.stored[7] = replace(sound.stored[7], sequence=9)
    sound.kept[7] = replace(sound.kept[7], sequence=9)
    return replace(sound, missing={"intake": [[8, 8]]})


def numbers_again_when_it_sends_again(sound: Evidence) -> Evidence:
    sound.kept[3] = replace(sound.kept[3], sequence=12)
    return sound


def gives_up_in_silence(sound: Evidence) -> Evidence:
    sound.kept[7] = replace(sound.kept[7], state=WAITING, answer="")
    sound.stored.pop(7)
    return sound


def puts_into_the_tray_what_it_had_no_answer_about(sound: Evidence) -> Evidence:
    sound.kept[2] = replace(sound.kept[2], state=TRAY)
    return sound


def takes_a_refusal_for_a_yes(sound: Evidence) -> Evidence:
    sound.kept[REFUSED] = replace(sound.kept[REFUSED], state=TAKEN)
    return sound


def mixes_up_patients(sound: Evidence) -> Evidence:
    sound.stored[2] = replace(sound.stored[2], subject="patient-1")
    return sound


PLANTED: dict[Callable[[Evidence], Evidence], str] = {
    marks_before_the_answer: "marked in the spool without an answer",
    drops_what_was_cut_off: "said, and not in the service's journal",
    reuses_an_id: "an id was used twice by the site",
    sends_again_under_a_new_id: "in a journal, and never said",
    service_takes_it_twice: "in a journal more than once",
    sends_a_patients_events_in_another_order: "a patient's events took effect in another order",
    turns_a_batch_round: "a patient's events took effect in another order",
    gives_a_number_twice: "numbers are repeated, left out",
    leaves_a_number_out: "the service says that numbers are missing",
    numbers_again_when_it_sends_again: "numbers are repeated, left out",
    gives_up_in_silence: "still waits in the spool",
    puts_into_the_tray_what_it_had_no_answer_about: "in the tray wrongly",
    takes_a_refusal_for_a_yes: "in the tray wrongly",
    mixes_up_patients: "said, and not in the service's journal",
}
HAPPENED = Happened(Counter(list(TOXICS)), Counter(KILLS), duplicates=1)


def test_a_sound_history_has_no_violation() -> None:
    assert violations(history()) == {}


@pytest.mark.parametrize("bug", PLANTED, ids=lambda bug: bug.__name__)
def test_a_planted_bug_is_caught(bug: Callable[[Evidence], Evidence]) -> None:
    caught = violations(bug(history()))

    assert any(invariant.startswith(PLANTED[bug]) for invariant in caught), caught


def test_a_run_in_which_everything_happened_is_a_proof() -> None:
    assert vacuous(HAPPENED, TOXICS, KILLS) == []


@pytest.mark.parametrize("name", [*TOXICS, *KILLS])
def test_a_run_without_one_of_its_faults_is_none(name: str) -> None:
    without = replace(
        HAPPENED,
        toxics=HAPPENED.toxics - Counter([name]),
        kills=HAPPENED.kills - Counter([name]),
    )

    assert [found for found in vacuous(without, TOXICS, KILLS) if name in found]


def test_a_run_without_a_duplicate_is_none() -> None:
    quiet = replace(HAPPENED, duplicates=0)

    assert vacuous(quiet, TOXICS, KILLS) == ["no duplicate was answered"]
