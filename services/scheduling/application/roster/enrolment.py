"""Who is enrolled in the esketamine REMS: without it no esketamine is booked (SCH-5)."""

from services.scheduling.application.documents import STANDINGS
from services.scheduling.application.keeping import standing_of
from services.scheduling.domain.course import standing as standings
from services.scheduling.domain.course.commands import EnrolPatient
from shared.storage.unit_of_work import UnitOfWork


def enrol(command: EnrolPatient, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, standings.enrol(standing_of(command.patient_id, uow)))
