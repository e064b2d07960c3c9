"""A patient's file at intake as FHIR R4 resources: one bundle, every write with its Provenance.

What was corrected or retracted stays in it, marked as such. Names only where the caller may.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from services.intake.application.identities import IdentityView
from services.intake.domain.evidence.kinds import Entry, Screening, VitalSigns, WorkUp
from services.intake.domain.patient import Consent, Lift, Patient, SafetyHold
from shared.codec import fhir
from shared.codec.fhir import (
    Resource,
    coding,
    concept,
    hl7_concept,
    local_concept,
    loinc_concept,
    quantity,
)
from shared.codec.questionnaires.fhir import answer_coding
from shared.contracts.fhir import INSTRUMENT_CODES, LOINC, questionnaire_url
from shared.contracts.instruments import C_SSRS, INSTRUMENTS, Instrument, triage

Standing = Literal["final", "amended", "entered-in-error"]
PREGNANT: dict[str, tuple[str, str]] = {
    "negative": ("60001007", "Not pregnant"),
    "positive": ("77386006", "Pregnant"),
}
SITE = "site"
"""Who wrote an entry that names nobody: the clinic's site, which is a device."""


def record(patient: Patient, about: IdentityView | None, at: datetime) -> Resource:
    """A Bundle of everything on file. `about` None: without names."""
    made = [
        _patient(patient, about),
        _diagnosis(patient),
        *_screenings(patient),
        *_vital_signs(patient),
        *_work_ups(patient),
        *_medications(patient),
        *_consents(patient),
        *_flags(patient),
    ]
    return fhir.bundle(f"{patient.id}-intake", at, made)


def _patient(patient: Patient, about: IdentityView | None) -> Resource:
    numbers = [fhir.identifier("patient", patient.id)]
    if about is None:
        return fhir.resource("Patient", patient.id, identifier=numbers)
    if about.record_number:
        numbers.append(fhir.identifier("record-number", about.record_number))
    telecom = [
        {"system": system, "value": value}
        for system, value in (("phone", about.phone), ("email", about.email))
        if value
    ]
    return fhir.resource(
        "Patient",
        patient.id,
        identifier=numbers,
        name=[{"use": "official", "family": about.family_name, "given": [about.given_name]}],
        telecom=telecom,
        gender=about.gender or "unknown",
        birthDate=fhir.day(about.birth_date),
    )


def _diagnosis(patient: Patient) -> Resource:
    return fhir.resource(
        "Condition",
        f"{patient.id}-diagnosis",
        clinicalStatus=hl7_concept("condition-clinical", "active"),
        verificationStatus=hl7_concept("condition-ver-status", "confirmed"),
        category=[hl7_concept("condition-category", "problem-list-item")],
        code=concept(coding(fhir.ICD_10, patient.diagnosis)),
        subject=_subject(patient),
        recordedDate=fhir.instant(patient.registered_at),
    )


def _screenings(patient: Patient) -> Iterator[Resource]:
    standing = _standing(patient, patient.screenings)
    for each in patient.screenings:
        response = _response(patient, each, standing[each.id])
        yield response
        yield _score(patient, each, standing[each.id])
        yield _written(response, each, standing[each.id])


def _response(patient: Patient, each: Screening, standing: Standing) -> Resource:
    instrument = INSTRUMENTS[each.instrument]
    return fhir.resource(
        "QuestionnaireResponse",
        each.id,
        questionnaire=questionnaire_url(each.instrument),
        status="completed" if standing == "final" else standing,
        subject=_subject(patient),
        authored=fhir.instant(each.at),
        source=_subject(patient) if instrument.answered_by == "self" else None,
        item=[
            {"linkId": str(number), "answer": [_answer(instrument, value)]}
            for number, value in enumerate(each.answers, 1)
            if value is not None and not _was_skipped(instrument, each, number)
        ],
    )


