"""May this patient have this dose at this time: the rules, everything that is missing at once.

`STANDING` holds from the door to the needle and is asked again before the dose; `DOOR` is asked
when the patient arrives.
"""

from dataclasses import dataclass
from datetime import datetime

from services.session_record.domain.history import History
from services.session_record.domain.knowledge import Appointment, Standing
from services.session_record.domain.rule import Rule, blockers
from shared.contracts.site import Route
from shared.kernel.errors import Reason
from shared.kernel.policy import Policy

KEYS = ("dose.min_gap_h", "adverse.review_grade_min")
"""The policy values that these rules use."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dose that is asked for, and what is known of the patient."""

    at: datetime
    course_id: str
    route: Route
    standing: Standing
    history: History


@dataclass(frozen=True, slots=True)
class Door:
    """What is asked of a candidate who arrives. None: it was not asked."""

    candidate: Candidate
    preparations: int
    fasting: bool | None
    escort_arranged: bool | None


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
    gap = policy.hours("dose.min_gap_h")
    for given_at, _ in candidate.history.doses():
        if abs(candidate.at - given_at) < gap:
            least = f"{policy['dose.min_gap_h']:g} h must lie between doses"
            return f"another dose was given on {_day(given_at)}; {least}"
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


def not_fasting(door: Door, _policy: Policy) -> str:
    if door.fasting is None:
        return "nobody has asked whether the patient has fasted"
    return "" if door.fasting else "the patient has not fasted"


def no_escort(door: Door, _policy: Policy) -> str:
    if door.escort_arranged is None:
        return "nobody has asked whether an escort is arranged"
    return "" if door.escort_arranged else "no escort is arranged for the way home"


def not_prepared(door: Door, _policy: Policy) -> str:
    candidate = door.candidate
    done = candidate.history.finished(candidate.course_id, "preparation", candidate.at)
    if len(done) >= door.preparations:
        return ""
    return f"{len(done)} of {door.preparations} preparation sessions have been finished"


STANDING: tuple[Rule[Candidate], ...] = (
    Rule("no-valid-clearance", "SCH-1; clinical reference 7.2", no_valid_clearance),
    Rule("no-valid-consent", "INT-6; clinical reference 2.6", no_valid_consent),
    Rule("safety-hold", "INT-8, SCH-8; clinical reference 2.7", on_safety_hold),
    Rule("dose-gap-too-short", "SCH-4; clinical reference 3.1", too_near_another_dose),
    Rule("integration-missing", "SCH-2; clinical reference 3.5", previous_dose_not_integrated),
    Rule("adverse-event-unreviewed", "SES-6; clinical reference 7.3", adverse_event_not_reviewed),
)
DOOR: tuple[Rule[Door], ...] = (
    Rule("preparation-missing", "SCH-2; clinical reference 3.5", not_prepared),
    Rule("not-fasting", "esketamine label (S8c); clinical reference 3.1", not_fasting),
    Rule("no-escort", "SCH-7; Spravato label (S1, S5)", no_escort),
)


def missing(door: Door, policy: Policy) -> tuple[Reason, ...]:
    """Everything that stands between this patient and this dose."""
    standing = blockers(STANDING, door.candidate, policy)
    return (*standing, *blockers(DOOR, door, policy))


def unavailable(appointment: Appointment, history: History) -> Reason | None:
    """Why nobody can arrive for this appointment."""
    if appointment.status == "held":
        return Reason("appointment-held", "the appointment is on hold until scheduling restores it")
    if appointment.status == "cancelled":
        return Reason("appointment-cancelled", "the appointment was cancelled")
    if history.has_opened(appointment.appointment_id):
        return Reason("already-arrived", "an encounter was opened for this appointment before")
    return None


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
