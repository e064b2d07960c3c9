"""Rules about what the patient answered: complete and recent, suicide risk, substances."""

from collections.abc import Iterable
from functools import partial

from services.intake.domain.eligibility.case import Case, Rule
from services.intake.domain.evidence.screening import is_complete, is_high, is_moderate
from services.intake.domain.safety import C_SSRS_HIGH
from shared.contracts.instruments import AUDIT, C_SSRS, DAST_10, PHQ_9
from shared.kernel.errors import Reason

SCREENED = "INT-1; network policy screening.max_age_d"
AGE = ("screening.max_age_d",)
SUBSTANCES = {AUDIT.code: "audit.positive_min", DAST_10.code: "dast10.positive_min"}


def outdated(instrument: str, case: Case) -> Iterable[Reason]:
    """No complete answers that were young enough, and there, when the clearance was signed."""
    screening = case.patient.screening(instrument)
    if screening is None:
        yield Reason(
            f"{instrument}-missing", f"There are no {instrument} answers: have it answered."
        )
    elif not is_complete(screening):
        words = f"Too much of the {instrument} is unanswered: ask again."
        yield Reason(f"{instrument}-incomplete", words)
    elif screening.at > case.at:
        words = f"The {instrument} is newer than this decision: decide again."
        yield Reason(f"{instrument}-newer", words)
    elif case.at - screening.at > case.policy.days("screening.max_age_d"):
        words = f"The {instrument} is too old: have it answered again."
        yield Reason(f"{instrument}-expired", words)


def _risk_not_evaluated(case: Case) -> Iterable[Reason]:
    """A psychiatrist who lifted the hold has evaluated what was said before."""
    c_ssrs, lifts = case.patient.screening(C_SSRS.code), case.patient.lifts
    if c_ssrs and is_high(c_ssrs) and not (lifts and lifts[-1].lifted_at >= c_ssrs.stated_at):
        yield C_SSRS_HIGH


def _moderate_risk(case: Case) -> Iterable[Reason]:
    c_ssrs = case.patient.screening(C_SSRS.code)
    if c_ssrs and is_moderate(c_ssrs):
        words = (
            "The C-SSRS screener is MODERATE: a clinician sees the patient within 24-72 h and"
            " writes a safety plan; the prescriber then names this code in the decision."
        )
        yield Reason("c-ssrs-moderate", words)


def _item_9_not_followed_up(case: Case) -> Iterable[Reason]:
    phq_9 = case.patient.screening(PHQ_9.code)
    item = PHQ_9.item(phq_9.answers, PHQ_9.suicidal_item) if phq_9 else None
    if phq_9 is None or item is None or item < case.policy["phq9.item9_screen"]:
        return
    c_ssrs = case.patient.screening(C_SSRS.code)
    if c_ssrs is None or c_ssrs.at.date() < phq_9.at.date():
        words = "PHQ-9 item 9 is not 0: do the C-SSRS screener on the same day or later."
        yield Reason("c-ssrs-after-item-9", words)


def _substances_positive(case: Case) -> Iterable[Reason]:
    for instrument, key in SUBSTANCES.items():
        screening, least = case.patient.screening(instrument), case.policy[key]
        if screening and screening.total is not None and screening.total >= least:
            words = (
                f"The {instrument} is {screening.total:g}, positive from {least:g}: the prescriber"
                " notes how it is weighed and names it in the decision."
            )
            yield Reason(f"{instrument}-positive", words)


RULES = (
    Rule("phq-9-current", "missing", SCREENED, partial(outdated, PHQ_9.code), AGE),
    Rule("c-ssrs-current", "missing", SCREENED, partial(outdated, C_SSRS.code), AGE),
    Rule("suicide-risk-evaluated", "hold", C_SSRS_HIGH.source, _risk_not_evaluated),
    Rule(
        "moderate-risk-followed-up", "review", "INT-8; clinical reference 2.7 [P]", _moderate_risk
    ),
    Rule(
        "item-9-followed-by-c-ssrs",
        "missing",
        "clinical reference 1.4 [P]",
        _item_9_not_followed_up,
        ("phq9.item9_screen",),
    ),
    Rule(
        "substance-screens-weighed",
        "review",
        "INT-11; Spravato US PI (S1), REMS form (S5)",
        _substances_positive,
        tuple(SUBSTANCES.values()),
    ),
)