def _was_skipped(instrument: Instrument, each: Screening, item: int) -> bool:
    """A no to what the skip logic does not ask says nothing. A yes is told, against the logic."""
    question = dict(instrument.asked_after_yes).get(item)
    if question is None:
        return False
    return not each.answers[item - 1] and not each.answers[question - 1]


def _answer(instrument: Instrument, value: int) -> dict[str, Any]:
    if len(instrument.values(1)) > 10:
        return {"valueInteger": value}
    return {"valueCoding": answer_coding(instrument, value)}


def _score(patient: Patient, each: Screening, standing: Standing) -> Resource:
    """The total, or of the C-SSRS the level of risk."""
    instrument, value = INSTRUMENTS[each.instrument], {}
    if each.instrument == C_SSRS.code:
        value = {"valueCodeableConcept": local_concept("suicide-risk", triage(each.answers))}
    elif each.total is not None:
        value = {"valueQuantity": quantity(each.total, "{score}")}
    missing = {} if value else {"dataAbsentReason": hl7_concept("data-absent-reason", "unknown")}
    return _observation(
        patient,
        f"{each.id}-score",
        standing,
        "survey",
        each.at,
        code=_instrument_code(instrument),
        derivedFrom=[fhir.reference("QuestionnaireResponse", each.id)],
        **value,
        **missing,
    )


def _instrument_code(instrument: Instrument) -> dict[str, Any]:
    result = instrument.loinc.result if instrument.loinc else ""
    system, code = (LOINC, result) if result else (INSTRUMENT_CODES, instrument.code)
    return concept(coding(system, code), text=instrument.title)


def _vital_signs(patient: Patient) -> Iterator[Resource]:
    standing = _standing(patient, patient.vital_signs)
    for each in patient.vital_signs:
        for made in _measured(patient, each, standing[each.id]):
            yield made
            yield _written(made, each, standing[each.id])


def _measured(patient: Patient, each: VitalSigns, standing: Standing) -> Iterator[Resource]:
    yield _observation(
        patient, f"{each.id}-bp", standing, "vital-signs", each.at,
        code=loinc_concept("85354-9"),
        component=[
            {
                "code": loinc_concept(loinc),
                "valueQuantity": quantity(value, "mm[Hg]"),
            }
            for loinc, value in (("8480-6", each.systolic), ("8462-4", each.diastolic))
        ],
    )  # fmt: skip
    for name, loinc, value, unit in (
        ("hr", "8867-4", each.heart_rate, "/min"),
        ("weight", "29463-7", each.weight_kg, "kg"),
        ("height", "8302-2", each.height_cm, "cm"),
    ):
        if value is not None:
            yield _observation(
                patient, f"{each.id}-{name}", standing, "vital-signs", each.at,
                code=loinc_concept(loinc),
                valueQuantity=quantity(value, unit),
            )  # fmt: skip


def _work_ups(patient: Patient) -> Iterator[Resource]:
    standing = _standing(patient, patient.work_ups)
    for each in patient.work_ups:
        made = _observation(
            patient, each.id, standing[each.id], "exam", each.performed_at,
            code=_work_up_code(each),
            valueCodeableConcept=_work_up_value(each),
        )  # fmt: skip
        yield made
        yield _written(made, each, standing[each.id])


def _work_up_code(each: WorkUp) -> dict[str, Any]:
    if each.item == "pregnancy-test":
        return concept(coding(LOINC, "82810-3"), text=each.item)
    return local_concept("work-up", each.item, each.item)


def _work_up_value(each: WorkUp) -> dict[str, Any]:
    if each.item == "pregnancy-test" and each.result in PREGNANT:
        code, display = PREGNANT[each.result]
        return concept(coding(fhir.SNOMED, code, display))
    return local_concept("work-up-result", each.result, each.result)


