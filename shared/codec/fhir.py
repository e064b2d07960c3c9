"""FHIR R4 as plain JSON: the few data types that our resources are made of, and the bundle.

US-Core-shaped. What has no value is left out, because FHIR knows no null.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from shared.contracts.fhir import CANONICAL, LOINC
from shared.kernel.identifiers import derive

Resource = dict[str, Any]
MEDIA_TYPE = "application/fhir+json"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
UCUM = "http://unitsofmeasure.org"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def fhir_id(own_id: str) -> str:
    """Our id where FHIR allows its letters, else one derived from it."""
    return own_id if _ID.fullmatch(own_id) else derive(own_id, "fhir")


def resource(kind: str, own_id: str, **elements: Any) -> Resource:
    """A resource with these elements; those that are None, "" or empty are left out."""
    return {"resourceType": kind, "id": fhir_id(own_id), **present(elements)}


def present(elements: dict[str, Any]) -> dict[str, Any]:
    """Without the elements that have no value. False and 0 are values."""
    return {name: value for name, value in elements.items() if value not in (None, "", [], {})}


def local_system(name: str) -> str:
    """The URL of one of our own code systems."""
    return f"{CANONICAL}/CodeSystem/{name}"


def coding(system: str, code: str, display: str = "") -> dict[str, Any]:
    return present({"system": system, "code": code, "display": display})


def concept(*codings: dict[str, Any], text: str = "") -> dict[str, Any]:
    """A CodeableConcept."""
    return present({"coding": list(codings), "text": text})


def hl7_concept(system: str, code: str) -> dict[str, Any]:
    """A code of one of FHIR's own code systems, such as `observation-category`."""
    return concept(coding(f"{TERMINOLOGY}/{system}", code))


def loinc_concept(code: str) -> dict[str, Any]:
    return concept(coding(LOINC, code))


def local_concept(system: str, code: str, text: str = "") -> dict[str, Any]:
    """A code of our own, for which no published code is confirmed."""
    return concept(coding(local_system(system), code), text=text)


def identifier(name: str, value: str) -> dict[str, Any]:
    return {"system": f"{CANONICAL}/identifier/{name}", "value": value}


def reference(kind: str, own_id: str) -> dict[str, Any]:
    return {"reference": f"{kind}/{fhir_id(own_id)}"}


def quantity(value: float, unit: str) -> dict[str, Any]:
    """In a UCUM unit, without a decimal point where there is nothing behind it."""
    whole = int(value) if value == int(value) else value
    return {"value": whole, "unit": unit, "system": UCUM, "code": unit}


def instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None


def day(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None


def period(start: datetime | None, end: datetime | None) -> dict[str, Any]:
    return present({"start": instant(start), "end": instant(end)})


def provenance(target: Resource, recorded: datetime, who: str, activity: str) -> Resource:
    """Who wrote the resource. `activity`: a code of v3-DataOperation (CREATE, UPDATE, NULLIFY)."""
    return resource(
        "Provenance",
        derive(f"{target['resourceType']}/{target['id']}", f"provenance-{activity}-{recorded}"),
        target=[reference(target["resourceType"], target["id"])],
        recorded=instant(recorded),
        activity=hl7_concept("v3-DataOperation", activity),
        agent=[
            {
                "type": hl7_concept("provenance-participant-type", "author"),
                "who": {"identifier": identifier("practitioner", who)},
            }
        ],
    )


def bundle(own_id: str, at: datetime, resources: Iterable[Resource]) -> Resource:
    """A collection, in which references find their resources by `fullUrl`."""
    entries = [
        {"fullUrl": f"{CANONICAL}/{each['resourceType']}/{each['id']}", "resource": each}
        for each in resources
    ]
    return resource("Bundle", own_id, type="collection", timestamp=instant(at), entry=entries)
