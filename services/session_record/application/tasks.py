"""What comes of an event for the list of tasks: raised, closed, struck by the clock."""

from dataclasses import replace
from datetime import datetime

from services.session_record.application.documents import ENCOUNTERS, TASKS
from services.session_record.domain import commands as told
from services.session_record.domain.documentation import tasks, therapy
from services.session_record.domain.documentation.amending import Amended
from services.session_record.domain.documentation.commands import StrikeTask
from services.session_record.domain.documentation.tasks import Closed, Task, Term
from services.session_record.domain.encounter import AdverseEvent, Encounter
from shared.contracts.documentation import TaskKind
from shared.contracts.site import Therapy
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork

REMS = "SES-10; esketamine REMS (V:S4)"
FOLLOW_UP = "clinical reference 3.5; network policy"
ESCALATION = "SES-6; clinical reference 5: escalated inside 24 h"
UNSIGNED = "SES-7; network policy"


def after_dose(command: told.AdministerDose, uow: UnitOfWork, policy: Policy) -> None:
    """Every esketamine dose has a REMS form to be sent."""
    if command.route != "esketamine":
        return
    due_at = command.at + policy.days("rems.due_d")
    term = Term("rems-form", due_at, REMS, policy.days("rems.warn_d"))
    _raise(command, _encounter(command, uow), term, uow)


def after_end(command: told.EncounterCommand, uow: UnitOfWork, policy: Policy) -> None:
    """A session that has ended waits for a signature."""
    term = Term("record-unsigned", command.at + policy.hours("sign.due_h"), UNSIGNED)
    _raise(command, _encounter(command, uow), term, uow)


def after_adverse_event(command: told.ReportAdverseEvent, uow: UnitOfWork, policy: Policy) -> None:
    if command.serious:
        encounter = _encounter(command, uow)
        _raise(command, encounter, _escalation(command.event_id, command.at, policy), uow)


def after_correction(
    command: told.EncounterCommand, amended: Amended, uow: UnitOfWork, policy: Policy
) -> None:
    """What must be escalated is what the adverse event says now."""
    before = amended.before
    assert before, "only an adverse event is corrected here"
    waiting = _open(uow, encounter_id=command.encounter_id, about=before.event_id)
    for task in waiting:
        _close(task, command, "cancelled", uow)
    now = _now_serious(command, amended.encounter)
    if now and (waiting or not before.serious):
        since = command.at if not before.serious else before.at
        _raise(command, amended.encounter, _escalation(now.event_id, since, policy), uow)


def after_therapy(
    command: told.EncounterCommand,
    said: Therapy,
    encounter: Encounter,
    uow: UnitOfWork,
    policy: Policy,
) -> None:
    """A goal that is told again has been followed up; one that goes on is followed up again."""
    for goal in said.goals:
        for task in _open(uow, patient_id=encounter.patient_id, about=goal.goal_id):
            _close(task, command, "completed", uow)
        if goal.status == "active":
            due_at = therapy.due_at(goal, command.at, encounter, policy)
            term = Term("integration-follow-up", due_at, FOLLOW_UP, about=goal.goal_id)
            again = replace(term, occasion=command.event_id)
            _raise(command, encounter, again, uow)


def without_therapy(
    command: told.EncounterCommand, said: Therapy, encounter: Encounter, uow: UnitOfWork
) -> None:
    """The follow-ups of goals that were entered in error are not done any more."""
    for goal in said.goals:
        for task in _open(uow, encounter_id=encounter.encounter_id, about=goal.goal_id):
            _close(task, command, "cancelled", uow)


def complete(command: told.EncounterCommand, kind: TaskKind, uow: UnitOfWork, **about: str) -> None:
    """Closes the encounter's open tasks of the kind: this command did them."""
    for task in _open(uow, encounter_id=command.encounter_id, kind=kind, **about):
        _close(task, command, "completed", uow)


def strike(command: StrikeTask, uow: UnitOfWork) -> None:
    task = uow.get(TASKS, command.task_id)
    assert task, "the clock strikes for what is stored"
    changed, events = tasks.strike(task, command.at)
    uow.save(TASKS, changed, *events)


def _encounter(command: told.EncounterCommand, uow: UnitOfWork) -> Encounter:
    return uow.require(ENCOUNTERS, command.encounter_id)


def _escalation(entry: str, since: datetime, policy: Policy) -> Term:
    due_at = since + policy.hours("sae.escalate_h")
    return Term("sae-escalation", due_at, ESCALATION, about=entry)


def _now_serious(command: told.Command, encounter: Encounter) -> AdverseEvent | None:
    events = encounter.adverse_events
    return next((e for e in events if e.event_id == command.event_id and e.serious), None)


def _open(uow: UnitOfWork, **equals: object) -> list[Task]:
    return [task for task in uow.find(TASKS, **equals) if task.is_open]


def _raise(command: told.Command, encounter: Encounter, term: Term, uow: UnitOfWork) -> None:
    uow.save(TASKS, *tasks.raise_task(command, encounter, term))


def _close(task: Task, command: told.Command, outcome: Closed, uow: UnitOfWork) -> None:
    uow.save(TASKS, *tasks.close(task, command, outcome))
