"""How the patients fare: questionnaires before, between and after the doses.

Most of the change comes with the first doses and some of it goes again in the months after, as in
the cohorts of the clinical reference, 4.1. It is a story, no model of a drug's effect.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp
from random import Random

from shared.contracts import site
from shared.contracts.instruments import C_SSRS, GAD_7, PCL_5, PHQ_9, InstrumentCode
from shared.local.demo import answers
from shared.local.demo.clinics import PTSD
from shared.local.demo.people import TURN, Person
from shared.local.demo.story import Appointment, Happening

DOSES_TO_IMPROVE = 1.5
ASKED_AFTER = timedelta(minutes=50)
"""Questionnaires are filled in at the end of preparation and integration sessions."""
RELAPSE, RELAPSE_D = 0.25, 90
FOLLOW_UPS = ((28, 0.8), (90, 0.65))
"""Days after the last dose, and the share who answer then of those who otherwise do."""
NOISE: dict[InstrumentCode, float] = {PHQ_9.code: 1.2, GAD_7.code: 1.1, PCL_5.code: 3.0}


def during(person: Person, attended: Sequence[Appointment]) -> list[Happening]:
    """What the patient answers around these appointments, which took place."""
    told = _baseline(person, attended)
    for each in attended:
        if each.session == "integration":
            told += _after_dose(person, each)
    return told


def afterwards(person: Person, attended: Sequence[Appointment], until: datetime) -> list[Happening]:
    """What the patient answers in the months after the last of these appointments."""
    if person.fate in ("lost", "withdraws", "at-risk", "moves"):
        return []
    doses = [each for each in attended if each.session == "dosing"]
    told = [
        Happening(person.id, last.start + timedelta(days=days), data)
        for last in doses[-1:]
        for days, share in FOLLOW_UPS
        for data in _questionnaires(
            person, len(doses), days, share * person.answers, person.dice("later", days)
        )
    ]
    return [each for each in told if each.time < until]


def _baseline(person: Person, attended: Sequence[Appointment]) -> list[Happening]:
    """After the last preparation, before the first dose: everybody answers."""
    preparations = [each for each in attended if each.session == "preparation"]
    return [
        Happening(person.id, each.start + ASKED_AFTER, data)
        for each in preparations[-1:]
        for data in _questionnaires(person, 0, 0, 1, person.dice("baseline"))
    ]


def _after_dose(person: Person, integration: Appointment) -> list[Happening]:
    throw = person.dice("after", integration.dose_number)
    told: list[object] = _questionnaires(person, integration.dose_number, 0, person.answers, throw)
    if person.fate in ("recovers", "at-risk") and integration.dose_number == TURN:
        told = [*told[:-1], site.AssessmentAnswered(C_SSRS.code, answers.HIGH_RISK)]
    return [Happening(person.id, integration.start + ASKED_AFTER, data) for data in told]


def _questionnaires(
    person: Person, doses: int, days: int, answered: float, throw: Random
) -> list[object]:
    """The last one is the C-SSRS: asked of everybody who answers anything."""
    improved = _improved(person, doses, days)
    goes_at = person.dice("thoughts").uniform(0.05, 0.6)
    item_9 = person.item_9 if improved < goes_at else 0
    told: list[object] = []
    for code, before in _scores(person).items():
        if throw.random() < answered:
            score = max(0.0, before * (1 - improved) + throw.gauss(0, NOISE[code]))
            given = answers.filled(code, max(score, item_9), item_9, throw)
            told.append(site.AssessmentAnswered(code, given, answers.total_of(code, given)))
    if told:
        told.append(site.AssessmentAnswered(C_SSRS.code, answers.c_ssrs(item_9, throw)))
    return told


def _improved(person: Person, doses: int, days: int) -> float:
    """The share of the symptoms that is gone."""
    gained = person.gain * (1 - exp(-doses / DOSES_TO_IMPROVE))
    return gained * (1 - RELAPSE * min(1, days / RELAPSE_D))


def _scores(person: Person) -> dict[InstrumentCode, float]:
    scores: dict[InstrumentCode, float] = {PHQ_9.code: person.phq_9, GAD_7.code: person.gad_7}
    if person.indication == PTSD:
        scores[PCL_5.code] = person.pcl_5
    return scores
