"""Where a person is on each scale, before the doses and after so many. A story, no drug's effect.

Thoughts of suicide, numbness and hopelessness ease with the first doses, strengths grow slowly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from random import Random

from shared.contracts.instruments import (
    BHS,
    BRS,
    DADDS,
    GAD_7,
    LET,
    MADRS,
    PCL_5,
    PHQ_9,
    QIDS_SR16,
    SHAPS_LIKERT,
    WHO_5,
    InstrumentCode,
)
from shared.local.demo.clinics import CHRONIC, PTSD, TRD
from shared.local.demo.health import distress
from shared.local.demo.people import Person
from shared.local.demo.story import bell


@dataclass(frozen=True, slots=True)
class Scale:
    """`well`: where it is without the illness. `doses`: that bring about two thirds of the change.
    `before`: mean, spread, least and most, where the person does not say it."""

    well: float
    noise: float
    doses: float = 1.5
    before: tuple[float, float, float, float] = (0, 0, 0, 0)


SCALES: dict[InstrumentCode, Scale] = {
    PHQ_9.code: Scale(0, 1.2),
    GAD_7.code: Scale(0, 1.1),
    PCL_5.code: Scale(0, 3.0),
    DADDS.code: Scale(0, 3.0, 2.0),
    QIDS_SR16.code: Scale(0, 1.2, 1.0, (16, 3.5, 9, 24)),
    MADRS.code: Scale(0, 2.2, 1.0, (31, 5, 20, 46)),
    SHAPS_LIKERT.code: Scale(20, 2.0, 0.8, (38, 6, 24, 54)),
    BHS.code: Scale(1, 1.2, 0.8, (12, 4, 3, 20)),
    WHO_5.code: Scale(78, 5.0, 2.0, (26, 10, 4, 48)),
    BRS.code: Scale(4.2, 0.2, 3.0, (2.4, 0.5, 1.3, 3.6)),
    LET.code: Scale(27, 1.2, 3.0, (15, 4, 7, 24)),
}
CLINICIANS_SHARE = 0.4
"""Of the depressed, those whom a clinician rates by the MADRS; the others answer the QIDS."""


def early(person: Person) -> InstrumentCode | None:
    """The scale of depression that can show a change of a day."""
    if person.indication not in (TRD, CHRONIC):
        return None
    rated = person.dice("rated").random() < CLINICIANS_SHARE
    return MADRS.code if rated else QIDS_SR16.code


def primary(person: Person) -> Sequence[InstrumentCode]:
    return (PCL_5.code,) if person.indication == PTSD else (PHQ_9.code,)


def distressing(person: Person) -> Sequence[InstrumentCode]:
    """What patients of this indication are asked in full."""
    own = (PCL_5.code,) if person.indication == PTSD else tuple(distress(person))
    return (PHQ_9.code, GAD_7.code, *own)


def score(person: Person, code: InstrumentCode, doses: int, kept: float, throw: Random) -> float:
    """`kept`: the share that is left of what was gained."""
    scale, before = SCALES[code], _before(person, code)
    reached = before + (scale.well - before) * gained(person, doses, scale.doses) * kept
    return reached + throw.gauss(0, scale.noise)


def gained(person: Person, doses: int, most_after: float = 1.5) -> float:
    """The share of the illness that so many doses have taken."""
    return person.gain * (1 - exp(-doses / most_after))


def _before(person: Person, code: InstrumentCode) -> float:
    known: dict[InstrumentCode, float] = {
        PHQ_9.code: person.phq_9,
        GAD_7.code: person.gad_7,
        PCL_5.code: person.pcl_5,
        **distress(person),
    }
    return known[code] if code in known else bell(person.dice("before", code), *SCALES[code].before)
