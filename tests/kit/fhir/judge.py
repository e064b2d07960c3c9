"""HAPI's FhirInstanceValidator in this process: a judge of FHIR R4 that asks nobody outside.

It knows FHIR's own profiles and codes, UCUM and ISO 3166. Codes of LOINC, RxNorm and ATC get a
warning at most, and those of SNOMED CT pass unseen.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import jpype

from tests.kit.java.machine import java_class, start

SUPPORT = "org.hl7.fhir.common.hapi.validation.support."
CORE = "org.hl7.fhir.r5.utils.validation."
FAULTS = ("fatal", "error")

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Issue:
    """`location` is `[index of the judged resource] FHIRPath`; `severity` as FHIR spells it."""

    severity: str
    location: str
    message: str

    @property
    def is_fault(self) -> bool:
        return self.severity in FAULTS


def judge(resources: Iterable[Resource], definitions: Iterable[Resource] = ()) -> list[Issue]:
    """All that the validator has to say; each Bundle is judged as a whole.

    A reference's type is checked where its target is in the same Bundle. `definitions` are the
    Questionnaires, extensions (StructureDefinition) and CodeSystems that the resources name.
    """
    validator = _validator(tuple(json.dumps(each) for each in definitions))
    return [
        Issue(
            str(message.getSeverity().getCode()),
            f"[{index}] {message.getLocationString()}",
            str(message.getMessage()),
        )
        for index, resource in enumerate(resources)
        for message in validator.validateWithResult(json.dumps(resource)).getMessages()
    ]


def faults(resources: Iterable[Resource], definitions: Iterable[Resource] = ()) -> list[str]:
    """What makes the resources invalid, a line per fault: empty for good ones."""
    found = judge(resources, definitions)
    return [f"{each.location}: {each.message}" for each in found if each.is_fault]


@cache
def _validator(definitions: tuple[str, ...]) -> Any:
    context = _context()
    chain = java_class(SUPPORT + "ValidationSupportChain")(
        java_class("ca.uhn.fhir.context.support.DefaultProfileValidationSupport")(context),
        _own(definitions, context),
        java_class(SUPPORT + "CommonCodeSystemsTerminologyService")(context),
        java_class(SUPPORT + "InMemoryTerminologyServerValidationSupport")(context),
        java_class(SUPPORT + "SnapshotGeneratingValidationSupport")(context),
    )
    module = java_class("org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator")(
        chain
    )
    # Advice such as `dom-6`, that every resource should have a narrative.
    module.setBestPracticeWarningLevel(
        java_class(CORE + "constants.BestPracticeWarningLevel").Ignore
    )
    module.setValidatorPolicyAdvisor(_full_validation())
    module.setValidatorResourceFetcher(_nothing_else())
    return context.newValidator().registerValidatorModule(module)


@cache
def _context() -> Any:
    start()
    return java_class("ca.uhn.fhir.context.FhirContext").forR4()


def _own(definitions: tuple[str, ...], context: Any) -> Any:
    support = java_class(SUPPORT + "PrePopulatedValidationSupport")(context)
    parsed = [context.newJsonParser().parseResource(each) for each in definitions]
    for each in parsed:
        support.addResource(each)
    by_url = {str(each.getUrl()): each for each in parsed}
    interface = "ca.uhn.fhir.context.support.IValidationSupport"
    return jpype.JProxy(interface, inst=_Definitions(support, by_url))


class _Definitions:
    """HAPI's support takes Questionnaires but does not hand them out: this one does."""

    def __init__(self, support: Any, by_url: dict[str, Any]) -> None:
        self._support = support
        self._by_url = by_url

    def fetchResource(self, kind: Any, uri: Any) -> Any:  # as Java spells it
        found = self._by_url.get(str(uri).partition("|")[0])
        return found if kind is None or kind.isInstance(found) else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._support, name)


def _full_validation() -> Any:
    """FHIR's own rules for a validator, which hold vital signs to their profiles; HAPI's do not."""
    policy = java_class(CORE + "constants.ReferenceValidationPolicy").CHECK_TYPE_IF_EXISTS
    package = "org.hl7.fhir.validation.instance.advisor."
    return java_class(package + "BasePolicyAdvisorForFullValidation")(
        policy, java_class("java.util.Set").of()
    )


def _nothing_else() -> Any:
    """Where the validator would look for what is neither in the Bundle nor a definition."""
    answers = {
        "fetch": lambda *_: None,
        "fetchRaw": lambda *_: None,
        "fetchCanonicalResource": lambda *_: None,
        "fetchCanonicalResourceVersions": lambda *_: java_class("java.util.Set").of(),
        "fetchesCanonicalResource": lambda *_: False,
        "resolveURL": lambda *_: True,
    }
    return jpype.JProxy(CORE + "IValidatorResourceFetcher", dict=answers)
