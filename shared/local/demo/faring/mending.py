"""Answers that were told wrongly, and how sites put it right: corrected, taken back, told twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from shared.contracts import site
from shared.contracts.instruments import WHO_5
from shared.local.demo import answers
from shared.local.demo.people import Person
from shared.local.demo.story import Happening

SEEN_AFTER, SENT_AGAIN_AFTER = timedelta(hours=20), timedelta(seconds=20)
TOO_LITTLE, SOMEBODY_ELSES = 3, 84


def mended(person: Person, told: Sequence[Happening]) -> list[Happening]:
    """`told`: what a patient answered, in order. With it, what a few sites get wrong first."""
    if not told:
        return []
    if person.fate == "skips":
        return [*_mistyped(person, told[0]), *told[1:]]
    if person.fate == "consents-late":
        return [*told, _repeated(told[0])]
    if person.fate == "unwatched":
        return [*told, *_taken_back(person, told[0])]
    return list(told)


def _mistyped(person: Person, right: Happening) -> list[Happening]:
    """The answers were typed in as other ones; the right ones amend them a day later."""
    code = right.data.instrument
    wrong = answers.filled(code, TOO_LITTLE, 0, person.dice("mistyped"))
    first = replace(
        right, data=site.AssessmentAnswered(code, wrong, answers.total_of(code, wrong), mode="self")
    )
    return [first, replace(right, data=replace(right.data, amends=first.event_id))]


def _repeated(told: Happening) -> Happening:
    """A second system of the clinic sends the same answers, under an id of its own."""
    again = replace(told.data, mode="unknown")
    return replace(told, time=told.time + SENT_AGAIN_AFTER, data=again)


def _taken_back(person: Person, told: Happening) -> list[Happening]:
    """Somebody else's form was filed under this patient, and is taken back the next day."""
    given = answers.filled(WHO_5.code, SOMEBODY_ELSES, 0, person.dice("somebody else's"))
    total = answers.total_of(WHO_5.code, given)
    filed = replace(told, data=site.AssessmentAnswered(WHO_5.code, given, total, mode="phone"))
    back = site.AssessmentRetracted(filed.event_id, "wrong-patient")
    return [filed, Happening(person.id, told.time + SEEN_AFTER, back)]
