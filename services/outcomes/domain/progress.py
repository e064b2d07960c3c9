"""What the doses have done so far, judged by the instrument that the indication is measured by.

Scheduling goes by it where a course goes on beyond its induction (SCH-11). OUT-2, OUT-12.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.outcomes.domain.axis.results import Result
from shared.contracts.instruments import GAD_7, PCL_5, PHQ_9, InstrumentCode
from shared.contracts.outcomes import ProgressJudged
from shared.kernel.policy import Policy

NOTICED: Mapping[InstrumentCode, str] = {
    PHQ_9.code: "rc.phq9",
    PCL_5.code: "rc.pcl5",
    GAD_7.code: "rc.gad7",
}
"""The policy's value of the smallest improvement that patients notice."""


def judge(primary: Iterable[Result], policy: Policy) -> ProgressJudged | None:
    """The newest result after a dose; `primary` ascends by time. None: there is none yet."""
    after = [each for each in primary if each.after_dose]
    if not after:
        return None
    newest = after[-1]
    return ProgressJudged(
        newest.assessment_id,
        newest.instrument,
        newest.after_dose,
        newest.response,
        is_meaningful(newest, policy),
    )


def is_meaningful(result: Result, policy: Policy) -> bool | None:
    """None: not complete, no baseline, or nobody has published the change for it."""
    key = NOTICED.get(result.instrument)
    if key is None or result.change is None:
        return None
    return -result.change >= policy[key]


def news(before: ProgressJudged | None, now: ProgressJudged | None) -> tuple[ProgressJudged, ...]:
    """What must be told: the newest judgement counts, and what was taken back says nothing."""
    if now is None:
        return (replace(before, response=None, meaningful=None),) if before else ()
    return () if now == before else (now,)
