"""An instrument as a FHIR R4 Questionnaire, with its text where that may be shown."""

from typing import Any

from shared.codec.questionnaires.texts import LANGUAGE, InstrumentText
from shared.contracts.fhir import INSTRUMENT_CODES, LOINC, SCORING_DEFINITIONS, questionnaire_url
from shared.contracts.instruments import Instrument

_EXTENSIONS = "http://hl7.org/fhir/StructureDefinition"
_CHOICES_MAX = 10
"""Items with more values than that are asked as a whole number."""
_YES = 1


def questionnaire(instrument: Instrument, text: InstrumentText | None) -> dict[str, Any]:
    """The resource as JSON. Without a text its items are named by their numbers."""
    panel = instrument.loinc.panel if instrument.loinc else ""
    return {
        "resourceType": "Questionnaire",
        "id": instrument.code,
        **({"language": LANGUAGE} if text else {}),
        "url": questionnaire_url(instrument.code),
        "identifier": [{"system": SCORING_DEFINITIONS, "value": instrument.definition}],
        "version": instrument.definition.rpartition("/")[2],
        "name": instrument.code.replace("-", "_").upper(),
        "title": text.title if text else instrument.title,
        "status": "active",
        "subjectType": ["Patient"],
        **({"description": text.instructions} if text and text.instructions else {}),
        "copyright": instrument.licence.words,
        "code": [_coding(panel, instrument.code)],
        "item": [_item(instrument, text, item) for item in range(1, instrument.items + 1)],
    }


def answer_coding(instrument: Instrument, value: int) -> dict[str, str]:
    """What an answer is called, in LOINC where that is known."""
    answers = instrument.loinc.answers if instrument.loinc else ()
    return _coding(answers[value] if answers else "", f"{instrument.code}.answer.{value}")


def item_coding(instrument: Instrument, item: int) -> dict[str, str]:
    codes = instrument.loinc.items if instrument.loinc else ()
    return _coding(codes[item - 1] if codes else "", f"{instrument.code}.{item}")


def _coding(loinc: str, own: str) -> dict[str, str]:
    system, code = (LOINC, loinc) if loinc else (INSTRUMENT_CODES, own)
    return {"system": system, "code": code}


def _item(instrument: Instrument, text: InstrumentText | None, item: int) -> dict[str, Any]:
    question = dict(instrument.asked_after_yes).get(item)
    return {
        **_range(instrument, item),
        "linkId": str(item),
        "code": [item_coding(instrument, item)],
        "text": text.items[item - 1].text if text else f"Item {item}",
        **({"enableWhen": [_after_yes(instrument, question)]} if question else {}),
        "required": False,  # what is left out is null, and the scoring knows what null means
        **_answers(instrument, text, item),
    }


def _is_choice(instrument: Instrument, item: int) -> bool:
    return len(instrument.values(item)) <= _CHOICES_MAX


def _range(instrument: Instrument, item: int) -> dict[str, Any]:
    """A whole number's limits; extensions come first in an element."""
    if _is_choice(instrument, item):
        return {}
    limits = (("minValue", instrument.item_min), ("maxValue", instrument.item_max))
    return {
        "extension": [
            {"url": f"{_EXTENSIONS}/{name}", "valueInteger": value} for name, value in limits
        ]
    }


def _after_yes(instrument: Instrument, question: int) -> dict[str, Any]:
    coding = answer_coding(instrument, _YES)
    return {"question": str(question), "operator": "=", "answerCoding": coding}


def _answers(instrument: Instrument, text: InstrumentText | None, item: int) -> dict[str, Any]:
    if not _is_choice(instrument, item):
        return {"type": "integer"}
    words = text.answers_to(item) if text else {}
    return {
        "type": "choice",
        "answerOption": [
            {
                "extension": [{"url": f"{_EXTENSIONS}/ordinalValue", "valueDecimal": value}],
                "valueCoding": {
                    **answer_coding(instrument, value),
                    "display": words.get(value, str(value)),
                },
            }
            for value in instrument.values(item)
        ],
    }
