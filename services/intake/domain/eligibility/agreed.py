"""Rules about consent, safety holds and the request itself."""

from collections.abc import Iterable

from services.intake.domain.consent import current_text
from services.intake.domain.eligibility.case import Case, Rule
from shared.kernel.errors import Reason


def _consent_not_in_force(case: Case) -> Iterable[Reason]:
    consent = case.patient.consent
    if consent is None:
        yield Reason("consent-missing", "The patient has not signed a consent.")
    elif consent.withdrawn_at:
        yield Reason("consent-withdrawn", "The patient withdrew consent: only a new one counts.")
    elif consent.void:
        words = "The consent was signed too soon after a dose: have it signed again, sober."
        yield Reason("consent-void", words)
    elif consent.signed_at > case.at:
        yield Reason("consent-newer", "The consent is newer than this decision: decide again.")
    elif consent.valid_until < case.at:
        yield Reason("consent-expired", "The consent has expired: have it signed again.")


def _text_replaced(case: Case) -> Iterable[Reason]:
    consent = case.patient.consent
    if consent is None:
        return
    text = current_text(case.policy, consent.route, consent.indication, case.at.date())
    if consent.text_version != text:
        words = (
            f"The consent is to text {consent.text_version}: have the current one, {text}, signed."
        )
        yield Reason("consent-text-replaced", words)


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


RULES = (
    Rule("consent-in-force", "missing", "INT-6; clinical reference 2.6", _consent_not_in_force),
    Rule("consent-to-the-current-text", "missing", "INT-6; clinical reference 2.6", _text_replaced),
    Rule("no-safety-hold", "hold", "INT-8", _held),
)
REQUEST_RULES = (
    Rule("consent-for-this-route", "missing", "INT-6", _consent_for_another_route),
    Rule("protocol-of-this-route", "hold", "policy protocols", _protocol_unfit),
)
