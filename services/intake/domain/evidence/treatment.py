"""Treatment history and treatment resistance (INT-4): which earlier trials count as failed.

Esketamine's label counts trials of the current episode, ELEKT-D of the lifetime: both are kept.
"""

from dataclasses import dataclass, replace

from services.intake.domain.commands import RecordTreatmentHistory
from services.intake.domain.evidence import entries
from services.intake.domain.evidence.kinds import TreatmentHistory
from services.intake.domain.patient import Patient
from shared.contracts.site import Trial
from shared.kernel.policy import Policy

POLICY_KEYS = ("trd.trials_min", "trd.weeks_min", "trd.improvement_below_percent")
SEVERITY_POINTS = {
    "subsyndromal": 1,
    "mild": 2,
    "moderate": 3,
    "severe": 4,
    "severe-with-psychosis": 5,
}
LEVELS_ABOVE = (2, 4, 6, 10)
"""Maudsley: 1-2 failed drugs are one point, 3-4 two, 5-6 three, 7-10 four, more than 10 five."""


@dataclass(frozen=True, slots=True)
class Staging:
    """Distinct drugs that failed in adequate trials, in this episode and ever, and both stagings.

    `thase_rush` 1-5 (0: no failed trial) and `maudsley` 3-15 stage the current episode (Fekadu
    2018, S15); Maudsley is None where length or severity of the episode is not known.
    """

    failed_in_episode: int
    failed_in_lifetime: int
    classes: tuple[str, ...]
    thase_rush: int
    maudsley: int | None
    maudsley_band: str


def record_history(command: RecordTreatmentHistory, patient: Patient) -> Patient:
    """A history is taken whole: the latest one counts, those before are kept."""
    root, at = patient.place(command, "treatment-history", patient.histories)
    history = TreatmentHistory(
        id=command.event_id,
        root=root,
        at=at,
        stated_at=command.at,
        trials=command.trials,
        episode_months=command.episode_months,
        severity=command.severity,
        augmented=command.augmented,
        ect=command.ect,
    )
    return replace(patient, histories=entries.added(patient.histories, history))


def stage(history: TreatmentHistory, policy: Policy) -> Staging:
    failed = failed_drugs(history, policy, current_episode=True)
    ever = failed_drugs(history, policy, current_episode=False)
    classes = frozenset(
        _class_of(trial, policy) for trial in history.trials if trial.drug in failed
    )
    maudsley = _maudsley(history, len(failed))
    return Staging(
        failed_in_episode=len(failed),
        failed_in_lifetime=len(ever),
        classes=tuple(sorted(classes)),
        thase_rush=_thase_rush(classes, ect=history.ect),
        maudsley=maudsley,
        maudsley_band=_band(maudsley) if maudsley else "",
    )


def failed_drugs(
    history: TreatmentHistory, policy: Policy, *, current_episode: bool
) -> frozenset[str]:
    """Distinct drugs that failed in an adequate trial, in this episode or ever."""
    return frozenset(
        trial.drug
        for trial in history.trials
        if _has_failed(trial, policy) and (trial.current_episode or not current_episode)
    )


def _has_failed(trial: Trial, policy: Policy) -> bool:
    return (
        _was_dosed(trial, policy)
        and trial.weeks >= policy["trd.weeks_min"]
        and trial.improvement_percent < policy["trd.improvement_below_percent"]
    )


def _was_dosed(trial: Trial, policy: Policy) -> bool:
    """By the policy's least daily dose; the sender's word where dose or drug is not known."""
    known = policy.antidepressants.get(trial.drug)
    if known is None or trial.dose_mg is None:
        return trial.adequate_dose
    return trial.dose_mg >= known.min_mg


def _class_of(trial: Trial, policy: Policy) -> str:
    known = policy.antidepressants.get(trial.drug)
    return known.drug_class if known else trial.drug_class


def _thase_rush(classes: frozenset[str], *, ect: bool) -> int:
    """Each stage includes the one before: I one class, II two, III a TCA, IV a MAOI, V ECT."""
    stages = (len(classes) >= 1, len(classes) >= 2, "tca" in classes, "maoi" in classes, ect)
    return next((number for number, met in enumerate(stages) if not met), len(stages))


def _maudsley(history: TreatmentHistory, failed: int) -> int | None:
    if history.episode_months is None or history.severity is None or not failed:
        return None
    duration = 1 + (history.episode_months > 12) + (history.episode_months > 24)
    failures = 1 + sum(failed > above for above in LEVELS_ABOVE)
    severity = SEVERITY_POINTS[history.severity]
    return duration + severity + failures + history.augmented + history.ect


def _band(maudsley: int) -> str:
    return "mild" if maudsley <= 6 else "moderate" if maudsley <= 10 else "severe"
