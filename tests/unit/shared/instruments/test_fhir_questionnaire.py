"""Instruments as FHIR R4 Questionnaires."""

import re
from datetime import date
from typing import Any

import pytest

from shared.codec.questionnaires.fhir import questionnaire
from shared.codec.questionnaires.texts import load
from shared.contracts.fhir import CANONICAL, INSTRUMENT_CODES, LOINC
from shared.contracts.instruments import INSTRUMENTS, Instrument

every = pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda each: each.code)
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def exported(code: str) -> dict[str, Any]:
    """With the text, if it is free."""
    instrument = INSTRUMENTS[code]
    text = load().of(instrument, date(2026, 11, 10)) if instrument.licence.embed else None
    return questionnaire(instrument, text)


def ordinals(item: dict[str, Any]) -> list[int]:
    found = [option["extension"] for option in item["answerOption"]]
    assert {extension["url"] for (extension,) in found} == {ORDINAL}
    return [extension["valueDecimal"] for (extension,) in found]


@every
def test_a_questionnaire_has_what_r4_asks_of_one(instrument: Instrument) -> None:
    shown = exported(instrument.code)

    assert (shown["resourceType"], shown["status"]) == ("Questionnaire", "active")
    assert shown["url"] == f"{CANONICAL}/Questionnaire/{instrument.code}"
    assert shown["version"] == "1"
    assert re.fullmatch(r"[A-Z]([A-Za-z0-9_]){0,254}", shown["name"])
    assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", shown["id"])
    assert shown["identifier"][0]["value"] == instrument.definition
    assert shown["copyright"]


@every
def test_every_item_has_its_number_a_code_of_its_own_and_all_its_answers(
    instrument: Instrument,
) -> None:
    items = exported(instrument.code)["item"]

    assert [each["linkId"] for each in items] == [
        str(item) for item in range(1, instrument.items + 1)
    ]
    assert len({each["code"][0]["code"] for each in items}) == instrument.items
    for number, item in enumerate(items, 1):
        assert item["text"]
        if item["type"] == "choice":
            assert tuple(ordinals(item)) == instrument.values(number)


@every
def test_loinc_is_used_where_its_code_is_confirmed_and_our_own_system_elsewhere(
    instrument: Instrument,
) -> None:
    shown = exported(instrument.code)
    codings = [shown["code"][0], *(each["code"][0] for each in shown["item"])]

    if instrument.loinc:
        assert {each["system"] for each in codings} == {LOINC}
    else:
        assert {each["system"] for each in codings} == {INSTRUMENT_CODES}
        assert shown["code"][0]["code"] == instrument.code


def test_the_phq_9_is_coded_to_its_answers() -> None:
    shown = exported("phq-9")

    assert shown["code"] == [{"system": LOINC, "code": "44249-1"}]
    assert shown["item"][8]["code"] == [{"system": LOINC, "code": "44260-8"}]
    assert shown["item"][0]["text"] == "Little interest or pleasure in doing things"
    assert shown["item"][0]["answerOption"][3] == {
        "extension": [{"url": ORDINAL, "valueDecimal": 3}],
        "valueCoding": {"system": LOINC, "code": "LA6571-9", "display": "Nearly every day"},
    }
    assert (shown["language"], shown["title"]) == ("en", "Patient Health Questionnaire (PHQ-9)")


def test_without_its_text_an_item_is_its_number_and_an_answer_its_value() -> None:
    shown = exported("madrs")

    assert [each["text"] for each in shown["item"][:2]] == ["Item 1", "Item 2"]
    assert shown["item"][0]["answerOption"][6]["valueCoding"] == {
        "system": INSTRUMENT_CODES,
        "code": "madrs.answer.6",
        "display": "6",
    }
    assert "language" not in shown
    assert "description" not in shown


def test_the_screener_asks_3_to_5_after_a_yes_to_2_and_7_after_a_yes_to_6() -> None:
    items = exported("c-ssrs-screener")["item"]

    asked = {each["linkId"]: each.get("enableWhen") for each in items}
    assert {item: when[0]["question"] for item, when in asked.items() if when} == {
        "3": "2",
        "4": "2",
        "5": "2",
        "7": "6",
    }
    yes = items[1]["answerOption"][1]["valueCoding"]
    coding = asked["3"][0]["answerCoding"] if asked["3"] else {}
    assert coding == {"system": yes["system"], "code": yes["code"]}
    assert yes["display"] == "Yes"


def test_an_item_from_0_to_100_is_a_whole_number_with_limits() -> None:
    item = exported("ebi")["item"][0]

    assert item["type"] == "integer"
    assert "answerOption" not in item
    assert [each["valueInteger"] for each in item["extension"]] == [0, 100]


def test_the_last_audit_items_offer_three_answers() -> None:
    items = exported("audit")["item"]

    assert ordinals(items[8]) == ordinals(items[9]) == [0, 2, 4]
    assert ordinals(items[0]) == [0, 1, 2, 3, 4]
