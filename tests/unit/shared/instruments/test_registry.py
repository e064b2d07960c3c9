"""The registry: every instrument of the clinical reference, each whole in itself."""

import re
from dataclasses import replace

import pytest

from shared.contracts.instruments import (
    AUDIT,
    BHS,
    BRS,
    DAST_10,
    INSTRUMENTS,
    MADRS,
    PHQ_9,
    QIDS_SR16,
    WHO_5,
    Instrument,
)

OF_THE_REFERENCE = {
    *("phq-9", "gad-7", "pcl-5", "c-ssrs-screener", "madrs", "qids-sr16", "bhs", "who-5", "brs"),
    *("dadds", "ds-ii", "meq30", "cadss", "cadss-6", "shaps"),
}
"""Section 1.1. The MGH-ATRQ is a history without a score: it stays intake's."""
EMBEDDABLE = {"phq-9", "gad-7", "pcl-5", "c-ssrs-screener"}
every = pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda each: each.code)


def test_every_instrument_of_the_clinical_reference_is_in_the_registry() -> None:
    assert set(INSTRUMENTS) == OF_THE_REFERENCE | {"shaps-likert", "ebi", "audit", "dast-10", "let"}


def test_no_two_instruments_share_a_definition() -> None:
    assert len({each.definition for each in INSTRUMENTS.values()}) == len(INSTRUMENTS)


@every
def test_a_definition_names_the_instrument_or_its_scoring_and_a_version(
    instrument: Instrument,
) -> None:
    assert re.fullmatch(r"[a-z0-9-]+/[a-z0-9-]+/[1-9][0-9]*", instrument.definition)
    assert instrument.code.startswith(instrument.definition.partition("/")[0])


@every
def test_bands_rise_and_begin_where_the_total_begins(instrument: Instrument) -> None:
    floors = [floor for floor, _ in instrument.bands]

    assert floors == sorted(set(floors))
    if floors and instrument.total_range:
        assert floors[0] == instrument.total_range[0]
        assert floors[-1] < instrument.total_range[1]


@pytest.mark.parametrize(
    ("instrument", "total", "band"),
    [
        *((PHQ_9, 4, "minimal"), (PHQ_9, 5, "mild"), (PHQ_9, 19, "moderately-severe")),
        *((PHQ_9, 20, "severe"), (MADRS, 6, "normal"), (MADRS, 7, "mild"), (MADRS, 19, "mild")),
        *((MADRS, 20, "moderate"), (MADRS, 34, "moderate"), (MADRS, 35, "severe")),
        *((QIDS_SR16, 5, "none"), (QIDS_SR16, 6, "mild"), (QIDS_SR16, 11, "moderate")),
        *((QIDS_SR16, 16, "severe"), (QIDS_SR16, 21, "very-severe")),
        *((BHS, 3, "minimal"), (BHS, 4, "mild"), (BHS, 9, "moderate"), (BHS, 15, "severe")),
        *((WHO_5, 28, "depression-likely"), (WHO_5, 48, "screen-for-depression")),
        *((WHO_5, 52, "above-cut-off"), (BRS, 2.83, "low"), (BRS, 3, "normal")),
        *((BRS, 4.17, "normal"), (BRS, 4.33, "high"), (DAST_10, 10, "")),
    ],
)
def test_a_band_begins_at_its_published_bound(
    instrument: Instrument, total: float, band: str
) -> None:
    assert instrument.band(total) == band


def test_only_where_more_is_better_does_a_higher_total_mean_better() -> None:
    higher = {each.code for each in INSTRUMENTS.values() if each.better == "higher"}

    assert higher == {"who-5", "brs", "let", "meq30", "ebi"}


def test_response_and_remission_are_of_the_instruments_that_the_reference_gives_them() -> None:
    rules = {each.code: each.remission_below for each in INSTRUMENTS.values() if each.has_response}

    assert rules == {"phq-9": 5, "gad-7": 5, "pcl-5": None, "madrs": 13, "qids-sr16": 6}


@every
def test_triggers_are_of_items_that_exist_and_say_what_they_are_met_by(
    instrument: Instrument,
) -> None:
    for trigger in instrument.triggers:
        assert all(1 <= item <= instrument.items for item in trigger.items)
        assert bool(trigger.policy_key) != (trigger.bound is not None)


def test_item_level_triggers_are_those_of_the_reference() -> None:
    assert {
        (each.code, trigger.items, trigger.action)
        for each in INSTRUMENTS.values()
        for trigger in each.triggers
    } == {
        ("phq-9", (9,), "c-ssrs-same-day"),
        ("phq-9", (9,), "clinician-alert"),
        ("c-ssrs-screener", (4, 5, 7), "safety-hold"),
        ("c-ssrs-screener", (3, 6), "clinician-assessment"),
        ("madrs", (10,), "clinician-review"),
        ("qids-sr16", (12,), "clinician-review"),
        ("bhs", (), "clinician-review"),
        ("audit", (), "prescriber-note"),
        ("dast-10", (), "prescriber-note"),
    }


def test_substance_screens_take_their_cut_off_from_the_policy() -> None:
    assert AUDIT.triggers[0].policy_key == "audit.positive_min"
    assert DAST_10.triggers[0].policy_key == "dast10.positive_min"


def test_only_confirmed_loinc_codes_are_used() -> None:
    coded = {each.code: each.loinc for each in INSTRUMENTS.values() if each.loinc}

    assert set(coded) == {"phq-9", "gad-7", "c-ssrs-screener"}
    assert [each.panel for each in coded.values()] == ["44249-1", "69737-5", "93373-9"]
    assert [each.result for each in coded.values()] == ["44261-6", "70274-6", "93374-7"]
    assert coded["phq-9"].items[8] == "44260-8"
    for code, loinc in coded.items():
        assert len(set(loinc.items)) == INSTRUMENTS[code].items
        assert len(loinc.answers) in (0, INSTRUMENTS[code].item_max + 1)


def test_only_what_everybody_may_show_may_be_embedded() -> None:
    assert {each.code for each in INSTRUMENTS.values() if each.licence.embed} == EMBEDDABLE


def test_a_changed_range_changes_what_is_possible() -> None:
    assert PHQ_9.faults((4, *(0,) * 8)) == "item 1 is 4, the range is 0 to 3"
    assert replace(PHQ_9, item_max=4).faults((4, *(0,) * 8)) == ""
