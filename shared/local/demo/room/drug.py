"""The dose of a session, and where the drug came from and went (SES-9)."""

from datetime import timedelta
from typing import Literal

from shared.contracts import site
from shared.kernel.identifiers import derive
from shared.local.demo.people import Person
from shared.local.demo.story import Appointment, Happening

TIME_OUT = site.TimeOut(True, True, True, True, True, True)
VIAL_MG, LOT = 500.0, "lot-2026-3"
DOSED = 12
"""Minutes after arrival."""
WASTE_UNTOLD = 0.006
"""The share of sessions after which nobody tells of what was left: the ledger does not balance."""


def dose_of(
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


def movements(
    person: Person, appointment: Appointment, dose: site.MedicationAdministered
) -> list[Happening]:
    """A vial for the session, taken out of the safe; what is left in the syringe is wasted, and
    once in a while nobody says so."""
    kind: Literal["ketamine", "esketamine"] = (
        "esketamine" if person.route == "esketamine" else "ketamine"
    )
    spare = 0.0 if person.route in ("sl", "esketamine") else 5.0
    taken = round(dose.dose_mg + spare, 1)

    def moved(movement: site.Movement, amount: float, encounter_id: str = "") -> site.DrugMoved:
        return site.DrugMoved(movement, kind, LOT, amount, "nurse-1", "nurse-2", encounter_id)

    told = [(1, moved("received", VIAL_MG)), (2, moved("dispensed", taken, dose.encounter_id))]
    if spare and not person.slips("waste", appointment.dose_number, WASTE_UNTOLD):
        told.append((DOSED + 1, moved("wasted", spare, dose.encounter_id)))
    return [
        Happening(dose.container, appointment.start + timedelta(minutes=minute), data)
        for minute, data in told
    ]
