"""Which questionnaires patients answer: before, between and after the doses, and months later.

Short forms at each visit. What changes in a day is asked a day after a dose, by scales that can
show it; what looks back on two weeks is asked a week or more after itself (clinical reference 1.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.contracts import site
from shared.contracts.instruments import (
    BHS,
    BRS,
    C_SSRS,
    LET,
    MADRS,
    SHAPS_LIKERT,
    WHO_5,
    InstrumentCode,
)
from shared.local.demo import answers
from shared.local.demo.faring import scales, staying
from shared.local.demo.faring.mending import mended
from shared.local.demo.people import DOSES, TURN, Person
from shared.local.demo.story import Appointment, Happening

ASKED_AFTER = timedelta(minutes=50)
"""Questionnaires are filled in at the end of preparation and integration sessions."""
FORTNIGHTLY_APART = timedelta(days=7)
TOO_SOON = 0.04
"""How often a fortnight is asked about again too soon: a mistake that the results must flag."""
RELIEF_DOSES = 2
STRENGTHS = (WHO_5.code, BRS.code, LET.code)
RELIEF = (SHAPS_LIKERT.code, BHS.code)
END_D, SHORT_D, LONG_D = 5, (14, 56, 120), (28, 90, 180)
"""Days after the last dose."""


def during(person: Person, attended: Sequence[Appointment]) -> list[Happening]:
    """What the patient answers around these appointments, which took place."""
    told, asked = _baseline(person, attended)
    for each in attended:
        if each.session == "integration":
            codes = _codes_after(person, each, asked)
            if scales.primary(person)[0] in codes:
                asked = each.start
            told += _after_dose(person, each, codes)
    return told


def afterwards(person: Person, attended: Sequence[Appointment], until: datetime) -> list[Happening]:
    """What the patient answers at home in the months after the last of these appointments."""
    doses = [each for each in attended if each.session == "dosing"]
    if not doses or not _is_followed(person, len(doses)):
        return []
    told = []
    for days, codes in _later(person).items():
        if staying.still_answers(person, days):
            at, left = doses[-1].start + timedelta(days=days), staying.kept(person, attended, days)
            told += _filled(person, codes, _Visit(f"later {days}", at, len(doses), left))
    return [each for each in mended(person, told) if each.time < until]


def _is_followed(person: Person, doses: int) -> bool:
    if person.fate in ("lost", "withdraws", "at-risk", "moves"):
        return False
    return doses == DOSES[person.protocol] or person.fate in ("adverse", "serious")


def _later(person: Person) -> dict[int, list[InstrumentCode]]:
    whole = [*scales.distressing(person), *RELIEF, *STRENGTHS]
    short = list(scales.primary(person))
    long = [*short, SHAPS_LIKERT.code, *STRENGTHS]
    return {
        END_D: whole,
        **dict.fromkeys(SHORT_D, short),
        **dict.fromkeys(LONG_D, long),
    }


def _baseline(
    person: Person, attended: Sequence[Appointment]
) -> tuple[list[Happening], datetime | None]:
    """After the last preparation, before the first dose: everybody answers, and everything."""
    preparations = [each for each in attended if each.session == "preparation"]
    if not preparations:
        return [], None
    at, first = preparations[-1].start, scales.early(person)
    codes = [*scales.distressing(person), *([first] if first else ()), *RELIEF, *STRENGTHS]
    return _filled(person, codes, _Visit("baseline", at + ASKED_AFTER)), at


def _codes_after(
    person: Person, integration: Appointment, asked: datetime | None
) -> list[InstrumentCode]:
    """Of a day after a dose; after the last one a whole form follows soon."""
    number, first = integration.dose_number, scales.early(person)
    codes: list[InstrumentCode] = []
    if number <= RELIEF_DOSES:
        codes += [*RELIEF, *([first] if first else ())]
    is_time = asked is None or integration.start - asked >= FORTNIGHTLY_APART
    is_last = number == DOSES[person.protocol]
    if (is_time and not is_last) or person.slips("too soon", number, TOO_SOON):
        codes += scales.distressing(person)
    throw = person.dice("after", number)
    return [each for each in codes if throw.random() < person.answers]


def _after_dose(
    person: Person, integration: Appointment, codes: Sequence[InstrumentCode]
) -> list[Happening]:
    number, at = integration.dose_number, integration.start + ASKED_AFTER
    told = _filled(person, codes, _Visit(f"after dose {number}", at, number))
    if person.fate in ("recovers", "at-risk") and number == TURN:
        high = site.AssessmentAnswered(C_SSRS.code, answers.HIGH_RISK)
        told = [*told[:-1], Happening(person.id, at, high)]
    return told


@dataclass(frozen=True, slots=True)
class _Visit:
    """`kept`: the share that is left of what so many doses have gained."""

    name: str
    at: datetime
    doses: int = 0
    kept: float = 1


def _filled(person: Person, codes: Sequence[InstrumentCode], visit: _Visit) -> list[Happening]:
    """The last one is the C-SSRS: asked of everybody who answers anything."""
    throw, at, doses, kept = person.dice(visit.name), visit.at, visit.doses, visit.kept
    goes_at = person.dice("thoughts").uniform(0.05, 0.6)
    item_9 = person.item_9 if scales.gained(person, doses, 0.8) * kept < goes_at else 0
    told: list[Happening] = []
    for code in codes:
        meant = scales.score(person, code, doses, kept, throw)
        given = answers.filled(code, meant, item_9, throw)
        total = answers.total_of(code, given)
        answered = site.AssessmentAnswered(code, given, total, mode=_mode(code))
        told.append(Happening(person.id, at, answered))
    if told:
        screened = site.AssessmentAnswered(C_SSRS.code, answers.c_ssrs(item_9, throw))
        told.append(Happening(person.id, at, screened))
    return told


def _mode(code: InstrumentCode) -> Literal["self", "clinician"]:
    return "clinician" if code == MADRS.code else "self"
