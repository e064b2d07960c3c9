"""What the routes share: how a command names its cause, and what most steps read.

`loads` names the patient's first course, and the person of a patient who was linked to nobody: for
most there is no other, and for the rest the unit of work reads one document more.
"""

from services.scheduling.application.documents import COURSES, PERSONS, ROSTER, ROSTERS, STANDINGS
from services.scheduling.domain.course.standing import course_id
from services.scheduling.domain.safety.history import person_id
from shared.contracts.envelope import Event
from shared.storage.unit_of_work import Need

PLANNERS = frozenset({"coordinator", "prescriber"})


def cause(event: Event) -> str:
    """Names the event: two sites may give two events the same id, but not from one source."""
    return f"{event.source}#{event.id}"


def needs_of_patient(event: Event) -> list[Need]:
    person = person_id(event.clinic, event.subject)
    return [(COURSES, course_id(event.subject, 1)), (STANDINGS, event.subject), (PERSONS, person)]


def needs_roster(_event: Event) -> list[Need]:
    return [(ROSTERS, ROSTER)]
