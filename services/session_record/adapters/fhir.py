"""What was done in the sessions of a patient as FHIR R4: one bundle, with Provenance.

Corrected entries stay in it, entered in error. Process notes are never read here.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.session_record.application.documentation_queries import Session
from services.session_record.domain.documentation.records import Entry, Record
from services.session_record.domain.encounter import (
    AdverseEvent,
    Assessment,
    Encounter,
    Measurement,
    Reading,
)
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
from shared.contracts.fhir import INSTRUMENT_CODES, LOINC
from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.site import Route

ROUTES: dict[Route, tuple[str, str]] = {
    "iv": ("47625008", "Intravenous route"),
    "im": ("78421000", "Intramuscular route"),
    "sl": ("37839007", "Sublingual route"),
    "esketamine": ("46713006", "Nasal route"),
}
"""SNOMED CT (clinical reference 5)."""
RACEMIC, ESKETAMINE = ("6130", "ketamine"), ("2119365", "esketamine")
"""RxNorm (clinical reference 5)."""
MEASURES = {
    "heart-rate": ("8867-4", "/min"),
    "respiratory-rate": ("9279-1", "/min"),
    "oxygen-saturation": ("59408-5", "%"),
    "body-weight": ("29463-7", "kg"),
    "body-temperature": ("8310-5", "Cel"),
}
PRESSURES = {"systolic": "8480-6", "diastolic": "8462-4"}
BLOOD_PRESSURE, OXYGEN, OXYGEN_BY_PULSE = "85354-9", "2708-6", "59408-5"
OUTCOMES = {
    "resolved": "resolved",
    "resolving": "recovering",
    "ongoing": "ongoing",
    "fatal": "fatal",
    "unknown": "unknown",
}
SEVERITY = {1: "mild", 2: "moderate", 3: "severe", 4: "severe", 5: "severe"}
"""Of CTCAE grades; the grade itself is in the code beside it."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """How an observation was made. `device`: empty where a person measured."""

    at: datetime
    device: str = ""
    status: str = "final"
    category: str = "vital-signs"


def record(patient_id: str, sessions: Iterable[Session], at: datetime) -> Resource:
    made: list[Resource] = [
        fhir.resource("Patient", patient_id, identifier=[fhir.identifier("patient", patient_id)])
    ]
    for each in sessions:
        made += _session(each)
    return fhir.bundle(f"{patient_id}-sessions", at, made)


def _session(session: Session) -> Iterator[Resource]:
    encounter = session.encounter
    visit = _encounter(session)
    yield visit
    yield fhir.provenance(visit, encounter.arrived_at, _anybody(encounter), "CREATE")
    if session.record and (signed := session.record.signature):
        yield fhir.provenance(visit, signed.at, signed.signer, "UPDATE")
    yield from _observations(encounter)
    if encounter.dose:
        given = _administration(encounter)
        yield given
        yield fhir.provenance(given, encounter.dose.at, encounter.dose.administered_by, "CREATE")
    for event in encounter.adverse_events:
        yield _adverse_event(encounter, event)
    if session.record:
        yield from _written(session.record)


def _encounter(session: Session) -> Resource:
    encounter = session.encounter
    return fhir.resource(
        "Encounter",
        encounter.encounter_id,
        identifier=[fhir.identifier("appointment", encounter.appointment_id)],
        status=encounter.status,
        **{"class": coding(f"{fhir.TERMINOLOGY}/v3-ActCode", "AMB")},
        type=[local_concept("session", encounter.session, encounter.session)],
        subject=_subject(encounter),
        participant=[
            {
                "type": [local_concept("role", each.role)],
                "individual": {"identifier": fhir.identifier("practitioner", each.practitioner)},
            }
            for each in encounter.staff
        ],
        period=fhir.period(encounter.arrived_at, encounter.finished_at),
        partOf=_integrated(session),
    )


def _integrated(session: Session) -> dict[str, Any] | None:
    """An integration session is part of what began with the dose that it integrates."""
    told = session.record.therapy() if session.record else ()
    doses = [each.integrates for each in told if each.integrates]
    return fhir.reference("Encounter", doses[-1]) if doses else None


def _observations(encounter: Encounter) -> Iterator[Resource]:
    for status, readings in (
        ("final", encounter.readings),
        ("entered-in-error", encounter.in_error),
    ):
        for reading in readings:
            yield from _reading(encounter, reading, status)
    for measurement in encounter.measurements:
        yield _measurement(encounter, measurement)
    for assessment in encounter.assessments:
        yield _assessment(encounter, assessment)


def _reading(encounter: Encounter, each: Reading, status: str) -> Iterator[Resource]:
    name = f"{encounter.encounter_id}-{each.at:%Y%m%dT%H%M%S}-{each.device}-{status}"
    taken = _Taken(each.at, each.device, status)
    yield _observation(
        encounter,
        f"{name}-bp",
        taken,
        code=loinc_concept(BLOOD_PRESSURE),
        component=[
            {"code": loinc_concept(PRESSURES[side]), "valueQuantity": quantity(value, "mm[Hg]")}
            for side, value in (("systolic", each.systolic), ("diastolic", each.diastolic))
        ],
    )
    for measure, value in (
        ("heart-rate", each.heart_rate),
        ("oxygen-saturation", each.oxygen_saturation),
        ("respiratory-rate", each.respiratory_rate),
        ("body-weight", each.weight_kg),
    ):
        if value is not None:
            name_of = f"{name}-{measure}"
            yield _observation(encounter, name_of, taken, **_vital(measure, value))
    if each.moaas is not None:
        yield _observation(
            encounter,
            f"{name}-moaas",
            replace(taken, category="exam"),
            code=local_concept("scale", "moaas", "Modified Observer's Assessment of Alertness"),
            valueInteger=each.moaas,
        )


def _measurement(encounter: Encounter, each: Measurement) -> Resource:
    name = f"{encounter.encounter_id}-{each.at:%Y%m%dT%H%M%S}-{each.device}-{each.measure}"
    is_pressure = each.measure in PRESSURES
    value = _one_pressure(each) if is_pressure else _vital(each.measure, each.value)
    return _observation(encounter, name, _Taken(each.at, each.device), **value)


def _one_pressure(each: Measurement) -> dict[str, Any]:
    """The profile wants both: of the other one it is said that nobody measured it."""
    one = {
        "code": loinc_concept(PRESSURES[each.measure]),
        "valueQuantity": quantity(each.value, "mm[Hg]"),
    }
    other = next(code for side, code in PRESSURES.items() if side != each.measure)
    absent = hl7_concept("data-absent-reason", "not-performed")
    return {
        "code": loinc_concept(BLOOD_PRESSURE),
        "component": [one, {"code": loinc_concept(other), "dataAbsentReason": absent}],
    }


def _vital(measure: str, value: float) -> dict[str, Any]:
    loinc, unit = MEASURES[measure]
    code = loinc_concept(loinc)
    if loinc == OXYGEN_BY_PULSE:
        code = concept(coding(LOINC, OXYGEN), coding(LOINC, OXYGEN_BY_PULSE))
    return {"code": code, "valueQuantity": quantity(value, unit)}


def _assessment(encounter: Encounter, each: Assessment) -> Resource:
    instrument = INSTRUMENTS[each.instrument]
    value: dict[str, Any] = {"dataAbsentReason": hl7_concept("data-absent-reason", "unknown")}
    if each.level:
        value = {"valueCodeableConcept": local_concept("suicide-risk", each.level)}
    elif each.total is not None:
        value = {"valueQuantity": quantity(each.total, "{score}")}
    return _observation(
        encounter,
        f"{each.event_id}-score",
        _Taken(each.at, category="survey"),
        code=concept(coding(INSTRUMENT_CODES, each.instrument), text=instrument.title),
        **value,
    )


def _observation(encounter: Encounter, name: str, taken: _Taken, **value: Any) -> Resource:
    by = {"identifier": fhir.identifier("device", taken.device)} if taken.device else None
    return fhir.resource(
        "Observation",
        name,
        status=taken.status,
        category=[hl7_concept("observation-category", taken.category)],
        subject=_subject(encounter),
        encounter=_within(encounter),
        effectiveDateTime=fhir.instant(taken.at),
        device=by,
        **value,
    )


def _administration(encounter: Encounter) -> Resource:
    dose = encounter.dose
    assert dose, "asked only where a dose was given"
    code, name = ESKETAMINE if dose.route == "esketamine" else RACEMIC
    site, display = ROUTES[dose.route]
    drug = fhir.resource(
        "Medication",
        "drug",
        code=concept(coding(fhir.RXNORM, code, name), text=name),
        batch=fhir.present({"lotNumber": dose.lot}),
    )
    return fhir.resource(
        "MedicationAdministration",
        f"{encounter.encounter_id}-dose",
        contained=[drug],
        status="completed",
        medicationReference={"reference": "#drug"},
        subject=_subject(encounter),
        context=_within(encounter),
        effectiveDateTime=fhir.instant(dose.at),
        performer=[
            {"actor": {"identifier": fhir.identifier("practitioner", who)}}
            for who in (dose.administered_by, dose.checked_by)
            if who
        ],
        dosage={
            "route": concept(coding(fhir.SNOMED, site, display)),
            "dose": quantity(dose.dose_mg, "mg"),
        },
    )


def _adverse_event(encounter: Encounter, each: AdverseEvent) -> Resource:
    seriousness = "Serious" if each.serious else "Non-serious"
    dose = encounter.dose
    return fhir.resource(
        "AdverseEvent",
        each.event_id,
        actuality="actual",
        category=[hl7_concept("adverse-event-category", "medication-mishap")]
        if each.term == "medication-error"
        else None,
        event=concept(
            coding(fhir.local_system("adverse-event"), each.term),
            coding(fhir.local_system("ctcae-grade"), str(each.grade)),
            text=each.term.replace("-", " "),
        ),
        subject=_subject(encounter),
        encounter=_within(encounter),
        date=fhir.instant(each.onset or each.at),
        recordedDate=fhir.instant(each.at),
        seriousness=hl7_concept("adverse-event-seriousness", seriousness),
        severity=hl7_concept("adverse-event-severity", SEVERITY[each.grade]),
        outcome=hl7_concept("adverse-event-outcome", OUTCOMES[each.outcome]),
        suspectEntity=[
            {
                "instance": fhir.reference(
                    "MedicationAdministration", f"{encounter.encounter_id}-dose"
                ),
                "causality": [{"assessment": local_concept("relation", each.relation)}],
            }
        ]
        if dose and each.relation != "unrelated"
        else None,
    )


def _written(about: Record) -> Iterator[Resource]:
    standing = {each.entry_id for each in about.standing()}
    for entry in about.entries:
        counts = entry.entry_id in standing
        for made in _entry(about, entry, counts):
            yield made
            activity = "CREATE" if counts else "NULLIFY"
            yield fhir.provenance(made, entry.at, entry.author, activity)


def _entry(about: Record, entry: Entry, counts: bool) -> Iterator[Resource]:
    if note := entry.content.note:
        yield fhir.resource(
            "DocumentReference",
            entry.entry_id,
            status="current" if counts else "entered-in-error",
            type=concept(coding(LOINC, "34109-9"), text=note.section),
            subject=_patient(about.patient_id),
            date=fhir.instant(entry.at),
            content=[{"attachment": _plain_text(note.text)}],
            context={"encounter": [fhir.reference("Encounter", about.encounter_id)]},
        )
    for goal in entry.content.therapy.goals if entry.content.therapy else ():
        yield fhir.resource(
            "Goal",
            f"{entry.entry_id}-{goal.goal_id}",
            lifecycleStatus=_lifecycle(goal.status) if counts else "entered-in-error",
            description=concept(text=goal.goal or goal.goal_id),
            subject=_patient(about.patient_id),
            target=[{"dueDate": fhir.day(goal.follow_up_on)}] if goal.follow_up_on else None,
            note=[{"text": goal.practice}] if goal.practice else None,
        )


def _lifecycle(status: str) -> str:
    """An achieved goal is completed; the other words are FHIR's own."""
    return "completed" if status == "achieved" else status


def _plain_text(text: str) -> dict[str, Any]:
    return {"contentType": "text/plain", "data": b64encode(text.encode()).decode()}


def _anybody(encounter: Encounter) -> str:
    """The first of the staff who were there; the site where nobody was named."""
    return encounter.staff[0].practitioner if encounter.staff else "site"


def _patient(patient_id: str) -> dict[str, Any]:
    return fhir.reference("Patient", patient_id)


def _subject(encounter: Encounter) -> dict[str, Any]:
    return _patient(encounter.patient_id)


def _within(encounter: Encounter) -> dict[str, Any]:
    return fhir.reference("Encounter", encounter.encounter_id)
