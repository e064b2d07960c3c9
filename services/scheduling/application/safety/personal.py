"""What the prescriber, the clinician and the patient make of the patient's own course."""

from dataclasses import replace

from services.scheduling.application.appointments.booking import open_course
from services.scheduling.application.documents import STANDINGS
from services.scheduling.application.keeping import active_course, keep, standing_of
from services.scheduling.application.replanning import replan
from services.scheduling.domain.safety import personal
from services.scheduling.domain.safety.commands import (
    DecideMaintenance,
    JudgeProgress,
    PersonaliseCourse,
    StatePreferences,
)
from services.scheduling.domain.safety.replanning import PERSONALISED
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def personalise_course(command: PersonaliseCourse, uow: UnitOfWork, policy: Policy) -> None:
    course, _ = open_course(command.patient_id, uow)
    adapted = personal.personalise(command, course, policy)
    keep(uow, course, adapted, personal.told(command, adapted))
    replan(uow, adapted, PERSONALISED, command.at, policy)


def state_preferences(command: StatePreferences, uow: UnitOfWork) -> None:
    standing = uow.require(STANDINGS, command.patient_id)
    uow.save(STANDINGS, replace(standing, preferences=command.preferences))
    if course := active_course(standing, uow):
        keep(uow, course, replace(course, home_zone=command.preferences.zone))


def decide_maintenance(command: DecideMaintenance, uow: UnitOfWork) -> None:
    course, _ = open_course(command.patient_id, uow)
    uow.save(STANDINGS, personal.decided(command, standing_of(command.patient_id, uow)))
    if not command.continues:
        keep(uow, course, personal.without_maintenance(command, course))


def judge_progress(command: JudgeProgress, uow: UnitOfWork) -> None:
    uow.save(STANDINGS, personal.judged(command, standing_of(command.patient_id, uow)))
