"""Vital signs before the dose: there, recent, and low enough (SES-1, clinical reference 2.2)."""

from datetime import datetime

from services.session_record.domain.dose.asked import Asked
from services.session_record.domain.monitoring import ladder
from services.session_record.domain.monitoring.due import COMPLETE
from services.session_record.domain.monitoring.samples import Sample, latest, samples
from services.session_record.domain.rule import Rule
from shared.kernel.policy import Policy

HOLD = {"systolic": "bp.predose_hold_systolic", "diastolic": "bp.predose_hold_diastolic"}
REVIEW = {"systolic": "bp.predose_review_systolic", "diastolic": "bp.predose_review_diastolic"}
KEYS = (
    "vitals.predose_max_age_min",
    *HOLD.values(),
    *REVIEW.values(),
    "bp.recheck_wait_min",
    "bp.session_stop_systolic",
    "bp.session_stop_diastolic",
    "spo2.stop_below",
)


def no_recent_vitals(asked: Asked, policy: Policy) -> str:
    missing = [measure for measure in COMPLETE if not _recent(asked, measure, policy)]
    if not missing:
        return ""
    minutes = policy["vitals.predose_max_age_min"]
    return f"no {', '.join(missing)} of the last {minutes:g} minutes; measure now"


def blood_pressure_review(asked: Asked, policy: Policy) -> str:
    """Above the label's 140/90 a prescriber weighs benefit and risk."""
    if _pressure(asked, policy) is None or blood_pressure_hold(asked, policy):
        return ""
    beyond = any(
        each.value > policy[key]
        for measure, key in REVIEW.items()
        for each in _recent(asked, measure, policy)
    )
    limits = "/".join(f"{policy[key]:g}" for key in REVIEW.values())
    words = f"blood pressure {_pressure(asked, policy)} is above {limits}: a prescriber decides"
    return words if beyond else ""


def blood_pressure_hold(asked: Asked, policy: Policy) -> str:
    recent = [each for measure in HOLD for each in _recent(asked, measure, policy)]
    if not any(_holds(each, policy) for each in recent):
        return ""
    limits = "/".join(f"{policy[key]:g}" for key in HOLD.values())
    words = f"blood pressure {_pressure(asked, policy)} is not below {limits}"
    return f"{words}: wait and measure anew"


def blood_pressure_not_rechecked(asked: Asked, policy: Policy) -> str:
    """At the hold even a prescriber needs two readings, the wait between them."""
    if not blood_pressure_hold(asked, policy):
        return ""
    moments = [each.at for m in HOLD for each in _recent(asked, m, policy)]
    wait, before = policy.minutes("bp.recheck_wait_min"), _first_hold(asked, policy)
    if before is not None and max(moments) - before >= wait:
        return ""
    minutes = policy["bp.recheck_wait_min"]
    return f"the blood pressure has not been measured again {minutes:g} minutes later"


def vitals_in_stop_range(asked: Asked, policy: Policy) -> str:
    at = asked.command.at
    since = at - policy.minutes("vitals.predose_max_age_min")
    return ladder.in_words(ladder.stops(asked.encounter, policy, at, since))


RULES: tuple[Rule[Asked], ...] = (
    Rule("vitals-too-old", "SES-1; clinical reference 7.3", no_recent_vitals),
    Rule("blood-pressure-review", "SES-1; Spravato label 5.6 (S1)", blood_pressure_review),
    Rule("blood-pressure-hold", "SES-1; clinical reference 2.2", blood_pressure_hold),
    Rule("blood-pressure-recheck", "SES-1; clinical reference 2.2", blood_pressure_not_rechecked),
    Rule("vitals-in-stop-range", "SES-1; clinical reference 2.2, 3.3", vitals_in_stop_range),
)


def _recent(asked: Asked, measure: str, policy: Policy) -> list[Sample]:
    at = asked.command.at
    since = at - policy.minutes("vitals.predose_max_age_min")
    return latest(samples(asked.encounter), measure, at, since)


def _pressure(asked: Asked, policy: Policy) -> str | None:
    pair = [_recent(asked, measure, policy) for measure in ("systolic", "diastolic")]
    if not all(pair):
        return None
    return "/".join(f"{max(each.value for each in found):g}" for found in pair)


def _holds(sample: Sample, policy: Policy) -> bool:
    return sample.measure in HOLD and sample.value >= policy[HOLD[sample.measure]]


def _first_hold(asked: Asked, policy: Policy) -> datetime | None:
    at = asked.command.at
    held = [e.at for e in samples(asked.encounter) if e.at <= at and _holds(e, policy)]
    return min(held, default=None)
