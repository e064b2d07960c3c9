"""The medication list, and what its drug classes mean for a dose. The classes are policy data."""

from dataclasses import replace

from services.intake.domain.commands import RecordMedications
from services.intake.domain.evidence import entries
from services.intake.domain.evidence.kinds import MedicationList
from services.intake.domain.patient import Patient
from shared.contracts.site import Medication
from shared.kernel.errors import Malformed, Reason
from shared.kernel.policy import Effect, Policy


def record_medications(command: RecordMedications, patient: Patient, policy: Policy) -> Patient:
    """A list is whole: the latest one counts, those before are kept."""
    _refuse_unknown(command, policy)
    root, at = patient.place(command, "medications", patient.medications)
    listed = MedicationList(command.event_id, root, at, command.at, command.medications)
    return replace(patient, medications=entries.added(patient.medications, listed))


def interactions(
    listed: MedicationList | None, policy: Policy, *levels: Effect
) -> tuple[Reason, ...]:
    """One reason per drug whose class has one of these levels: a new drug is a new reason."""
    known = {code: each for code, each in policy.drugs.items() if each.level in levels}
    return tuple(
        Reason(
            f"takes-{each.drug}",
            f"Takes {_described(each)}. {known[each.drug_class].words}",
            known[each.drug_class].source,
        )
        for each in (listed.medications if listed else ())
        if each.drug_class in known
    )


def _described(medication: Medication) -> str:
    last = medication.last_taken
    return f"{medication.drug}, last {last:%Y-%m-%d %H:%M} UTC" if last else medication.drug


def _refuse_unknown(command: RecordMedications, policy: Policy) -> None:
    """A class that nobody knows could be an interaction that nobody would see."""
    known = policy.drugs.keys() | {each.drug_class for each in policy.antidepressants.values()}
    drugs: set[str] = set()
    for position, each in enumerate(command.medications):
        path = f"/data/medications/{position}"
        if each.drug_class not in known:
            said = ", ".join(sorted(known))
            raise Malformed(f"{path}/drug_class", f"is not a class of the policy: {said}")
        if each.drug in drugs:
            raise Malformed(f"{path}/drug", "is listed twice")
        if each.last_taken and each.last_taken > command.at:
            raise Malformed(f"{path}/last_taken", "is after the list was taken")
        drugs.add(each.drug)
