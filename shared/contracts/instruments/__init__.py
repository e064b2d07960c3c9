"""The instruments that are scored, by code: one registry for every service."""

from shared.contracts.instruments.definition import (
    Answered,
    Instrument,
    InstrumentCode,
    Licence,
    Loinc,
    Measures,
    Recall,
    Subscales,
    Trigger,
)
from shared.contracts.instruments.depression import MADRS, PHQ_9, QIDS_SR16
from shared.contracts.instruments.distress import BHS, DADDS, DS_II, GAD_7, SHAPS, SHAPS_LIKERT
from shared.contracts.instruments.session import (
    CADSS,
    CADSS_6,
    CADSS_6_ITEMS,
    EBI,
    MEQ30,
    cadss_6_of,
    complete_mystical,
)
from shared.contracts.instruments.substances import AUDIT, DAST_10
from shared.contracts.instruments.suicide_risk import (
    C_SSRS,
    Triage,
    gravest_ideation,
    triage,
)
from shared.contracts.instruments.trauma import PCL_5, provisional_ptsd
from shared.contracts.instruments.wellbeing import BRS, LET, WHO_5

INSTRUMENTS: dict[str, Instrument] = {
    each.code: each
    for each in (
        *(PHQ_9, GAD_7, PCL_5, C_SSRS, MADRS, QIDS_SR16, BHS, WHO_5, BRS, DADDS, DS_II),
        *(MEQ30, CADSS, CADSS_6, SHAPS, SHAPS_LIKERT, EBI, AUDIT, DAST_10, LET),
    )
}

__all__ = [
    "AUDIT",
    "BHS",
    "BRS",
    "CADSS",
    "CADSS_6",
    "CADSS_6_ITEMS",
    "C_SSRS",
    "DADDS",
    "DAST_10",
    "DS_II",
    "EBI",
    "GAD_7",
    "INSTRUMENTS",
    "LET",
    "MADRS",
    "MEQ30",
    "PCL_5",
    "PHQ_9",
    "QIDS_SR16",
    "SHAPS",
    "SHAPS_LIKERT",
    "WHO_5",
    "Answered",
    "Instrument",
    "InstrumentCode",
    "Licence",
    "Loinc",
    "Measures",
    "Recall",
    "Subscales",
    "Triage",
    "Trigger",
    "cadss_6_of",
    "complete_mystical",
    "gravest_ideation",
    "provisional_ptsd",
    "triage",
]
