"""What is asked when the patient arrives for a dose: before anybody is brought into the room."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.session_record.domain.history import History
from services.session_record.domain.knowledge.schedule import Appointment
from services.session_record.domain.knowledge.staff import Staff
from services.session_record.domain.readiness.patient import STANDING, Candidate
from services.session_record.domain.rule import Rule, blockers
from services.session_record.domain.weights import is_older, newest
from shared.contracts.site import StaffPresent
from shared.kernel.errors import Reason
from shared.kernel.policy import PREPARATIONS, Policy

REMS_ROUTE = "esketamine"
KEYS = (
    "prep.min_count",
    *PREPARATIONS.values(),
    "pregnancy.max_age_d",
    "weight.max_age_d",
    "work-up.vitals_max_age_d",
)
"""The policy values that these rules use."""


@dataclass(frozen=True, slots=True)
class Door:
    """What is asked of a candidate who arrives. None: it was not asked.

    `certified_until`: of the site, by the REMS.
    """

    candidate: Candidate
    zone: str
    preparations: int
    fasting: bool | None
    escort_arranged: bool | None
    escort: str
    present: tuple[StaffPresent, ...]
    staff: Staff
    certified_until: datetime | None


def not_prepared(door: Door, policy: Policy) -> str:
    """The protocol's count, or the policy's for the indication where that is more."""
    candidate = door.candidate
    done = candidate.history.finished(candidate.course_id, "preparation", candidate.at)
    least = max(door.preparations, policy.preparations(candidate.standing.indication or ""))
    if len(done) >= least:
        return ""
    return f"{len(done)} of {least:g} preparation sessions have been finished"


def not_fasting(door: Door, _policy: Policy) -> str:
    if door.fasting is None:
        return "nobody has asked whether the patient has fasted"
    return "" if door.fasting else "the patient has not fasted"


def no_escort(door: Door, _policy: Policy) -> str:
    if door.escort:
        return ""
    if door.escort_arranged is None:
        return "nobody has asked whether an escort is arranged"
    return "" if door.escort_arranged else "no escort is arranged for the way home"


def escort_not_named(door: Door, _policy: Policy) -> str:
    known = door.candidate.standing.escorts
    if not door.escort:
        return "" if known else "intake has no escort with name and telephone; name one there"
    return "" if door.escort in known else f"intake does not know the escort {door.escort}"


def pregnancy_not_excluded(door: Door, policy: Policy) -> str:
    at = door.candidate.at
    test = door.candidate.standing.work_up_at("pregnancy-test", at)
    if test is None:
        return "no pregnancy test is known, nor why none is needed"
    if test.result == "not-applicable":
        return ""
    if test.result != "negative":
        return f"the last pregnancy test is {test.result}"
    days = policy["pregnancy.max_age_d"]
    is_old = at - test.performed_at > policy.days("pregnancy.max_age_d")
    return f"the last pregnancy test is older than {days:g} days" if is_old else ""


def weight_out_of_date(door: Door, policy: Policy) -> str:
    """At the door a weight of the last weeks; iv and im are weighed again before the dose."""
    candidate, days = door.candidate, policy["weight.max_age_d"]
    weight = newest((*candidate.standing.weights, *candidate.history.weights()), candidate.at)
    age = policy.days("weight.max_age_d")
    if weight is None or is_older(weight, candidate.at, age, door.zone):
        return f"no weight of the last {days:g} days is known; weigh the patient"
    return ""


def pressure_out_of_date(door: Door, policy: Policy) -> str:
    """Of a dose that was given the blood pressure was taken too, before and after."""
    candidate, days = door.candidate, policy["work-up.vitals_max_age_d"]
    around_doses = (given_at for given_at, _ in candidate.history.doses())
    taken = (at for at in (*candidate.standing.pressures, *around_doses) if at <= candidate.at)
    newest_at = max(taken, default=None)
    if newest_at and candidate.at - newest_at <= policy.days("work-up.vitals_max_age_d"):
        return ""
    return f"no blood pressure of the last {days:g} days is known; take it at intake"


def roles_missing(door: Door, policy: Policy) -> str:
    """Each required role by somebody whose credential holds on that day."""
    missing = [
        " or ".join(roles)
        for roles in policy.staffing[door.candidate.route]
        if not any(_acts_as(each, roles, door.staff) for each in door.present)
    ]
    return f"nobody here is credentialed today as: {', '.join(missing)}" if missing else ""


def site_not_certified(door: Door, _policy: Policy) -> str:
    if door.candidate.route != REMS_ROUTE:
        return ""
    if door.certified_until is None:
        return "this site is not certified in the esketamine REMS"
    is_over = door.candidate.at > door.certified_until
    return "the site's REMS certificate has run out" if is_over else ""


def patient_not_enrolled(door: Door, _policy: Policy) -> str:
    if door.candidate.route != REMS_ROUTE:
        return ""
    since = door.candidate.history.enrolled_at
    is_enrolled = since is not None and since <= door.candidate.at
    return "" if is_enrolled else "the patient is not enrolled in the esketamine REMS"


PREPARED: tuple[Rule[Door], ...] = (
    Rule("preparation-missing", "SCH-2; clinical reference 3.5", not_prepared),
    Rule("escort-not-named", "SCH-7; Spravato label (S1, S5)", escort_not_named),
    Rule("pregnancy-not-excluded", "INT-7; clinical reference 2.3", pregnancy_not_excluded),
    Rule("weight-out-of-date", "SES-2; clinical reference 2.3", weight_out_of_date),
    Rule("pressure-out-of-date", "INT-1; clinical reference 2.3", pressure_out_of_date),
    Rule("patient-not-enrolled", "SCH-5; esketamine REMS (S3, S4)", patient_not_enrolled),
)
"""What can be known before the patient comes."""
ASKED: tuple[Rule[Door], ...] = (
    Rule("not-fasting", "esketamine label (S8c); clinical reference 3.1", not_fasting),
    Rule("no-escort", "SCH-7; Spravato label (S1, S5)", no_escort),
    Rule("roles-missing", "SCH-6, INT-5; clinical reference 3.6", roles_missing),
    Rule("site-not-certified", "SCH-5; esketamine REMS (S3, S4)", site_not_certified),
)
DOOR = (*PREPARED, *ASKED)


def missing(door: Door, policy: Policy, asked: Iterable[Rule[Door]] = DOOR) -> tuple[Reason, ...]:
    """Everything that stands between this patient and this dose."""
    return (*blockers(STANDING, door.candidate, policy), *blockers(asked, door, policy))


def unavailable(appointment: Appointment, history: History) -> Reason | None:
    """Why nobody can arrive for this appointment."""
    if appointment.status == "held":
        return Reason("appointment-held", "the appointment is on hold until scheduling restores it")
    if appointment.status == "cancelled":
        return Reason("appointment-cancelled", "the appointment was cancelled")
    if appointment.status == "missed":
        words = "the appointment counts as missed; book the session anew"
        return Reason("appointment-missed", words)
    if history.has_opened(appointment.appointment_id):
        return Reason("already-arrived", "an encounter was opened for this appointment before")
    return None


def _acts_as(present: StaffPresent, roles: tuple[str, ...], staff: Staff) -> bool:
    return present.role in roles and staff.is_credentialed(present.practitioner, [present.role])
