"""Who a patient is in the network, and which clinic treats the person."""

from dataclasses import replace

from services.scheduling.application.documents import PERSONS, STANDINGS
from services.scheduling.application.keeping import active_course, keep, person_of, standing_of
from services.scheduling.domain.course import holds
from services.scheduling.domain.safety import history
from services.scheduling.domain.safety.commands import IdentifyPerson, TransferPatient
from services.scheduling.domain.safety.history import Person
from shared.storage.unit_of_work import UnitOfWork

TRANSFERRED = "transferred"


def identify_person(command: IdentifyPerson, uow: UnitOfWork) -> None:
    """The patient's doses and course follow to whom the patient is."""
    before = standing_of(command.patient_id, uow)
    old = person_of(before, uow)
    uow.save(STANDINGS, replace(before, person_id=command.person_id))
    if not command.person_id or command.person_id == old.id:
        return
    new = uow.get(PERSONS, command.person_id) or Person(command.person_id)
    left, joined = history.moved(old, new, uow.clinic, command.patient_id)
    if left != old:
        uow.save(PERSONS, left)
        uow.save(PERSONS, joined)


def transfer_patient(command: TransferPatient, uow: UnitOfWork) -> None:
    """Nothing more is dosed here; what was given here is still integrated."""
    course = active_course(standing_of(command.patient_id, uow), uow)
    if course:
        keep(uow, course, holds.revoke(course, command.at, TRANSFERRED))
