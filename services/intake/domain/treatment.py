"""Treatment history and treatment resistance (INT-4): which earlier trials count as failed.

Esketamine's label counts trials of the current episode, ELEKT-D of the lifetime: both are kept.
"""

from dataclasses import replace

from services.intake.domain.commands import RecordTreatmentHistory
from services.intake.domain.patient import Patient, TreatmentHistory
from shared.contracts.site import Trial
from shared.kernel.policy import Policy

POLICY_KEYS = ("trd.trials_min", "trd.weeks_min", "trd.improvement_below_percent")


def record_history(command: RecordTreatmentHistory, patient: Patient) -> Patient:
    """A history is taken whole: the latest one replaces the one before."""
    held = patient.history
    if held and held.taken_at > command.at:
        return patient
    return replace(patient, history=TreatmentHistory(command.at, command.trials))


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
        trial.adequate_dose
        and trial.weeks >= policy["trd.weeks_min"]
        and trial.improvement_percent < policy["trd.improvement_below_percent"]
    )
