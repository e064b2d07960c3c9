"""The registry of the rules of eligibility, by subject, and the one question put to all of them.

All rules are asked, so that a coordinator learns of everything at once.
"""

from services.intake.domain.eligibility import (
    agreed,
    contraindicated,
    person,
    screened,
    streams,
    worked_up,
)
from services.intake.domain.eligibility.case import Case, Examination, ask

PATIENT_RULES = (
    *person.RULES,
    *contraindicated.RULES,
    *screened.RULES,
    *streams.RULES,
    *worked_up.RULES,
    *agreed.RULES,
)
REQUEST_RULES = agreed.REQUEST_RULES
ENDING_RULES = tuple(rule for rule in PATIENT_RULES if rule.ends)
POLICY_KEYS = tuple(
    dict.fromkeys(key for rule in PATIENT_RULES + REQUEST_RULES for key in rule.policy_keys)
)


def examine(case: Case) -> Examination:
    """Asks every rule; those about a request only where there is one."""
    return ask(PATIENT_RULES + REQUEST_RULES if case.protocol else PATIENT_RULES, case)
