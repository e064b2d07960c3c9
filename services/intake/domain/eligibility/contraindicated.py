"""Rules about contraindications and interactions: by level, from the table and the policy."""

from collections.abc import Iterable

from services.intake.domain.eligibility.case import Case, Rule
from services.intake.domain.evidence import contraindications
from services.intake.domain.evidence.conditions import DAYS_KEYS
from services.intake.domain.evidence.medications import interactions
from shared.kernel.errors import Reason


def _absolute(case: Case) -> Iterable[Reason]:
    return contraindications.absolute(case.patient)


def _unresolved(case: Case) -> Iterable[Reason]:
    return contraindications.unresolved(case.patient, case.policy, case.at.date())


def _relative(case: Case) -> Iterable[Reason]:
    return contraindications.relative(case.patient)


def _unanswered(case: Case) -> Iterable[Reason]:
    if not case.patient.current(case.patient.checklists):
        words = "There is no contraindication checklist: go through it with the patient."
        return [Reason("checklist-missing", words)]
    return contraindications.unanswered(case.patient, case.at)


def _not_listed(case: Case) -> Iterable[Reason]:
    listed = case.patient.latest(case.patient.medications)
    if listed is None:
        words = "There is no medication list: ask what the patient takes, nothing included."
        yield Reason("medications-missing", words)
    elif listed.at > case.at:
        words = "The medication list is newer than this decision: decide again."
        yield Reason("medications-newer", words)


def _interactions_to_review(case: Case) -> Iterable[Reason]:
    listed = case.patient.latest(case.patient.medications)
    return interactions(listed, case.policy, "review", "monitor-pressure")


def _interactions_to_know(case: Case) -> Iterable[Reason]:
    return interactions(case.patient.latest(case.patient.medications), case.policy, "note")


RULES = (
    Rule("no-absolute-contraindication", "decline", "INT-2", _absolute, ends=True),
    Rule("contraindications-resolved", "hold", "INT-1", _unresolved, DAYS_KEYS, ends=True),
    Rule("relative-contraindications-weighed", "review", "INT-1", _relative, ends=True),
    Rule("checklist-complete", "missing", "INT-1; network policy", _unanswered),
    Rule("medications-listed", "missing", "INT-1; Sanacora 2017 [M]", _not_listed),
    Rule(
        "interactions-weighed",
        "review",
        "INT-3; clinical reference 2.4",
        _interactions_to_review,
        ends=True,
    ),
    Rule("interactions-known", "note", "clinical reference 2.4", _interactions_to_know),
)
