"""Who may be granted a clearance. The lists at the bottom are the registry of rules.

A rule declines what cannot be, and holds what is missing, expired or unresolved. All rules are
asked, so that a coordinator learns of everything at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.intake.domain import contraindications
from services.intake.domain.patient import Patient
from services.intake.domain.safety import C_SSRS_HIGH
from services.intake.domain.screening import is_complete, is_high
from services.intake.domain.treatment import POLICY_KEYS as TREATMENT_KEYS
from services.intake.domain.treatment import failed_drugs
from shared.contracts.instruments import C_SSRS, PCL_5, PHQ_9, Instrument
from shared.contracts.site import Route
from shared.kernel.errors import Reason
from shared.kernel.policy import Policy

ADULT_FROM_AGE = 18
DEPRESSION = ("treatment-resistant-depression", "chronic-depression")


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules are asked about. `protocol` and `route` belong to a request."""

    patient: Patient
    birth_date: date
    at: datetime
    policy: Policy
    protocol: str = ""
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`faults` are the reasons that speak against the case; they bear the rule's source."""

    name: str
    verdict: Literal["decline", "hold"]
    source: str
    faults: Callable[[Case], Iterable[Reason]]
    policy_keys: tuple[str, ...] = ()

    def reasons(self, case: Case) -> list[Reason]:
        found = self.faults(case)
        return [replace(each, source=each.source or self.source) for each in found]


@dataclass(frozen=True, slots=True)
class Examination:
    declines: tuple[Reason, ...]
    holds: tuple[Reason, ...]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.declines + self.holds


def examine(case: Case) -> Examination:
    """Asks every rule; those about a request only where there is one."""
    asked = PATIENT_RULES + REQUEST_RULES if case.protocol else PATIENT_RULES
    found = [(rule.verdict, reason) for rule in asked for reason in rule.reasons(case)]
    return Examination(
        tuple(reason for verdict, reason in found if verdict == "decline"),
        tuple(reason for verdict, reason in found if verdict == "hold"),
    )


def _under_age(case: Case) -> Iterable[Reason]:
    born, today = case.birth_date, case.at.date()
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    if today.year - born.year - (not had_birthday) < ADULT_FROM_AGE:
        yield Reason("under-age", "The patient is younger than 18: the network treats adults only.")


def _absolute(case: Case) -> Iterable[Reason]:
    return contraindications.absolute(case.patient)


def _unresolved(case: Case) -> Iterable[Reason]:
    return contraindications.unresolved(case.patient, case.at.date())


def _unanswered(case: Case) -> Iterable[Reason]:
    if not case.patient.checklists:
        words = "There is no contraindication checklist: go through it with the patient."
        return [Reason("checklist-missing", words)]
    return contraindications.unanswered(case.patient, case.at)


def _outdated(instrument: Instrument, case: Case) -> Iterable[Reason]:
    """No complete answers that were young enough, and there, when the clearance was signed."""
    code, screening = instrument.code, case.patient.screenings.get(instrument.code)
    if screening is None:
        yield Reason(f"{code}-missing", f"There are no {code} answers: have it answered.")
    elif not is_complete(screening):
        yield Reason(f"{code}-incomplete", f"Too much of the {code} is unanswered: ask again.")
    elif screening.answered_at > case.at:
        yield Reason(f"{code}-newer", f"The {code} is newer than this decision: decide again.")
    elif case.at - screening.answered_at > case.policy.days("screening.max_age_d"):
        yield Reason(f"{code}-expired", f"The {code} is too old: have it answered again.")


def _phq_9_outdated(case: Case) -> Iterable[Reason]:
    return _outdated(PHQ_9, case)


def _pcl_5_outdated(case: Case) -> Iterable[Reason]:
    return _outdated(PCL_5, case) if case.patient.indication == "ptsd" else ()


def _c_ssrs_outdated(case: Case) -> Iterable[Reason]:
    return _outdated(C_SSRS, case)


def _depression_too_mild(case: Case) -> Iterable[Reason]:
    phq_9, least = case.patient.screenings.get(PHQ_9.code), case.policy["phq9.eligible_min"]
    if case.patient.indication not in DEPRESSION or phq_9 is None or phq_9.total is None:
        return
    if phq_9.total < least:
        words = f"The PHQ-9 is {phq_9.total:g}, below {least:g}: too mild for this indication."
        yield Reason("phq-9-below-threshold", words)


def _risk_not_evaluated(case: Case) -> Iterable[Reason]:
    """A psychiatrist who lifted the hold has evaluated what was answered before."""
    c_ssrs, lifts = case.patient.screenings.get(C_SSRS.code), case.patient.lifts
    if c_ssrs and is_high(c_ssrs) and not (lifts and lifts[-1].lifted_at >= c_ssrs.answered_at):
        yield C_SSRS_HIGH


