"""What session-record is told about one appointment that took place.

Adverse events have the rates of clinical use (CRTCE, clinical reference 3.3), spread over the
five or so doses of a course.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from shared.contracts import site
from shared.contracts.site import Route
from shared.kernel.identifiers import derive
from shared.local.demo.people import DOSES, STOPPED, TURN, Person
from shared.local.demo.room.drug import DOSED, dose_of, movements
from shared.local.demo.room.vitals import FORGOTTEN, MEASURED_AT, reviewed, vitals
from shared.local.demo.room.writing import answered, written
from shared.local.demo.story import Appointment, Happening

ADVERSE = {"somnolence": 0.153, "dizziness": 0.113, "dissociation": 0.084, "nausea": 0.028}
GRAVE, SERIOUS = "anxiety", "syncope"
ESCALATED_AFTER = timedelta(hours=2)
STAY: dict[Route, int] = {"iv": 95, "im": 124, "sl": 124, "esketamine": 124}
TALKED_FOR, LONGEST = timedelta(minutes=55), timedelta(hours=4)
FIRST_VITALS = 6
"""Minutes after arrival."""
PRESENT = (
    site.StaffPresent("prescriber", "prescriber-1"),
    site.StaffPresent("nurse", "nurse-1"),
    site.StaffPresent("therapist", "therapist-1"),
)


def took_place(person: Person, booked: Sequence[Appointment], until: datetime) -> list[Appointment]:
    """What the patient came to: nobody integrates a dose that was not given."""
    came = [each for each in booked if each.start + LONGEST < until and _comes(person, each)]
    given = {each.dose_number for each in came if each.session == "dosing"}
    return [each for each in came if each.session != "integration" or each.dose_number in given]


def encounter(
    person: Person, appointment: Appointment, course: Sequence[Appointment]
) -> list[Happening]:
    """`course`: all that took place of it."""
    encounter_id = derive(appointment.id, "encounter")
    if appointment.session == "dosing":
        told = _dosing(person, appointment, encounter_id)
        ended = appointment.start + timedelta(minutes=DOSED + STAY[person.route])
    else:
        ended = appointment.start + TALKED_FOR
        told = [
            Happening(
                person.id, appointment.start, site.EncounterArrived(encounter_id, appointment.id)
            ),
            Happening(person.id, ended, site.EncounterFinished(encounter_id)),
        ]
    return [*told, *written(person, appointment, encounter_id, course, ended)]


def is_unwatched(person: Person, appointment: Appointment) -> bool:
    """A reading is forgotten in this session, until the clock has said so."""
    return person.fate == "unwatched" and _turns(appointment)


def halves(told: Sequence[Happening], person: Person) -> tuple[list[Happening], list[Happening]]:
    """Of a session that is unwatched: up to the forgotten reading, and after."""
    dosed_at = next(
        each.time for each in told if isinstance(each.data, site.MedicationAdministered)
    )
    forgotten_at = dosed_at + timedelta(minutes=FORGOTTEN[person.route])
    return (
        [each for each in told if each.time < forgotten_at],
        [each for each in told if each.time >= forgotten_at],
    )


def _comes(person: Person, appointment: Appointment) -> bool:
    is_turn = appointment.dose_number == TURN
    if is_turn and (person.skips or person.fate == "lost"):
        return appointment.session == "dosing"
    is_last = appointment.dose_number == DOSES[person.protocol]
    if is_last and appointment.session == "integration" and not person.comes_to_the_last():
        return False
    return not (person.fate in ("lost", *STOPPED) and appointment.dose_number > TURN)


def _turns(appointment: Appointment) -> bool:
    return appointment.session == "dosing" and appointment.dose_number == TURN


def _dosing(person: Person, appointment: Appointment, encounter_id: str) -> list[Happening]:
    throw = person.dice("dosing", appointment.dose_number)
    weight = round(person.weight_kg + throw.uniform(-0.8, 0.8), 1)
    answered_for = _answered_for(person, appointment)
    arrived = site.EncounterArrived(
        encounter_id, appointment.id, True, True, staff=PRESENT, overrides=answered_for
    )
    before = vitals(person, encounter_id, None, throw, weight)
    dose = dose_of(person, encounter_id, appointment.dose_number, weight)
    dose = replace(dose, overrides=(*reviewed(before), *answered_for))
    told: list[tuple[float, object]] = [(0, arrived), (FIRST_VITALS, before), (DOSED, dose)]
    readings = [
        (minute, vitals(person, encounter_id, minute, throw))
        for minute in MEASURED_AT[person.route]
    ]
    is_forgotten = FORGOTTEN[person.route] if is_unwatched(person, appointment) else None
    told += [(DOSED + minute, each) for minute, each in readings if minute != is_forgotten]
    told += _adverse(person, appointment, encounter_id, throw)
    told += [(DOSED + STAY[person.route], _discharge(person, encounter_id, throw))]
    told += [(DOSED + at, each) for at, each in answered(person, appointment, encounter_id)]
    happened = [
        Happening(person.id, appointment.start + timedelta(minutes=minute), data)
        for minute, data in sorted(told, key=lambda each: each[0])
    ]
    return [
        *happened,
        *_escalated(person, happened),
        *movements(person, appointment, dose),
    ]


def _answered_for(person: Person, appointment: Appointment) -> tuple[site.Override, ...]:
    if not person.skips or appointment.dose_number != TURN + 1:
        return ()
    return (
        site.Override(
            "integration-missing", "prescriber", "prescriber-1", "integrated-by-telephone"
        ),
    )


def _adverse(
    person: Person, appointment: Appointment, encounter_id: str, throw: Random
) -> Sequence[tuple[float, object]]:
    found = [
        (DOSED + 25.0 + place, _event(encounter_id, term, 1 + (throw.random() < 0.12)))
        for place, (term, rate) in enumerate(ADVERSE.items())
        if throw.random() < rate
    ]
    if person.fate == "adverse" and _turns(appointment):
        found.append((DOSED + 35.0, _event(encounter_id, GRAVE, 3)))
    if person.fate == "serious" and _turns(appointment):
        grave = _event(encounter_id, SERIOUS, 3)
        found.append(
            (DOSED + 35.0, replace(grave, serious=True, criteria=("important-medical-event",)))
        )
    return found


def _event(encounter_id: str, term: str, grade: int) -> site.AdverseEventReported:
    action = "dose-stopped" if grade > 2 else "observation"
    return site.AdverseEventReported(
        encounter_id, term, grade, False, "probable", action, "resolved"
    )


def _escalated(person: Person, happened: Sequence[Happening]) -> list[Happening]:
    """Whoever must know of a serious adverse event is told within the hours of the policy."""
    return [
        Happening(
            person.id,
            each.time + ESCALATED_AFTER,
            site.AdverseEventEscalated(
                each.data.encounter_id, each.event_id, "medical-director", "prescriber-1"
            ),
        )
        for each in happened
        if isinstance(each.data, site.AdverseEventReported) and each.data.serious
    ]


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
