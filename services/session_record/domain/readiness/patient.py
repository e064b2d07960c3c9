"""What of the patient must hold from the door to the needle: asked at both (SCH-1, -2, -4, -8)."""

from dataclasses import dataclass
from datetime import datetime

from services.session_record.domain.history import History
from services.session_record.domain.knowledge.standing import Standing
from services.session_record.domain.rule import Rule
from shared.contracts.site import Route
from shared.kernel.policy import Policy

KEYS = ("dose.min_gap_h", "adverse.review_grade_min", "knowledge.max_age_min")
"""The policy values that these rules use."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Up to when all that a service told is known here; None: that cannot be said."""

    intake: datetime | None
    scheduling: datetime | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dose that is asked for, and what is known of the patient.

    `elsewhere`: when the same person was dosed as a patient of another clinic.
    """

    at: datetime
    course_id: str
    route: Route
    standing: Standing
    history: History
    heard: Heard
    elsewhere: tuple[datetime, ...] = ()


def no_valid_clearance(candidate: Candidate, _policy: Policy) -> str:
    at, clearance = candidate.at, candidate.standing.clearance_at(candidate.at)
    if clearance is None:
        return "no medical clearance has been granted"
    if clearance.ended_at and clearance.ended_at <= at:
        return f"the medical clearance ended on {_day(clearance.ended_at)}"
    if clearance.route != candidate.route:
        return f"the medical clearance is for route {clearance.route}, not {candidate.route}"
    if at > clearance.valid_until:
        return f"the medical clearance ran out on {_day(clearance.valid_until)}"
    is_first = candidate.history.last_dose(candidate.course_id, at) is None
    if is_first and at > clearance.first_dose_by:
        return f"the first dose was due by {_day(clearance.first_dose_by)}; clear the patient anew"
    return ""


def no_valid_consent(candidate: Candidate, _policy: Policy) -> str:
    at, consent = candidate.at, candidate.standing.consent_at(candidate.at)
    if consent is None:
        return "no consent has been signed"
    if consent.withdrawn_at and consent.withdrawn_at <= at:
        return f"the patient withdrew consent on {_day(consent.withdrawn_at)}"
    if consent.route != candidate.route:
        return f"the consent is for route {consent.route}, not {candidate.route}"
    if at > consent.valid_until:
        return f"the consent ran out on {_day(consent.valid_until)}"
    return ""


def on_safety_hold(candidate: Candidate, _policy: Policy) -> str:
    hold = candidate.standing.hold_at(candidate.at)
    if hold is None:
        return ""
    why = ", ".join(hold.reasons) or "no reason given"
    return f"a safety hold stands since {_day(hold.raised_at)} ({why}); a psychiatrist must lift it"


def too_near_another_dose(candidate: Candidate, policy: Policy) -> str:
    """Both ways, because a site may report an earlier dose after a later one."""
    gap, own = policy.hours("dose.min_gap_h"), [at for at, _ in candidate.history.doses()]
    for given_at in (*own, *candidate.elsewhere):
        if abs(candidate.at - given_at) < gap:
            least = f"{policy['dose.min_gap_h']:g} h must lie between doses"
            where = "at another clinic " if given_at in candidate.elsewhere else ""
            return f"another dose was given {where}on {_day(given_at)}; {least}"
    return ""


def previous_dose_not_integrated(candidate: Candidate, _policy: Policy) -> str:
    history, at = candidate.history, candidate.at
    previous = history.last_dose(candidate.course_id, at)
    if previous is None:
        return ""
    done = history.finished(candidate.course_id, "integration", at)
    if any(each.dose_number == previous.dose_number for each in done):
        return ""
    return f"no integration session of dose {previous.dose_number} has been finished"


def adverse_event_not_reviewed(candidate: Candidate, policy: Policy) -> str:
    """A clearance signed after the adverse event is the review."""
    least, standing, at = policy["adverse.review_grade_min"], candidate.standing, candidate.at
    for event in candidate.history.reactions():
        is_grave = event.serious or event.grade >= least
        if is_grave and event.at <= at and not standing.is_cleared_anew(event.at, at):
            what = f"{event.term} of grade {event.grade} on {_day(event.at)}"
            return f"the adverse event {what} has not been followed by a new clearance"
    return ""


def transferred(candidate: Candidate, _policy: Policy) -> str:
    since = candidate.standing.transferred_at
    if since is None or candidate.at < since:
        return ""
    return f"the patient was given over to another clinic on {_day(since)}; dose there"


def knowledge_too_old(candidate: Candidate, policy: Policy) -> str:
    """What a site reports late is judged by what was known of its time: that can be old."""
    bound, heard = policy.minutes("knowledge.max_age_min"), candidate.heard
    for name, until in (("intake", heard.intake), ("scheduling", heard.scheduling)):
        if until is None:
            return f"nothing says how far {name} has been heard; ask there by telephone"
        if candidate.at - until > bound:
            return f"{name} has not been heard since {_day(until)}; ask there by telephone"
    return ""


STANDING: tuple[Rule[Candidate], ...] = (
    Rule("no-valid-clearance", "SCH-1; clinical reference 7.2", no_valid_clearance),
    Rule("no-valid-consent", "INT-6; clinical reference 2.6", no_valid_consent),
    Rule("safety-hold", "INT-8, SCH-8; clinical reference 2.7", on_safety_hold),
    Rule("dose-gap-too-short", "SCH-4; clinical reference 3.1", too_near_another_dose),
    Rule("integration-missing", "SCH-2; clinical reference 3.5", previous_dose_not_integrated),
    Rule("adverse-event-unreviewed", "SES-6; clinical reference 7.3", adverse_event_not_reviewed),
    Rule("transferred", "SCH-9; intake gave the patient over", transferred),
    Rule("stale", "design 3, knowledge is bounded in age", knowledge_too_old),
)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
