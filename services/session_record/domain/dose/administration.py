"""The dose is given once, or refused with everything that is wrong at once: SES-1 to SES-3, SES-9.

What was true at the door is asked again, because hours may lie between door and needle.
"""

from dataclasses import replace

from services.session_record.domain.commands import AdministerDose
from services.session_record.domain.dose import amount, hands, pressure
from services.session_record.domain.dose.asked import (
    Asked,
    Situation,
    asked_of,
    candidate_of,
    mg_per_kg,
)
from services.session_record.domain.encounter import (
    Dose,
    Encounter,
    check_patient,
    check_times,
    check_unlocked,
)
from services.session_record.domain.monitoring.due import watched
from services.session_record.domain.overrides import judged, kept, published
from services.session_record.domain.readiness import patient
from services.session_record.domain.readiness.patient import STANDING
from services.session_record.domain.rule import blockers, in_words
from shared.contracts.session_record import DoseAdministered, OverrideUsed
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy, PolicyReference

RULES = (*pressure.RULES, *amount.RULES, *hands.RULES)


def administer_dose(
    command: AdministerDose, known: Situation, policy: Policy
) -> tuple[Encounter, tuple[DoseAdministered | OverrideUsed, ...]]:
    encounter = known.encounter
    check_patient(command, encounter)
    check_unlocked(encounter, command)
    _check_the_session(command, encounter, policy)
    asked = asked_of(command, known, policy)
    candidate = candidate_of(command, known)
    found = (*blockers(RULES, asked, policy), *blockers(STANDING, candidate, policy))
    involved = (command.administered_by, command.checked_by)
    verdict = judged(found, command.overrides, asked.staff, involved)
    if still := verdict.blockers:
        raise Rejected("dose-refused", f"the dose may not be given: {in_words(still)}", still)
    dose = _dose(asked, policy)
    answered = kept(command.at, verdict.used, policy)
    dosed = replace(encounter, dose=dose, overrides=(*encounter.overrides, *answered))
    said = published(encounter.encounter_id, verdict.used, policy)
    return watched(dosed, policy), (_administered(encounter, dose), *said)


def _check_the_session(command: AdministerDose, encounter: Encounter, policy: Policy) -> None:
    """What nobody can make good, so that no other blocker is of use beside it."""
    if encounter.session != "dosing":
        raise Rejected("not-a-dosing-session", f"this is a session of {encounter.session}")
    if dose := encounter.dose:
        words = _given_before(command, dose, policy)
        given = Reason("already-given", words, "one MedicationAdministration per encounter")
        raise Rejected("already-given", words, (given,))
    if encounter.status != "in-progress":
        raise Rejected("encounter-finished", "this session has ended; open another encounter")
    check_times(encounter, command.at)


def _given_before(command: AdministerDose, dose: Dose, policy: Policy) -> str:
    """Says the first one, so that a second device can be told from a second injection."""
    by = f"{dose.administered_by}, lot {dose.lot or 'unknown'}"
    first = f"{dose.dose_mg:g} mg {dose.route} were given at {dose.at:%H:%M:%S} UTC by {by}"
    near = abs(command.at - dose.at) <= policy.minutes("double_dose.window_min")
    if near and command.dose_mg == dose.dose_mg:
        return f"{first}; this looks like the same dose, told by a second device"
    return f"{first}; a session has one dose. If a second one was given, report a medication error"


def _dose(asked: Asked, policy: Policy) -> Dose:
    command, weight = asked.command, asked.weight
    return Dose(
        command.at,
        command.route,
        command.dose_mg,
        mg_per_kg(command.dose_mg, weight.kg) if weight else None,
        weight.kg if weight else None,
        command.administered_by,
        command.checked_by,
        _reference(asked, policy),
        command.container,
        command.lot,
        command.time_out,
        amount.concerns(asked, policy),
        command.held_min,
        command.spat_out,
    )


def _administered(encounter: Encounter, dose: Dose) -> DoseAdministered:
    return DoseAdministered(
        encounter.encounter_id,
        encounter.course_id,
        encounter.dose_number,
        dose.route,
        dose.dose_mg,
        dose.dose_mg_per_kg,
        dose.at,
    )


def _reference(asked: Asked, policy: Policy) -> PolicyReference:
    return policy.reference(*pressure.KEYS, *amount.keys(asked), *patient.KEYS)
