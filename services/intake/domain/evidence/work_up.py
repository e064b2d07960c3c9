"""The work-up and the vital signs: kept by item, refused where they cannot be true."""

from dataclasses import replace

from services.intake.domain.commands import RecordVitalSigns, RecordWorkUp
from services.intake.domain.evidence import entries
from services.intake.domain.evidence.kinds import VitalSigns, WorkUp
from services.intake.domain.patient import Events, Patient
from shared.contracts.intake import VitalSignsKnown, WorkUpKnown
from shared.kernel.errors import Malformed, Rejected
from shared.kernel.policy import Policy

FOUND = frozenset({"normal", "abnormal"})
SEEN = frozenset({"negative", "positive"})
RESULTS = {
    "ecg": FOUND,
    "liver-function": FOUND,
    "renal-function": FOUND,
    "pregnancy-test": SEEN | {"not-applicable"},
    "urine-drug-screen": SEEN,
    "urinary-symptoms": SEEN,
    "cognition": FOUND,
    "prescription-monitoring": FOUND,
}
MOCA_MAX = 30


def record_work_up(command: RecordWorkUp, patient: Patient) -> tuple[Patient, Events]:
    _refuse_untrue(command)
    root, at = patient.place(command, command.item, patient.work_ups)
    result = WorkUp(
        id=command.event_id,
        root=root,
        at=at,
        stated_at=command.at,
        item=command.item,
        result=command.result,
        performed_at=command.performed_at,
        value=command.value,
    )
    patient = replace(patient, work_ups=entries.added(patient.work_ups, result))
    if not entries.is_the_latest_word(result, patient.work_ups):
        return patient, ()
    return patient, (WorkUpKnown(result.item, result.result, result.performed_at),)


def record_vital_signs(
    command: RecordVitalSigns, patient: Patient, policy: Policy
) -> tuple[Patient, Events]:
    if command.systolic <= command.diastolic:
        raise Malformed("/data/systolic", "is not above the diastolic pressure")
    root, at = patient.place(command, "vital-signs", patient.vital_signs)
    vitals = VitalSigns(
        id=command.event_id,
        root=root,
        at=at,
        stated_at=command.at,
        systolic=command.systolic,
        diastolic=command.diastolic,
        heart_rate=command.heart_rate,
        weight_kg=command.weight_kg,
        height_cm=command.height_cm,
    )
    _refuse_jump(vitals, patient, policy)
    patient = replace(patient, vital_signs=entries.added(patient.vital_signs, vitals))
    if not entries.is_the_latest_word(vitals, patient.vital_signs):
        return patient, ()
    return patient, (told(vitals),)


def told(vitals: VitalSigns) -> VitalSignsKnown:
    return VitalSignsKnown(vitals.systolic, vitals.diastolic, vitals.weight_kg, vitals.at)


def _refuse_jump(vitals: VitalSigns, patient: Patient, policy: Policy) -> None:
    """Pounds for kilograms are the usual cause."""
    known = patient.current(patient.vital_signs)
    before = [
        each
        for each in known
        if each.weight_kg and each.at <= vitals.at and each.root != vitals.root
    ]
    if not before or not vitals.weight_kg:
        return
    last, most = before[-1], policy["weight.jump_percent"]
    assert last.weight_kg
    change = 100 * (vitals.weight_kg - last.weight_kg) / last.weight_kg
    if abs(change) > most:
        raise Rejected(
            "weight-jump",
            f"{vitals.weight_kg:g} kg is {change:+.0f} % against {last.weight_kg:g} kg on"
            f" {last.at:%Y-%m-%d}: weigh again, in kilograms; if the earlier weight was wrong,"
            " amend or retract that one first.",
        )


def _refuse_untrue(command: RecordWorkUp) -> None:
    possible = RESULTS[command.item]
    if command.result not in possible:
        said = ", ".join(sorted(possible))
        raise Malformed("/data/result", f"cannot be of {command.item}: {said}")
    if command.performed_at > command.at:
        raise Malformed("/data/performed_at", "is after the result was recorded")
    if command.item == "cognition" and (command.value is None or command.value > MOCA_MAX):
        raise Malformed("/data/value", f"of cognition is the MoCA score, 0 to {MOCA_MAX}")
