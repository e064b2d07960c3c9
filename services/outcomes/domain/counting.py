"""Which of a patient's assessments count, and why the others do not.

Corrected, retracted or told by two sites: a pure function of the facts, whatever came first
(OUT-5). Nothing is deleted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.outcomes.domain.scoring import Assessment

Because = Literal["corrected", "retracted", "repetition", "nothing-to-correct"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """An assessment that does not count. `by`: the one that does instead; empty: none does."""

    assessment: Assessment
    because: Because
    by: str = ""


def set_aside(assessments: Sequence[Assessment], taken_back: Iterable[str]) -> dict[str, SetAside]:
    """By id, those that do not count."""
    over = frozenset(taken_back)
    if not over and _are_all_apart(assessments):  # as nearly always, and asked for at every step
        return {}
    known = {each.id: each for each in assessments}
    grounded = {each.id: each for each in assessments if _is_grounded(each, known)}
    found = {
        each.id: SetAside(each, "nothing-to-correct")
        for each in assessments
        if each.id not in grounded
    }
    for thread in _threads(grounded.values()):
        found |= {each.assessment.id: each for each in _but_one(thread, over)}
    return found


def twins(one: Assessment, assessments: Iterable[Assessment]) -> list[Assessment]:
    """The others that say the same: same answers of the same instrument in the same minute."""
    return [each for each in assessments if each.id != one.id and _said(each) == _said(one)]


def _are_all_apart(assessments: Sequence[Assessment]) -> bool:
    """None corrects and none repeats another."""
    if any(each.amends for each in assessments):
        return False
    return len({_said(each) for each in assessments}) == len(assessments)


def _is_grounded(each: Assessment, known: Mapping[str, Assessment]) -> bool:
    """It corrects nothing, or something of this patient: what names another's has no effect.

    Intake has checked what a screening corrects.
    """
    seen = set()
    while each.amends and each.origin == "course":
        if each.id in seen or each.amends not in known:
            return False
        seen.add(each.id)
        each = known[each.amends]
    return True


def _threads(assessments: Iterable[Assessment]) -> Iterator[list[Assessment]]:
    """Assessments that are about the same answering: corrections and repetitions with theirs."""
    thread_of: dict[object, list[Assessment]] = {}
    for each in assessments:
        joined = [each]
        for name in (each.id, each.amends or each.id, _said(each)):
            other = thread_of.get(name, [])
            joined += [one for one in other if one not in joined]
        for one in joined:
            thread_of |= dict.fromkeys((one.id, one.amends or one.id, _said(one)), joined)
    yield from {id(thread): thread for thread in thread_of.values()}.values()


def _but_one(thread: list[Assessment], over: frozenset[str]) -> Iterator[SetAside]:
    """All but the one that counts: of the newest answers, the smallest id not taken back."""
    last = [each for each in thread if not any(_is_amended(each, by, thread) for by in thread)]
    newest = _said(max(last, key=_newest)) if last else None
    alive = sorted(each.id for each in last if _said(each) == newest and each.id not in over)
    counts = alive[0] if alive else ""
    for each in thread:
        if each.id in over:
            yield SetAside(each, "retracted")
        elif _said(each) != newest:
            yield SetAside(each, "corrected", counts)
        elif each.id != counts:
            yield SetAside(each, "repetition", counts)


def _is_amended(each: Assessment, by: Assessment, thread: list[Assessment]) -> bool:
    """Itself or, where two sites told the same answers, the other one's: they are wrong too."""
    if by.amends == each.id:
        return True
    wrong = [_said(one) for one in thread if one.id == by.amends]
    return not each.amends and wrong == [_said(each)] != [_said(by)]


def _newest(each: Assessment) -> tuple[int, str]:
    return each.sequence, each.id


def _said(each: Assessment) -> tuple[object, ...]:
    minute = each.answered_at.replace(second=0, microsecond=0)
    return each.instrument, each.answers, minute
