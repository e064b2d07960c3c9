"""Consent: what must have been explained, how long it holds, and that withdrawing ends it at once.

A consent that is not whole is refused here; whether it covers a request is eligibility's question.
"""

from dataclasses import replace
from datetime import date, datetime

from services.intake.domain.commands import HearDose, SignConsent, WithdrawConsent
from services.intake.domain.patient import Consent, Events, Patient
from services.intake.domain.safety import end_clearance
from shared.contracts.intake import ConsentRevoked, PatientConsented
from shared.contracts.site import Indication, Route
from shared.kernel.errors import Reason, Rejected
from shared.kernel.policy import Policy

SOURCE = "INT-6; Sanacora 2017, ASKP consent practice (clinical reference 2.6)"
VOID_KEY = "consent.void_after_dose_h"
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
ABILITIES = {
    "understands": "understands what was explained",
    "appreciates": "sees what it means for their own life",
    "reasons": "can weigh it against the alternatives",
    "expresses": "can say what they choose",
}


def required_elements(route: Route) -> tuple[str, ...]:
    """Esketamine has a psychiatric label: nothing off-label is to be explained."""
    return tuple(code for code in ELEMENTS if code != OFF_LABEL or route != "esketamine")


def current_text(policy: Policy, route: Route, indication: Indication, on: date) -> str:
    """The version of the text in force on that day: the indication's own, else the common one."""
    texts = [each for each in policy.consents if each.route == route and each.effective_from <= on]
    own = [each for each in texts if each.indication == indication]
    found = own or [each for each in texts if each.indication == "any"]
    return max(found, key=lambda each: each.effective_from).version if found else ""


def sign_consent(command: SignConsent, patient: Patient, policy: Policy) -> tuple[Patient, Events]:
    indication = command.indication or patient.indication
    _refuse_other_indication(indication, patient)
    _refuse_other_text(command, indication, policy)
    _refuse_without_capacity(command)
    _refuse_unless_whole(command)
    _refuse_if_overtaken(command, patient)
    _refuse_after_dose(command.at, patient, policy)
    consent = Consent(
        text_version=command.text_version,
        route=command.route,
        indication=indication,
        elements=command.elements,
        analysts_stream=command.analysts_stream,
        signed_at=command.at,
        valid_until=command.at + policy.days("consent.max_age_d"),
        assessed_by=command.assessed_by,
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


def hear_dose(command: HearDose, patient: Patient, policy: Policy) -> tuple[Patient, Events]:
    """A dose that is heard of late may show that a consent was signed under its effect."""
    doses = tuple(sorted({*patient.doses, command.administered_at}))
    patient, consent = replace(patient, doses=doses), patient.consent
    if consent is None or consent.void or not _dosed_before(consent.signed_at, patient, policy):
        return patient, ()
    patient = replace(patient, consent=replace(consent, void=True))
    if consent.withdrawn_at:
        return patient, ()
    reason = Reason(
        "consent-void",
        "The consent was signed too soon after a dose and is void: have it signed again, sober.",
        SOURCE,
    )
    patient, ended = end_clearance(patient, command.at, (reason,))
    return patient, (ConsentRevoked("signed-after-dose"), *ended)


def _dosed_before(signed_at: datetime, patient: Patient, policy: Policy) -> bool:
    since = signed_at - policy.hours(VOID_KEY)
    return any(since < each <= signed_at for each in patient.doses)


def _refuse_after_dose(signed_at: datetime, patient: Patient, policy: Policy) -> None:
    if _dosed_before(signed_at, patient, policy):
        raise Rejected(
            "consent-void",
            f"A dose was given less than {policy[VOID_KEY]:g} h before this signature: have the"
            " consent signed again after that, sober.",
        )


def _refuse_other_indication(indication: Indication, patient: Patient) -> None:
    if indication != patient.indication:
        raise Rejected(
            "consent-for-another-indication",
            f"The patient was referred for {patient.indication}, this consent is for {indication}:"
            f" have the text for {patient.indication} signed.",
        )


def _refuse_other_text(command: SignConsent, indication: Indication, policy: Policy) -> None:
    text = current_text(policy, command.route, indication, command.at.date())
    if command.text_version != text:
        told = f"{text} is: have that one signed" if text else "there is none: ask the director"
        raise Rejected(
            "consent-text-not-current",
            f"Text {command.text_version} is not the current one for {command.route} and"
            f" {indication}, {told}.",
        )


def _refuse_without_capacity(command: SignConsent) -> None:
    if not command.capacity:
        raise Rejected(
            "no-capacity",
            "Consent needs a patient who can decide: assess capacity again, sober, before signing.",
        )
    if not command.sober:
        raise Rejected(
            "not-sober", "Capacity is assessed and consent signed sober: do both another day."
        )
    shown = {name: getattr(command, name) for name in ABILITIES}
    lacking = [
        Reason(name, f"Assess and record that the patient {words}.", SOURCE)
        for name, words in ABILITIES.items()
        if not shown[name]
    ]
    if not command.assessed_by:
        lacking.append(Reason("assessed-by", "Name who assessed the capacity.", SOURCE))
    if lacking:
        words = f"Capacity is not shown: {', '.join(each.code for each in lacking)}."
        raise Rejected("capacity-not-shown", words, tuple(lacking))


def _refuse_unless_whole(command: SignConsent) -> None:
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
