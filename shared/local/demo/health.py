"""What is known of a person's body before the first dose: medicines, work-up, vital signs.

What a prescriber must weigh is counted here too, so that the decision can name it.
"""

from datetime import datetime, timedelta

from shared.contracts import site
from shared.contracts.instruments import DADDS, InstrumentCode, triage
from shared.local.demo.answers import Filled
from shared.local.demo.clinics import EXISTENTIAL, PTSD
from shared.local.demo.people import Person

TAKEN = (
    ("escitalopram", "ssri"),
    ("venlafaxine", "snri"),
    ("lorazepam", "benzodiazepine"),
    ("lithium", "lithium"),
    ("lamotrigine", "lamotrigine"),
    ("methylphenidate", "psychostimulant"),
)
WEIGHED_CLASSES = frozenset({"psychostimulant"})
ALWAYS: tuple[tuple[site.WorkUpItem, site.WorkUpResult], ...] = (
    ("liver-function", "normal"),
    ("renal-function", "normal"),
    ("urine-drug-screen", "negative"),
    ("urinary-symptoms", "negative"),
    ("prescription-monitoring", "normal"),
)
ECG_FROM, MOCA_FROM = 50, 65
TESTED_EVERY_D, TESTS = 28, 6
CARDIAC = "hypertensive"
"""The fate whose finding asks for an ECG at any age."""


def medications(person: Person) -> site.MedicationsListed:
    return site.MedicationsListed(
        tuple(site.Medication(drug, drug_class) for drug, drug_class in _taken(person))
    )


def work_up(person: Person, at: datetime) -> list[site.WorkUpRecorded]:
    age = (at.date() - person.born_on).days // 365.25
    done = [*ALWAYS, _pregnancy_test(person)]
    if age >= ECG_FROM or person.fate == CARDIAC:
        done.append(("ecg", "normal"))
    results = [site.WorkUpRecorded(item, result, at - timedelta(hours=1)) for item, result in done]
    if age >= MOCA_FROM:
        score = float(person.dice("moca").randrange(23, 31))
        results.append(site.WorkUpRecorded("cognition", "normal", at, score))
    return results


def repeated(person: Person, at: datetime) -> list[tuple[datetime, site.WorkUpRecorded]]:
    """The pregnancy test falls out of date while a course goes on (INT-7)."""
    item, result = _pregnancy_test(person)
    if result == "not-applicable":
        return []
    days = [at + timedelta(days=TESTED_EVERY_D * time) for time in range(1, TESTS)]
    return [(day, site.WorkUpRecorded(item, result, day - timedelta(hours=1))) for day in days]


def vital_signs(person: Person) -> site.VitalSignsTaken:
    throw = person.dice("vitals")
    high = 45 if person.fate == CARDIAC else 0
    return site.VitalSignsTaken(
        systolic=throw.randrange(108, 136) + high,
        diastolic=throw.randrange(66, 86) + high // 2,
        heart_rate=throw.randrange(58, 88),
        weight_kg=person.weight_kg,
        height_cm=float(throw.randrange(155, 192)),
    )


def distress(person: Person) -> dict[InstrumentCode, float]:
    """The scale that existential distress is measured by, and its total."""
    if person.indication != EXISTENTIAL:
        return {}
    return {DADDS.code: float(person.dice("distress").randrange(30, 60))}


def weighed(person: Person, found: frozenset[str], c_ssrs: Filled) -> tuple[str, ...]:
    """The codes that a prescriber names in the decision, `found` on the checklist among them."""
    codes = set(found)
    if person.indication in (PTSD, EXISTENTIAL):
        codes.add("case-by-case")
    if triage(c_ssrs) == "moderate":
        codes.add("c-ssrs-moderate")
    codes |= {f"takes-{drug}" for drug, each in _taken(person) if each in WEIGHED_CLASSES}
    return tuple(sorted(codes))


def _taken(person: Person) -> list[tuple[str, str]]:
    throw = person.dice("medicines")
    return throw.sample(TAKEN, throw.choice((0, 1, 1, 2)))


def _pregnancy_test(person: Person) -> tuple[site.WorkUpItem, site.WorkUpResult]:
    exempt = person.dice("pregnancy").random() < 0.6
    return ("pregnancy-test", "not-applicable" if exempt else "negative")
