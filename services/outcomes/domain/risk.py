"""Answers that need a person today or tomorrow. The list at the bottom is the registry of rules.

An alert once raised is never taken back by a machine, whatever arrives later.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.outcomes.domain.scoring import Assessment, suicidal_item
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.instruments import (
    BHS,
    C_SSRS,
    MADRS,
    PHQ_9,
    QIDS_SR16,
    InstrumentCode,
    triage,
)
from shared.contracts.outcomes import RiskRaised
from shared.kernel.policy import Policy, PolicyReference

Level = Literal["moderate", "high"]
_REVIEW = "a clinician reviews it within one business day."
_SOURCE = "OUT-4; clinical reference 1.4 [P]"


Fires = Callable[[Assessment, Assessment | None, Policy], bool]


@dataclass(frozen=True, slots=True)
class RiskRule:
    """`fires` is asked of an assessment of `instrument` and the one of it before, if any."""

    code: str
    instrument: InstrumentCode
    level: Level
    words: str
    source: str
    fires: Fires
    policy_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """An open risk answer (`active`, as of a FHIR Flag) until a psychiatrist saw the patient."""

    assessment_id: str
    patient_id: str
    instrument: InstrumentCode
    rule: str
    level: Level
    answered_at: datetime
    policy: PolicyReference
    status: Literal["active", "inactive"] = "active"

    @property
    def event(self) -> RiskRaised:
        return RiskRaised(self.assessment_id, self.instrument, self.rule, self.level)


def alerts_around(assessment: Assessment, trajectory: Trajectory, policy: Policy) -> list[Alert]:
    """What this answer shows, and what the next one shows now that this one came before it.

    Also if it does not count yet, or another says the same: only what was retracted shows nothing.
    """
    if assessment.id in trajectory.taken_back:
        return []
    known = {*(each.id for each in trajectory.counting), assessment.id}
    series = [
        each
        for each in trajectory.assessments
        if each.id in known and each.instrument == assessment.instrument
    ]
    place = series.index(assessment)
    following = [each for each in series[place + 1 :] if _item(each) is not None][:1]
    found = [
        _alert(each, _before(each, series), trajectory.patient_id, policy)
        for each in (assessment, *following)
        if each.origin == "course"  # what intake screened, intake triages
    ]
    return [each for each in found if each]


def _alert(
    each: Assessment, before: Assessment | None, patient_id: str, policy: Policy
) -> Alert | None:
    fired = [
        rule
        for rule in RULES
        if rule.instrument == each.instrument and rule.fires(each, before, policy)
    ]
    if not fired:
        return None
    rule, used = fired[0], policy.reference(*fired[0].policy_keys)
    return Alert(
        each.id, patient_id, each.instrument, rule.code, rule.level, each.answered_at, used
    )


def _before(each: Assessment, series: list[Assessment]) -> Assessment | None:
    earlier = [one for one in series[: series.index(each)] if _item(one) is not None]
    return earlier[-1] if earlier else None


def _item(each: Assessment) -> int | None:
    return suicidal_item(each.instrument, each.answers)


def _is_high(each: Assessment, _before: Assessment | None, _policy: Policy) -> bool:
    return triage(each.answers) == "high"


def _is_moderate(each: Assessment, _before: Assessment | None, _policy: Policy) -> bool:
    return triage(each.answers) == "moderate"


def _is_grave_or_risen(each: Assessment, before: Assessment | None, policy: Policy) -> bool:
    item, previous = _item(each), _item(before) if before else None
    if item is None:
        return False
    has_risen = previous is not None and item > previous
    return has_risen or _is_at_least(item, policy["phq9.item9_alert"])


def _item_from(policy_key: str) -> Fires:
    return lambda each, _before, policy: _is_at_least(_item(each), policy[policy_key])


def _total_from(policy_key: str) -> Fires:
    return lambda each, _before, policy: _is_at_least(each.total, policy[policy_key])


def _is_at_least(value: float | None, bound: float) -> bool:
    return value is not None and value >= bound


RULES = [
    RiskRule(
        code="c-ssrs-high",
        instrument=C_SSRS.code,
        level="high",
        words="Suicidal intent or plan in the past month, or suicidal behaviour in the past"
        " 3 months: contact the patient today and stay with them.",
        source="OUT-4; Columbia Protocol triage (S17)",
        fires=_is_high,
    ),
    RiskRule(
        code="c-ssrs-moderate",
        instrument=C_SSRS.code,
        level="moderate",
        words="Suicidal thoughts with a method, or suicidal behaviour longer ago: a clinician"
        " reviews it today.",
        source="OUT-4; Columbia Protocol triage (S17)",
        fires=_is_moderate,
    ),
    RiskRule(
        code="phq-9-item-9",
        instrument=PHQ_9.code,
        level="moderate",
        words="PHQ-9 item 9 is high or has risen: a clinician talks to the patient today.",
        source=_SOURCE,
        fires=_is_grave_or_risen,
        policy_keys=("phq9.item9_alert",),
    ),
    RiskRule(
        code="madrs-item-10",
        instrument=MADRS.code,
        level="moderate",
        words=f"MADRS item 10 (suicidal thoughts) is high: {_REVIEW}",
        source=_SOURCE,
        fires=_item_from("madrs.item10_review"),
        policy_keys=("madrs.item10_review",),
    ),
    RiskRule(
        code="qids-item-12",
        instrument=QIDS_SR16.code,
        level="moderate",
        words=f"QIDS-SR16 item 12 (thoughts of death or suicide) is high: {_REVIEW}",
        source=_SOURCE,
        fires=_item_from("qids.item12_review"),
        policy_keys=("qids.item12_review",),
    ),
    RiskRule(
        code="bhs-hopeless",
        instrument=BHS.code,
        level="moderate",
        words=f"The hopelessness score (BHS) is high: {_REVIEW}",
        source=_SOURCE,
        fires=_total_from("bhs.review_min"),
        policy_keys=("bhs.review_min",),
    ),
]
WORDS = {rule.code: rule.words for rule in RULES}