def _item_9_not_followed_up(case: Case) -> Iterable[Reason]:
    phq_9 = case.patient.screenings.get(PHQ_9.code)
    item = PHQ_9.item(phq_9.answers, PHQ_9.suicidal_item) if phq_9 else None
    if phq_9 is None or item is None or item < case.policy["phq9.item9_screen"]:
        return
    c_ssrs = case.patient.screenings.get(C_SSRS.code)
    if c_ssrs is None or c_ssrs.answered_at.date() < phq_9.answered_at.date():
        words = "PHQ-9 item 9 is not 0: do the C-SSRS screener on the same day or later."
        yield Reason("c-ssrs-after-item-9", words)


def _not_resistant(case: Case) -> Iterable[Reason]:
    if case.patient.indication != "treatment-resistant-depression":
        return
    history, needed = case.patient.history, case.policy["trd.trials_min"]
    if history is None:
        yield Reason("treatment-history-missing", "There is no treatment history: take one.")
        return
    if history.taken_at > case.at:
        words = "The treatment history is newer than this decision: decide again."
        yield Reason("treatment-history-newer", words)
    failed = len(failed_drugs(history, case.policy, current_episode=True))
    if failed < needed:
        words = f"{failed} drugs failed in adequate trials of this episode, {needed:g} are needed."
        yield Reason("treatment-resistance-not-shown", words)


def _consent_not_in_force(case: Case) -> Iterable[Reason]:
    consent = case.patient.consent
    if consent is None:
        yield Reason("consent-missing", "The patient has not signed a consent.")
    elif consent.withdrawn_at:
        yield Reason("consent-withdrawn", "The patient withdrew consent: only a new one counts.")
    elif consent.signed_at > case.at:
        yield Reason("consent-newer", "The consent is newer than this decision: decide again.")
    elif consent.valid_until < case.at:
        yield Reason("consent-expired", "The consent has expired: have it signed again.")


def _held(case: Case) -> Iterable[Reason]:
    if case.patient.hold:
        words = "A safety hold is in place: a psychiatrist sees the patient and lifts it first."
        yield Reason("safety-hold", words)


def _consent_for_another_route(case: Case) -> Iterable[Reason]:
    consent = case.patient.consent
    if consent and consent.route != case.route:
        words = f"The consent is for route {consent.route}, {case.route} was asked for."
        yield Reason("consent-route", words)


def _protocol_unfit(case: Case) -> Iterable[Reason]:
    template = case.policy.protocols.get(case.protocol)
    if template is None:
        yield Reason("protocol-unknown", "The policy has no protocol of this code.")
    elif template.route != case.route:
        words = f"Protocol {case.protocol} is for route {template.route}, not {case.route}."
        yield Reason("protocol-route", words)


SCREENED = "INT-1; network policy screening.max_age_d"
AGE = ("screening.max_age_d",)
PATIENT_RULES = (
    Rule("adults-only", "decline", "INT-10; Spravato US PI (S2)", _under_age),
    Rule("no-absolute-contraindication", "decline", "INT-2", _absolute),
    Rule("contraindications-resolved", "hold", "INT-1", _unresolved),
    Rule("checklist-complete", "hold", "INT-1; network policy", _unanswered),
    Rule("phq-9-current", "hold", SCREENED, _phq_9_outdated, AGE),
    Rule("pcl-5-current-for-ptsd", "hold", SCREENED, _pcl_5_outdated, AGE),
    Rule("c-ssrs-current", "hold", SCREENED, _c_ssrs_outdated, AGE),
    Rule(
        "phq-9-at-least-moderate",
        "hold",
        "clinical reference 2.5; Hull 2022 (S43)",
        _depression_too_mild,
        ("phq9.eligible_min",),
    ),
    Rule("suicide-risk-evaluated", "hold", C_SSRS_HIGH.source, _risk_not_evaluated),
    Rule(
        "item-9-followed-by-c-ssrs",
        "hold",
        "clinical reference 1.4 [P]",
        _item_9_not_followed_up,
        ("phq9.item9_screen",),
    ),
    Rule(
        "treatment-resistance",
        "hold",
        "INT-4; Spravato EU label (S6)",
        _not_resistant,
        TREATMENT_KEYS,
    ),
    Rule("consent-in-force", "hold", "INT-6; clinical reference 2.6", _consent_not_in_force),
    Rule("no-safety-hold", "hold", "INT-8", _held),
)
REQUEST_RULES = (
    Rule("consent-for-this-route", "hold", "INT-6", _consent_for_another_route),
    Rule("protocol-of-this-route", "hold", "policy protocols", _protocol_unfit),
)
POLICY_KEYS = tuple(
    dict.fromkeys(key for rule in PATIENT_RULES + REQUEST_RULES for key in rule.policy_keys)
)
