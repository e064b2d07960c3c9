"""Consent: what must have been explained, how long it holds, and that withdrawing ends it at once.

A consent that is not whole is refused here; whether it covers a request is eligibility's question.
"""

from dataclasses import replace

from services.intake.domain.commands import SignConsent, WithdrawConsent
from services.intake.domain.patient import Consent, Events, Patient
from services.intake.domain.safety import end_clearance
from shared.contracts.intake import ConsentRevoked, PatientConsented
from shared.contracts.site import Route
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy

SOURCE = "INT-6; Sanacora 2017, ASKP consent practice (clinical reference 2.6)"
OFF_LABEL = "off-label-status"
ELEMENTS = {
    OFF_LABEL: "that racemic ketamine is off-label here",
    "nature-and-alternatives": "what the treatment is, and the alternatives, none among them",
    "evidence-limits": "how far the evidence goes",
    "acute-effects": "dissociation, sedation, blood pressure and nausea",
    "worsening-risk": "that mood or suicidal thoughts may get worse",
    "dependence-risk": "abuse and dependence",
    "repetition-risks": "what repetition may do to bladder, liver and cognition",
    "pregnancy": "the risk in pregnancy",
    "transport": "the way home and not driving",
    "cost": "the cost",
    "monitoring-and-recording": "monitoring and recording",
    "therapist-touch": "the policy on touch",
    "data-uses": "who uses the data, the analysts' stream among them",
    "right-to-withdraw": "the right to withdraw at any time",
}


def required_elements(route: Route) -> tuple[str, ...]:
    """Esketamine has a psychiatric label: nothing off-label is to be explained."""
    return tuple(code for code in ELEMENTS if code != OFF_LABEL or route != "esketamine")


def sign_consent(command: SignConsent, patient: Patient, policy: Policy) -> tuple[Patient, Events]:
    _refuse_unless_whole(command)
    _refuse_if_overtaken(command, patient)
    consent = Consent(
        text_version=command.text_version,
        route=command.route,
        elements=command.elements,
        analysts_stream=command.analysts_stream,
        signed_at=command.at,
        valid_until=command.at + policy.days("consent.max_age_d"),
    )
    consented = PatientConsented(
        consent.text_version, consent.route, consent.valid_until, consent.analysts_stream
    )
    return replace(patient, consent=consent), (consented,)


def withdraw_consent(command: WithdrawConsent, patient: Patient) -> tuple[Patient, Events]:
    consent = patient.consent
    if consent is None or consent.withdrawn_at:
        raise Rejected("no-consent", "No consent is in force: there is nothing to withdraw.")
    if command.at < consent.signed_at:
        raise Rejected(
            "later-consent-stands",
            f"The patient signed again on {consent.signed_at:%Y-%m-%d}, after this withdrawal:"
            " ask the patient, and send a new withdrawal if it is still meant.",
        )
    patient = replace(patient, consent=replace(consent, withdrawn_at=command.at))
    words = "The patient withdrew consent: no dosing without a new consent and a new clearance."
    reason = Reason("consent-withdrawn", words, SOURCE)
    patient, ended = end_clearance(patient, command.at, (reason,))
    return patient, (ConsentRevoked(command.reason), *ended)


def _refuse_unless_whole(command: SignConsent) -> None:
    if not command.capacity:
        raise Rejected(
            "no-capacity",
            "Consent needs a patient who can decide: assess capacity again, sober, before signing.",
        )
    required = required_elements(command.route)
    if missing := [code for code in required if code not in command.elements]:
        raise Rejected(
            "consent-incomplete",
            f"{len(missing)} parts of the consent were not explained: {', '.join(missing)}.",
            tuple(Reason(code, f"Explain {ELEMENTS[code]}.", SOURCE) for code in missing),
        )


def _refuse_if_overtaken(command: SignConsent, patient: Patient) -> None:
    held = patient.consent
    if held and command.at < (held.withdrawn_at or held.signed_at):
        raise Rejected(
            "later-consent-stands",
            "The patient signed or withdrew consent later than this one: the later word stands.",
        )
