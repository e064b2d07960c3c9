"""A FHIR R4 bundle as rows of events: QuestionnaireResponses of our instruments.

Other resources are named one by one as unmapped: nothing of a bundle is left behind unseen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.site.agent.drafts import checked
from services.site.importing.cells import BadCell, Patients
from services.site.importing.plan import Planned
from shared.client.errors import BadEvent
from shared.codec import strict_json
from shared.codec.questionnaires.fhir import answer_coding
from shared.contracts.fhir import questionnaire_url
from shared.contracts.instruments import INSTRUMENTS, Instrument
from shared.contracts.site import AssessmentAnswered
from shared.kernel.errors import Malformed
from shared.kernel.identifiers import derive

_BY_URL = {questionnaire_url(code): each for code, each in INSTRUMENTS.items()}
ANSWERED = frozenset({"completed", "amended", "corrected"})
_VALUES = ("valueInteger", "valueDecimal")


@dataclass(frozen=True)
class BundleImporter:
    """`ignore`: resource types that are left behind on purpose."""

    source: str
    now: str
    patients: Patients
    ignore: frozenset[str] = frozenset()

    def plan(self, content: bytes) -> list[Planned]:
        """One verdict per resource; `line` is its place in the bundle. Raises BadEvent."""
        return [self._entry(place, each) for place, each in enumerate(_resources(content), 1)]

    def _entry(self, place: int, resource: Mapping[str, Any]) -> Planned:
        kind = str(resource.get("resourceType", ""))
        if kind in self.ignore:
            return Planned(place, "skipped", f"{kind} is left behind (--ignore)")
        if kind != "QuestionnaireResponse":
            return Planned(place, "unmapped", f"{kind or 'this'} is not imported: --ignore {kind}")
        try:
            return Planned(place, "ready", events=(self._answered(resource),))
        except (BadCell, BadEvent) as fault:
            return Planned(place, "invalid", str(fault))

    def _answered(self, resource: Mapping[str, Any]) -> Mapping[str, Any]:
        if resource.get("status") not in ANSWERED:
            raise BadCell(f"status {resource.get('status')!r} is no finished answer")
        url = str(resource.get("questionnaire", "")).partition("|")[0]
        if url not in _BY_URL:
            raise BadCell(f"the questionnaire {url!r} is none of ours")
        instrument = _BY_URL[url]
        answers = _answers(resource, instrument)
        data = {
            "instrument": instrument.code,
            "answers": [answers.get(str(item)) for item in range(1, instrument.items + 1)],
        }
        patient = str(_within(resource, "subject", "reference")).rpartition("/")[2]
        if not patient or not resource.get("authored"):
            raise BadCell("it names no subject, or not when it was answered (authored)")
        draft = {
            "id": derive(f"{self.source}/imports/fhir", str(resource.get("id") or resource)),
            "type": AssessmentAnswered.type,
            "subject": self.patients(patient),
            "time": resource["authored"],
            "data": data,
        }
        return checked(draft, self.source, "", self.now)


def _resources(content: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        bundle = strict_json.loads(content)
    except Malformed as fault:
        raise BadEvent(f"The bundle is no JSON: {fault.reason}.") from fault
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise BadEvent("This is no FHIR bundle: its resourceType is not Bundle.")
    for entry in bundle.get("entry") or ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        yield resource if isinstance(resource, dict) else {}


def _answers(resource: Mapping[str, Any], instrument: Instrument) -> dict[str, int]:
    """By linkId. Raises BadCell for an answer that is no number and no choice of ours."""
    found: dict[str, int] = {}
    for item in resource.get("item") or ():
        for answer in item.get("answer") or ():
            number = _number(answer, str(item.get("linkId")), instrument)
            if number is None:
                raise BadCell(f"item {item.get('linkId')!r} is answered by nothing that we know")
            found[str(item.get("linkId"))] = number
    return found


def _number(answer: Mapping[str, Any], item: str, instrument: Instrument) -> int | None:
    number = next((answer[name] for name in _VALUES if name in answer), None)
    if isinstance(number, int | float) and number == int(number):
        return int(number)
    if not item.isdigit() or not 1 <= int(item) <= instrument.items:
        return None
    chosen = answer.get("valueCoding") or {}
    for value in instrument.values(int(item)):
        coding = answer_coding(instrument, value)
        if all(chosen.get(name) == text for name, text in coding.items()):
            return value
    return None


def _within(resource: Mapping[str, Any], *names: str) -> Any:
    value: Any = resource
    for name in names:
        value = value.get(name, "") if isinstance(value, dict) else ""
    return value
