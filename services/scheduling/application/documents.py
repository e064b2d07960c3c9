"""Where scheduling keeps what: the collections, their identities and their Kafka keys."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.scheduling.domain.clinic.groups import Group
from services.scheduling.domain.clinic.waiting import Entry, Freed
from services.scheduling.domain.course.alarms import wake
from services.scheduling.domain.course.course import Appointment, AppointmentStatus, Course
from services.scheduling.domain.course.standing import Standing
from services.scheduling.domain.occupancy.day import Day
from services.scheduling.domain.people.feeds import Address, Feed
from services.scheduling.domain.resources.resource import Roster
from services.scheduling.domain.safety.anchoring import Walls
from services.scheduling.domain.safety.history import Person
from services.scheduling.domain.safety.tally import Tally
from shared.contracts.scheduling import SessionKind
from shared.storage.documents import Collection

ROSTER, WALLS_ID = "roster", "walls"


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    """Read model: one appointment, to be found by patient or by `day` (in the room's zone)."""

    appointment_id: str
    patient_id: str
    course_id: str
    session: SessionKind
    dose_number: int
    status: AppointmentStatus
    reason: str
    start: datetime
    end: datetime
    zone: str
    day: str
    resources: tuple[str, ...]
    expires_at: datetime | None = None
    group: str = ""
    overbooked: str = ""
    revision: int = 0
    changed_at: datetime | None = None


def appointment_line(course: Course, appointment: Appointment) -> AppointmentLine:
    return AppointmentLine(
        appointment.id,
        course.patient_id,
        course.id,
        appointment.session,
        appointment.dose_number,
        appointment.status,
        appointment.reason,
        appointment.start,
        appointment.end,
        appointment.zone,
        appointment.start.astimezone(ZoneInfo(appointment.zone)).date().isoformat(),
        appointment.resources,
        appointment.expires_at if appointment.status == "proposed" else None,
        appointment.group,
        appointment.overbooked,
        appointment.revision,
        appointment.changed_at,
    )


ROSTERS = Collection("rosters", Roster, lambda _: ROSTER, lambda _: ROSTER)
STANDINGS = Collection(
    "standings", Standing, lambda each: each.patient_id, lambda each: each.patient_id
)
COURSES = Collection(
    "courses",
    Course,
    lambda each: each.id,
    lambda each: each.patient_id,
    indexes=(("patient_id",), ("overdue",)),
    wake=wake,
)
APPOINTMENTS = Collection(
    "appointments",
    AppointmentLine,
    lambda each: each.appointment_id,
    lambda each: each.patient_id,
    indexes=(("patient_id",), ("day",), ("resources", "day")),
)
DAYS = Collection("days", Day, lambda each: each.date, lambda each: each.date)
PERSONS = Collection("persons", Person, lambda each: each.id, lambda each: each.id, network=True)
GROUPS = Collection("groups", Group, lambda each: each.id, lambda each: each.id)
FEEDS = Collection("feeds", Feed, lambda each: each.id, lambda each: each.owner_id)
ADDRESSES = Collection(
    "addresses", Address, lambda each: each.sha256, lambda each: each.owner_id, network=True
)
WALLS = Collection(
    "walls", Walls, lambda _: WALLS_ID, lambda _: WALLS_ID, wake=lambda walls: walls.look_at
)
WAITING = Collection(
    "waiting",
    Entry,
    lambda each: each.patient_id,
    lambda each: each.patient_id,
    indexes=(("waiting",),),
    wake=lambda each: each.latest if each.waiting else None,
)
FREED = Collection(
    "freed", Freed, lambda each: each.id, lambda each: each.id, wake=lambda each: each.look_at
)
TALLIES = Collection("tallies", Tally, lambda each: each.month, lambda each: each.month)
COLLECTIONS = (
    ROSTERS,
    STANDINGS,
    COURSES,
    APPOINTMENTS,
    DAYS,
    PERSONS,
    GROUPS,
    WALLS,
    TALLIES,
    WAITING,
    FREED,
    FEEDS,
    ADDRESSES,
)
