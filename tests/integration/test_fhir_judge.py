"""The FHIR judge accepts the least that is valid, and catches each kind of fault.

So that a green verdict about our exports means something.
"""

import pytest

from tests.kit.fhir import examples
from tests.kit.fhir.judge import Resource, faults, judge


def without(resource: Resource, field: str) -> Resource:
    return {name: value for name, value in resource.items() if name != field}


FAULTY: list[tuple[Resource, str, str]] = [
    (examples.patient(gender="woman"), "Patient.gender", "AdministrativeGender"),
    (examples.patient(birthDate="1980-13-01"), "Patient.birthDate", "Not a valid date"),
    (examples.patient(shoeSize=38), "Patient", "Unrecognized property 'shoeSize'"),
    (examples.patient(id="p 1"), "Patient.id", "Invalid Resource id"),
    (without(examples.heart_rate(), "status"), "Observation", "status: minimum required = 1"),
    (
        examples.heart_rate(effectiveDateTime="2026-03-02T10:00:00"),
        "Observation.effective.ofType(dateTime)",
        "must have a timezone",
    ),
    (
        examples.heart_rate(valueQuantity=examples.quantity(60, "/mn")),
        "Observation.value.ofType(Quantity)",
        "The unit 'mn' is unknown",
    ),
    (
        examples.heart_rate(valueQuantity=examples.quantity(1, "Hz")),
        "Observation.value.ofType(Quantity).code",
        "fixed to '/min'",
    ),
    (
        examples.blood_pressure(component=examples.blood_pressure()["component"][:1]),
        "Observation",
        "component: minimum required = 2",
    ),
    (
        examples.heart_rate(
            code=examples.coded(examples.LOINC, "59408-5"),
            valueQuantity=examples.quantity(98, "%"),
        ),
        "Observation.code",
        "LOINC code 2708-6 required",
    ),
    (without(examples.consent(), "policy"), "Consent", "ppc-1"),
    (
        examples.consent(scope=examples.coded(examples.HL7 + "consentscope", "all")),
        "Consent.scope",
        "consentscope#all",
    ),
    (
        examples.medication_administration(dosage={"text": "a little"}),
        "MedicationAdministration.dosage",
        "mad-1",
    ),
    (
        examples.adverse_event(
            outcome=examples.coded(examples.HL7 + "adverse-event-outcome", "gone")
        ),
        "AdverseEvent.outcome",
        "a coding from this value set is required",
    ),
    (without(examples.encounter(), "class"), "Encounter", "class: minimum required = 1"),
    (
        examples.encounter(period={"start": "2026-03-02", "end": "2026-03-01"}),
        "Encounter.period",
        "per-1",
    ),
    (without(examples.flag(), "code"), "Flag", "code: minimum required = 1"),
    (examples.provenance(recorded="2026-03-02"), "Provenance.recorded", "instant"),
    (
        without(examples.questionnaire_response(), "item"),
        "QuestionnaireResponse",
        "No response answer found for required item '1'",
    ),
    ({"id": "p1"}, "$", "Unable to find resourceType"),
]


@pytest.mark.parametrize("resource", examples.everything(), ids=lambda each: each["id"])
def test_the_least_that_is_valid_is_accepted(resource: Resource) -> None:
    assert faults([resource], [examples.questionnaire()]) == []


def test_a_bundle_of_them_is_accepted() -> None:
    whole = examples.bundle(*examples.everything())

    assert faults([whole], [examples.questionnaire()]) == []


@pytest.mark.parametrize(("resource", "location", "words"), FAULTY)
def test_a_fault_is_caught_where_it_is(resource: Resource, location: str, words: str) -> None:
    found = faults([resource], [examples.questionnaire()])

    assert [each for each in found if each.startswith(f"[0] {location}: ") and words in each], found


def test_a_reference_to_a_resource_of_another_type_is_caught() -> None:
    of_an_organization = examples.flag(author={"reference": "Encounter/visit"})
    whole = examples.bundle(examples.patient(), examples.encounter(), of_an_organization)

    assert any("Invalid Resource target type. Found Encounter" in each for each in faults([whole]))


def test_codes_of_our_own_are_checked_where_their_definition_is_given() -> None:
    system = "https://fhir.example/CodeSystem/watch"
    definition = {
        "resourceType": "CodeSystem",
        "url": system,
        "status": "active",
        "content": "complete",
        "concept": [{"code": "pressure"}],
    }

    assert faults([examples.flag(code=examples.coded(system, "pressure"))], [definition]) == []
    assert faults([examples.flag(code=examples.coded(system, "mood"))], [definition]) == [
        f"[0] Flag.code: Unknown code '{system}#mood'"
    ]


def test_codes_that_it_does_not_carry_are_listed_as_warnings() -> None:
    told = [(each.severity, each.location, each.message) for each in judge([examples.score()])]

    assert told == [
        (
            "warning",
            "[0] Observation.code",
            "CodeSystem is unknown and can't be validated: http://loinc.org "
            "for 'http://loinc.org#44261-6'",
        )
    ]


def test_issues_name_the_resource_that_they_are_about() -> None:
    found = faults([examples.patient(), examples.patient(gender="woman")])

    assert found
    assert all(each.startswith("[1] Patient.gender") for each in found)
