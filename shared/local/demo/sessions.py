"""In the room: what session-record is told about one appointment that took place.

Adverse events have the rates of clinical use (CRTCE, clinical reference 3.3), spread over the
five or so doses of a course.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp
from random import Random
from typing import Literal

from shared.contracts import site
from shared.contracts.site import Route
from shared.kernel.identifiers import derive
from shared.local.demo.people import TURN, Person
from shared.local.demo.story import Appointment, Happening

ADVERSE = {"somnolence": 0.153, "dizziness": 0.113, "dissociation": 0.084, "nausea": 0.028}
GRAVE = "anxiety"
MEASURED_AT: dict[Route, tuple[int, ...]] = {
    "iv": (10, 20, 30, 40, 55, 70, 85),
    "im": (10, 20, 30, 45, 60, 90, 118),
    "sl": (20, 40, 60, 90, 118),
    "esketamine": (20, 40, 80, 118),
}
"""Minutes after the dose (clinical reference 3.2)."""
STAY: dict[Route, int] = {"iv": 95, "im": 124, "sl": 124, "esketamine": 124}
TALKED_FOR, LONGEST = timedelta(minutes=55), timedelta(hours=4)
FIRST_VITALS, DOSED = 6, 12
"""Minutes after arrival."""
CALM_AGAIN = 80
"""Minutes after the dose."""


def took_place(person: Person, booked: Sequence[Appointment], until: datetime) -> list[Appointment]:
    """What the patient came to: nobody integrates a dose that was not given."""
    came = [each for each in booked if each.start + LONGEST < until and _comes(person, each)]
    given = {each.dose_number for each in came if each.session == "dosing"}
    return [each for each in came if each.session != "integration" or each.dose_number in given]


def _comes(person: Person, appointment: Appointment) -> bool:
    if person.fate == "lost" and appointment.dose_number == TURN:
        return appointment.session == "dosing"
    turned = person.fate in ("lost", "withdraws", "at-risk", "adverse")
    return not (turned and appointment.dose_number > TURN)


PRESENT = (
    site.StaffPresent("prescriber", "prescriber-1"),
    site.StaffPresent("nurse", "nurse-1"),
    site.StaffPresent("therapist", "therapist-1"),
)
TIME_OUT = site.TimeOut(True, True, True, True, True, True)
REVIEWED = 140, 90
"""Above this pressure a prescriber answers for the dose (clinical reference 2.2)."""
VIAL_MG, LOT = 500.0, "lot-2026-3"


def encounter(person: Person, appointment: Appointment) -> list[Happening]:
    encounter_id = derive(appointment.id, "encounter")
    if appointment.session == "dosing":
        return _dosing(person, appointment, encounter_id)
    arrived = site.EncounterArrived(encounter_id, appointment.id)
    finished_at = appointment.start + TALKED_FOR
    return [
        Happening(person.id, appointment.start, arrived),
        Happening(person.id, finished_at, site.EncounterFinished(encounter_id)),
    ]


def _dosing(person: Person, appointment: Appointment, encounter_id: str) -> list[Happening]:
    throw = person.dice("dosing", appointment.dose_number)
    weight = round(person.weight_kg + throw.uniform(-0.8, 0.8), 1)
    arrived = site.EncounterArrived(encounter_id, appointment.id, True, True, staff=PRESENT)
    before = _vitals(person, encounter_id, None, throw, weight)
    dose = _dose(person, encounter_id, appointment.dose_number, weight)
    dose = replace(dose, overrides=_reviewed(before))
    told: list[tuple[float, object]] = [(0, arrived), (FIRST_VITALS, before), (DOSED, dose)]
    told += [
        (DOSED + minute, _vitals(person, encounter_id, minute, throw))
        for minute in MEASURED_AT[person.route]
    ]
    told += _adverse(person, appointment, encounter_id, throw)
    told += [(DOSED + STAY[person.route], _discharge(person, encounter_id, throw))]
    told.sort(key=lambda each: each[0])
    happened = [
        Happening(person.id, appointment.start + timedelta(minutes=minute), data)
        for minute, data in told
    ]
    return [*_enrolled(person, appointment), *happened, *_drug(person, appointment, dose)]


def _enrolled(person: Person, appointment: Appointment) -> list[Happening]:
    if person.route != "esketamine" or appointment.dose_number != 1:
        return []
    when = appointment.start - timedelta(hours=1)
    return [Happening(person.id, when, site.PatientEnrolled(f"rems-{person.id[:8]}"))]


def _drug(
    person: Person, appointment: Appointment, dose: site.MedicationAdministered
) -> list[Happening]:
    """A vial for the session, taken out of the safe; what is left in the syringe is wasted."""
    kind: Literal["ketamine", "esketamine"] = (
        "esketamine" if person.route == "esketamine" else "ketamine"
    )
    spare = 0.0 if person.route in ("sl", "esketamine") else 5.0
    taken = round(dose.dose_mg + spare, 1)

    def moved(movement: site.Movement, amount: float, encounter_id: str = "") -> site.DrugMoved:
        return site.DrugMoved(movement, kind, LOT, amount, "nurse-1", "nurse-2", encounter_id)

    told = [(1, moved("received", VIAL_MG)), (2, moved("dispensed", taken, dose.encounter_id))]
    if spare:
        told.append((DOSED + 1, moved("wasted", spare, dose.encounter_id)))
    return [
        Happening(dose.container, appointment.start + timedelta(minutes=minute), data)
        for minute, data in told
    ]


def _reviewed(before: site.ObservationRecorded) -> tuple[site.Override, ...]:
    systolic, diastolic = REVIEWED
    if before.systolic <= systolic and before.diastolic <= diastolic:
        return ()
    return (
        site.Override("blood-pressure-review", "prescriber", "prescriber-1", "benefit-outweighs"),
    )


def _vitals(
    person: Person,
    encounter_id: str,
    minute: int | None,
    throw: Random,
    weight_kg: float | None = None,
) -> site.ObservationRecorded:
    """Blood pressure and pulse rise after the dose and are back within two hours.

    The rise is +16.0 (SD 11.2) / +11.0 (SD 8.45) at its peak (clinical reference 2.2, Yale).
    """
    own = person.dice("vitals")
    rise = 0.0 if minute is None else (minute / 30) * exp(1 - minute / 30)
    pressure = own.gauss(0, 8)
    most = (178, 114) if minute is None or minute < CALM_AGAIN else REVIEWED
    return site.ObservationRecorded(
        encounter_id,
        systolic=round(
            min(most[0], 122 + pressure + max(0, own.gauss(16, 11.2)) * rise + throw.gauss(0, 3))
        ),
        diastolic=round(
            min(most[1], 76 + pressure / 2 + max(0, own.gauss(11, 8.45)) * rise + throw.gauss(0, 2))
        ),
        heart_rate=round(max(52, min(132, 71 + own.gauss(0, 7) + 13 * rise + throw.gauss(0, 3)))),
        oxygen_saturation=round(max(92, min(100, 97.6 - 1.2 * rise + throw.gauss(0, 0.8)))),
        weight_kg=weight_kg,
        device="monitor-1",
        respiratory_rate=throw.randrange(12, 19),
        moaas=4 if rise > 0.9 else 5,
    )


def _dose(
    person: Person, encounter_id: str, number: int, weight_kg: float
) -> site.MedicationAdministered:
    """Titrated from dose to dose, within the usual range (clinical reference 3.1)."""
    per_kg = None
    if person.route == "esketamine":
        amount = 56.0 if number == 1 else 84.0
    elif person.route == "sl":
        amount = min(300.0, 100.0 + 50 * (number - 1))
    else:
        per_kg = round(min(0.9, 0.5 + 0.1 * ((number - 1) // 2)), 1)
        amount = round(per_kg * weight_kg, 1)
    return site.MedicationAdministered(
        encounter_id,
        person.route,
        amount,
        per_kg,
        "nurse-1",
        "prescriber-1",
        container=derive(encounter_id, "vial"),
        lot=LOT,
        time_out=TIME_OUT,
        held_min=10 if person.route == "sl" else None,
        spat_out=False if person.route == "sl" else None,
    )


def _adverse(
    person: Person, appointment: Appointment, encounter_id: str, throw: Random
) -> Sequence[tuple[float, object]]:
    found = [
        (DOSED + 25.0 + place, _event(encounter_id, term, 1 + (throw.random() < 0.12)))
        for place, (term, rate) in enumerate(ADVERSE.items())
        if throw.random() < rate
    ]
    if person.fate == "adverse" and appointment.dose_number == TURN:
        found.append((DOSED + 35.0, _event(encounter_id, GRAVE, 3)))
    return found


def _event(encounter_id: str, term: str, grade: int) -> site.AdverseEventReported:
    action = "dose-stopped" if grade > 2 else "observation"
    return site.AdverseEventReported(
        encounter_id, term, grade, False, "probable", action, "resolved"
    )


def _discharge(person: Person, encounter_id: str, throw: Random) -> site.PatientDischarged:
    return site.PatientDischarged(
        encounter_id,
        moaas=5,
        cadss=throw.choice((0, 0, 1, 2, 3, 4)),
        aldrete=throw.choice((9, 10, 10)),
        escort_present=True,
        instructions_given=True,
        oriented=True,
        steady_gait=True,
        no_driving_told=True,
        escort=f"contact-{person.id[:8]}",
        discharged_by="nurse-1",
    )
