"""Where each kind of document is kept, and by what it is found.

`standings`, `grants`, `courses`, `appointments` and `practitioners` hold what Kafka told and
nothing else. `persons` belong to the network: a person's doses count wherever they were given.
"""

from typing import Any

from services.session_record.domain.documentation.records import Record
from services.session_record.domain.documentation.tasks import Task
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.history import History
from services.session_record.domain.knowledge.persons import Person
from services.session_record.domain.knowledge.schedule import Appointment, Course
from services.session_record.domain.knowledge.staff import Practitioner
from services.session_record.domain.knowledge.standing import Grant, Standing
from services.session_record.domain.ledger.container import Container
from services.session_record.domain.readiness.sites import Site
from shared.storage.documents import Collection

STANDINGS = Collection(
    "standings",
    Standing,
    identity=lambda standing: standing.patient_id,
    subject=lambda standing: standing.patient_id,
)
GRANTS = Collection(
    "grants",
    Grant,
    identity=lambda grant: grant.clearance_id,
    subject=lambda grant: grant.patient_id,
)
COURSES = Collection(
    "courses",
    Course,
    identity=lambda course: course.course_id,
    subject=lambda course: course.patient_id,
)
APPOINTMENTS = Collection(
    "appointments",
    Appointment,
    identity=lambda appointment: appointment.appointment_id,
    subject=lambda appointment: appointment.patient_id,
)
ENCOUNTERS = Collection(
    "encounters",
    Encounter,
    identity=lambda encounter: encounter.encounter_id,
    subject=lambda encounter: encounter.patient_id,
    indexes=(("patient_id",), ("status",), ("adverse_events.grade",)),
    wake=lambda encounter: encounter.watch_at,
)
HISTORIES = Collection(
    "histories",
    History,
    identity=lambda history: history.patient_id,
    subject=lambda history: history.patient_id,
)
RECORDS = Collection(
    "records",
    Record,
    identity=lambda record: record.encounter_id,
    subject=lambda record: record.patient_id,
)
TASKS = Collection(
    "tasks",
    Task,
    identity=lambda task: task.task_id,
    subject=lambda task: task.patient_id,
    indexes=(("encounter_id",), ("patient_id",), ("status",)),
    wake=lambda task: task.wake_at(),
)
PRACTITIONERS = Collection(
    "practitioners",
    Practitioner,
    identity=lambda practitioner: practitioner.practitioner_id,
    subject=lambda practitioner: practitioner.practitioner_id,
)
PERSONS = Collection(
    "persons",
    Person,
    identity=lambda person: person.person_id,
    subject=lambda person: person.person_id,
    network=True,
)
SITES = Collection(
    "sites",
    Site,
    identity=lambda site: site.site_id,
    subject=lambda site: site.site_id,
)
CONTAINERS = Collection(
    "containers",
    Container,
    identity=lambda container: container.container_id,
    subject=lambda container: container.container_id,
)
COLLECTIONS: tuple[Collection[Any], ...] = (
    STANDINGS,
    GRANTS,
    COURSES,
    APPOINTMENTS,
    ENCOUNTERS,
    HISTORIES,
    PRACTITIONERS,
    RECORDS,
    TASKS,
    PERSONS,
    SITES,
    CONTAINERS,
)