def _medications(patient: Patient) -> Iterator[Resource]:
    standing = _standing(patient, patient.medications)
    for each in patient.medications:
        is_current = each is patient.latest(patient.medications)
        status = "active" if is_current else "not-taken"
        for place, medication in enumerate(each.medications):
            made = fhir.resource(
                "MedicationStatement",
                f"{each.id}-{place}",
                status="entered-in-error" if standing[each.id] == "entered-in-error" else status,
                medicationCodeableConcept=local_concept(
                    "drug", medication.drug, medication.drug.replace("-", " ")
                ),
                subject=_subject(patient),
                dateAsserted=fhir.instant(each.stated_at),
            )
            yield made
            yield _written(made, each, standing[each.id])


def _consents(patient: Patient) -> Iterator[Resource]:
    if each := patient.consent:
        made = _consent(patient, each)
        yield made
        yield fhir.provenance(made, each.signed_at, each.assessed_by or SITE, "CREATE")


def _consent(patient: Patient, each: Consent) -> Resource:
    ended = each.void or each.withdrawn_at
    return fhir.resource(
        "Consent",
        f"{patient.id}-consent",
        status="inactive" if ended else "active",
        scope=hl7_concept("consentscope", "treatment"),
        category=[loinc_concept("59284-0")],
        patient=fhir.reference("Patient", patient.id),
        dateTime=fhir.instant(each.signed_at),
        policy=[{"uri": f"{fhir.local_system('consent-text')}/{each.text_version}"}],
        provision={
            "type": "permit",
            "period": fhir.period(each.signed_at, each.withdrawn_at or each.valid_until),
            "code": [local_concept("route", each.route), *_uses(each)],
        },
    )


def _uses(each: Consent) -> list[dict[str, Any]]:
    return [local_concept("data-use", "analysts-stream")] if each.analysts_stream else []


def _flags(patient: Patient) -> Iterator[Resource]:
    """The hold that stands, and the ends of those that were lifted."""
    if patient.hold:
        yield _flag(patient, f"{patient.id}-hold", "active", patient.hold)
    for place, lift in enumerate(patient.lifts):
        yield from _lifted(patient, f"{patient.id}-hold-{place}", lift)


def _flag(patient: Patient, own_id: str, status: str, hold: SafetyHold) -> Resource:
    return fhir.resource(
        "Flag",
        own_id,
        status=status,
        category=[hl7_concept("flag-category", "safety")],
        code=concept(
            *(coding(fhir.local_system("safety-hold"), each.code) for each in hold.reasons),
            text="No dosing until a psychiatrist lifts the hold",
        ),
        subject=_subject(patient),
        period=fhir.period(hold.raised_at, None),
    )


def _lifted(patient: Patient, own_id: str, lift: Lift) -> Iterator[Resource]:
    made = fhir.resource(
        "Flag",
        own_id,
        status="inactive",
        category=[hl7_concept("flag-category", "safety")],
        code=concept(text="A safety hold, lifted by a psychiatrist"),
        subject=_subject(patient),
        period=fhir.period(None, lift.lifted_at),
    )
    yield made
    yield fhir.provenance(made, lift.lifted_at, lift.signer or SITE, "UPDATE")


def _observation(
    patient: Patient, own_id: str, standing: Standing, category: str, at: datetime, **elements: Any
) -> Resource:
    return fhir.resource(
        "Observation",
        own_id,
        status=standing,
        category=[hl7_concept("observation-category", category)],
        subject=_subject(patient),
        effectiveDateTime=fhir.instant(at),
        **elements,
    )


def _standing(patient: Patient, kept: tuple[Entry, ...]) -> dict[str, Standing]:
    """By entry: whether it counts, corrects another one, or was corrected or retracted."""
    counting = {each.id for each in patient.current(kept)}
    return {
        each.id: "entered-in-error"
        if each.id not in counting
        else "final"
        if each.id == each.root
        else "amended"
        for each in kept
    }


def _written(target: Resource, each: Entry, standing: Standing) -> Resource:
    activity = {"final": "CREATE", "amended": "UPDATE", "entered-in-error": "NULLIFY"}[standing]
    return fhir.provenance(target, each.stated_at, SITE, activity)


def _subject(patient: Patient) -> dict[str, Any]:
    return fhir.reference("Patient", patient.id)
