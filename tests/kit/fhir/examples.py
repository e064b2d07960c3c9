"""The least that is valid of each resource we export; a Bundle lets them name each other."""

from tests.kit.fhir.judge import Resource

SERVER = "https://fhir.example"
HL7 = "http://terminology.hl7.org/CodeSystem/"
LOINC = "http://loinc.org"
PATIENT = {"reference": "Patient/p1"}
AT = "2026-03-02T10:00:00+01:00"


def coded(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def patient(**changes: object) -> Resource:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "gender": "female",
        "birthDate": "1980",
    } | changes


def consent(**changes: object) -> Resource:
    """`policy` or `policyRule` must be there (ppc-1)."""
    return {
        "resourceType": "Consent",
        "id": "consent",
        "status": "active",
        "scope": coded(HL7 + "consentscope", "treatment"),
        "category": [coded(LOINC, "59284-0")],
        "patient": PATIENT,
        "policy": [{"uri": f"{SERVER}/policy"}],
    } | changes


def heart_rate(**changes: object) -> Resource:
    return {
        "resourceType": "Observation",
        "id": "heart-rate",
        "status": "final",
        "category": [coded(HL7 + "observation-category", "vital-signs")],
        "code": coded(LOINC, "8867-4"),
        "subject": PATIENT,
        "effectiveDateTime": AT,
        "valueQuantity": quantity(60, "/min"),
    } | changes


def blood_pressure(**changes: object) -> Resource:
    """Both components must be there, or say `dataAbsentReason`."""
    panel = heart_rate(id="blood-pressure", code=coded(LOINC, "85354-9"))
    del panel["valueQuantity"]
    readings = [("8480-6", 120), ("8462-4", 80)]
    components = [
        {"code": coded(LOINC, code), "valueQuantity": quantity(value, "mm[Hg]")}
        for code, value in readings
    ]
    return panel | {"component": components} | changes


def score(**changes: object) -> Resource:
    return {
        "resourceType": "Observation",
        "id": "score",
        "status": "final",
        "category": [coded(HL7 + "observation-category", "survey")],
        "code": coded(LOINC, "44261-6"),
        "subject": PATIENT,
        "effectiveDateTime": AT,
        "valueInteger": 12,
    } | changes


def questionnaire() -> Resource:
    return {
        "resourceType": "Questionnaire",
        "id": "mood",
        "url": f"{SERVER}/Questionnaire/mood",
        "status": "active",
        "item": [{"linkId": "1", "text": "Mood, 0 to 3", "type": "integer", "required": True}],
    }


def questionnaire_response(**changes: object) -> Resource:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "answers",
        "questionnaire": f"{SERVER}/Questionnaire/mood",
        "status": "completed",
        "subject": PATIENT,
        "authored": AT,
        "item": [{"linkId": "1", "answer": [{"valueInteger": 2}]}],
    } | changes


def medication_administration(**changes: object) -> Resource:
    """A `dosage` must have `dose` or `rate` (mad-1)."""
    return {
        "resourceType": "MedicationAdministration",
        "id": "dose",
        "status": "completed",
        "medicationCodeableConcept": {"text": "Ketamine"},
        "subject": PATIENT,
        "effectiveDateTime": AT,
        "dosage": {"dose": quantity(50, "mg")},
    } | changes


def adverse_event(**changes: object) -> Resource:
    return {
        "resourceType": "AdverseEvent",
        "id": "event",
        "actuality": "actual",
        "subject": PATIENT,
        "date": AT,
        "event": {"text": "Nausea"},
        "seriousness": coded(HL7 + "adverse-event-seriousness", "Non-serious"),
        "severity": coded(HL7 + "adverse-event-severity", "mild"),
        "outcome": coded(HL7 + "adverse-event-outcome", "resolved"),
    } | changes


def encounter(**changes: object) -> Resource:
    return {
        "resourceType": "Encounter",
        "id": "visit",
        "status": "finished",
        "class": {"system": HL7 + "v3-ActCode", "code": "AMB"},
        "subject": PATIENT,
        "period": {"start": AT, "end": "2026-03-02T12:00:00+01:00"},
    } | changes


def flag(**changes: object) -> Resource:
    return {
        "resourceType": "Flag",
        "id": "flag",
        "status": "active",
        "category": [coded(HL7 + "flag-category", "safety")],
        "code": {"text": "Watch the blood pressure"},
        "subject": PATIENT,
    } | changes


def provenance(**changes: object) -> Resource:
    return {
        "resourceType": "Provenance",
        "id": "source",
        "target": [{"reference": "Observation/heart-rate"}],
        "recorded": AT,
        "agent": [{"who": {"display": "Harbor, main site"}}],
    } | changes


def everything() -> list[Resource]:
    return [
        patient(),
        consent(),
        heart_rate(),
        blood_pressure(),
        score(),
        questionnaire(),
        questionnaire_response(),
        medication_administration(),
        adverse_event(),
        encounter(),
        flag(),
        provenance(),
    ]


def bundle(*resources: Resource) -> Resource:
    """`fullUrl` is the server's address of the resource, so that references find it."""
    entries = [
        {"fullUrl": f"{SERVER}/{each['resourceType']}/{each['id']}", "resource": each}
        for each in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}
