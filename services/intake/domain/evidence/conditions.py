"""The contraindication checklist: the table of conditions, each with its level and source.

Never a bar: SSRIs, SNRIs, lithium, passive suicidal thoughts alone (clinical reference 2.1).
"""

from dataclasses import dataclass
from typing import Literal

Level = Literal["absolute", "until-resolved", "time-limited", "relative"]
LABEL = "INT-2; Spravato US PI section 4 (S2)"
KETALAR = "INT-2; Ketalar US PI section 4"
ASRA = "INT-1; ASRA/AAPM/ASA 2018 (S12)"
SMPC = "INT-1; Spravato EU SmPC, precautions (S10)"
NETWORK = "INT-1; network policy (clinical reference 2.1)"
CV_DAYS, STROKE_DAYS = "contraindication.cardiovascular-event_d", "contraindication.stroke-or-tia_d"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the checklist. `days_key`: the policy key of how long after its onset a
    time-limited one blocks."""

    code: str
    level: Level
    words: str
    source: str
    days_key: str = ""


CONDITIONS = (
    Condition("aneurysmal-vascular-disease", "absolute", "Aneurysmal vascular disease", LABEL),
    Condition("arteriovenous-malformation", "absolute", "Arteriovenous malformation", LABEL),
    Condition("intracerebral-haemorrhage", "absolute", "Past intracerebral haemorrhage", LABEL),
    Condition("ketamine-hypersensitivity", "absolute", "Hypersensitivity to ketamine", LABEL),
    Condition(
        "hazardous-pressure-rise",
        "absolute",
        "A disease in which a rise of blood pressure is a serious hazard",
        KETALAR,
    ),
    Condition("active-psychosis", "until-resolved", "Active psychosis", ASRA),
    Condition("current-mania", "until-resolved", "Current mania", NETWORK),
    Condition("delirium", "until-resolved", "Delirium", NETWORK),
    Condition("pregnancy", "until-resolved", "Pregnancy", "INT-7; Spravato US PI (S2)"),
    Condition("unstable-angina", "until-resolved", "Unstable angina", ASRA),
    Condition("decompensated-heart-failure", "until-resolved", "Decompensated heart failure", ASRA),
    Condition("heart-failure-nyha-3-4", "until-resolved", "Heart failure, NYHA III or IV", SMPC),
    Condition(
        "significant-valve-disease",
        "until-resolved",
        "Haemodynamically significant valve disease",
        SMPC,
    ),
    Condition("uncontrolled-hypertension", "until-resolved", "Uncontrolled hypertension", SMPC),
    Condition(
        "raised-intracranial-pressure", "until-resolved", "Raised intracranial pressure", ASRA
    ),
    Condition("intoxication", "until-resolved", "Intoxication today", NETWORK),
    Condition("active-substance-use", "until-resolved", "A current substance use disorder", ASRA),
    Condition("severe-hepatic-impairment", "until-resolved", "Severe hepatic impairment", ASRA),
    Condition("cardiovascular-event", "time-limited", "A cardiovascular event", SMPC, CV_DAYS),
    Condition("stroke-or-tia", "time-limited", "A stroke or TIA", SMPC, STROKE_DAYS),
    Condition("past-psychosis", "relative", "Past psychosis", NETWORK),
    Condition("family-psychosis", "relative", "Psychosis in a first-degree relative", NETWORK),
    Condition("bipolar-disorder", "relative", "Bipolar disorder", NETWORK),
    Condition("past-substance-use", "relative", "A past substance use disorder", NETWORK),
    Condition("severe-personality-disorder", "relative", "Severe personality disorder", NETWORK),
    Condition("hyperthyroidism", "relative", "Hyperthyroidism", NETWORK),
    Condition("glaucoma", "relative", "Glaucoma", ASRA),
    Condition("seizure-disorder", "relative", "A seizure disorder", NETWORK),
    Condition("untreated-sleep-apnoea", "relative", "Untreated sleep apnoea", NETWORK),
    Condition(
        "past-hypertensive-encephalopathy",
        "relative",
        "Past hypertensive encephalopathy",
        "Spravato US PI (S1)",
    ),
    Condition("moderate-hepatic-impairment", "relative", "Moderate hepatic impairment", NETWORK),
    Condition("bladder-pain", "relative", "Chronic bladder pain or cystitis", NETWORK),
    Condition("airway-risk", "relative", "An airway at risk, or a high BMI", NETWORK),
)
BY_CODE = {each.code: each for each in CONDITIONS}
REQUIRED = tuple(each for each in CONDITIONS if each.level != "relative")
CARDIAC = frozenset(
    {
        "unstable-angina",
        "decompensated-heart-failure",
        "heart-failure-nyha-3-4",
        "significant-valve-disease",
        "uncontrolled-hypertension",
        "cardiovascular-event",
    }
)
"""Any of these, ever found, is a cardiac history."""
DAYS_KEYS = (CV_DAYS, STROKE_DAYS)
