"""The routes of the written record, and what follows in it from what happens in the room."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from services.session_record.application import documentation, tasks
from services.session_record.application.documents import (
    ENCOUNTERS,
    HISTORIES,
    PRACTITIONERS,
    RECORDS,
    TASKS,
)
from services.session_record.domain.documentation import commands
from services.session_record.domain.documentation.commands import Content
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.contracts.time import ClockStruck
from shared.kernel.policy import Policy
from shared.messaging.clock import Alarms
from shared.storage.steps import Governed, Route, Routes, governed
from shared.storage.unit_of_work import Need, UnitOfWork

C = TypeVar("C")
THERAPY = frozenset({"therapist", "sitter", "prescriber"})
CLINICAL = THERAPY | {"nurse", "psychiatrist"}
SIGNERS = frozenset({"therapist", "prescriber", "psychiatrist"})
_CONTENT = ("note", "therapy", "rems_answers", "adverse_event", "vital_signs")


def documentation_routes(policy: Policy) -> Routes:
    write = governed(documentation.write, policy)
    sign = governed(documentation.sign, policy)
    amend = governed(documentation.amend, policy)
    retract = governed(documentation.retract, policy)
    submit = governed(documentation.submit_rems, policy)
    taken: tuple[Route[Any], ...] = (
        Route(site.NoteWritten, _write, write, _entries, CLINICAL),
        Route(site.TherapyDocumented, _write, write, _entries, THERAPY),
        Route(site.RemsAnswered, _write, write, _entries, CLINICAL),
        Route(site.RecordSigned, _sign, sign, _signature, SIGNERS),
        Route(site.RecordEntryAmended, _amend, amend, _correction, CLINICAL),
        Route(site.RecordEntryRetracted, _retract, retract, _correction, CLINICAL),
        Route(site.RemsSubmitted, _submit, submit, _entries, CLINICAL | {"coordinator"}),
        Route(site.AdverseEventEscalated, _escalate, documentation.escalate, _entries, CLINICAL),
    )
    return {each.data.type: each for each in taken}


def followed(routes: Routes, policy: Policy) -> Routes:
    """The routes of the room, each with what follows from it for the list of tasks."""
    after: dict[str, Governed[Any]] = {
        site.MedicationAdministered.type: tasks.after_dose,
        site.AdverseEventReported.type: tasks.after_adverse_event,
        site.PatientDischarged.type: tasks.after_end,
        site.EncounterFinished.type: tasks.after_end,
        site.EncounterAbandoned.type: tasks.after_end,
    }
    return routes | {
        kind: _then(routes[kind], governed(follow, policy)) for kind, follow in after.items()
    }


def task_alarms() -> Alarms:
    """What the clock does with a task whose hour has come."""
    return {TASKS: Route(ClockStruck, _struck, tasks.strike, _task)}


def _then(route: Route[C], follow: Callable[[C, UnitOfWork], None]) -> Route[C]:
    def handle(command: C, uow: UnitOfWork) -> None:
        route.handle(command, uow)
        follow(command, uow)

    return replace(route, handle=handle)


def _write(event: Event) -> commands.Write:
    return commands.Write(*_about(event), event.data.author, _content(event))


def _sign(event: Event) -> commands.Sign:
    return commands.Sign(*_about(event), event.data.signer)


def _amend(event: Event) -> commands.Amend:
    return commands.Amend(*_about(event), *_change(event), _content(event))


def _retract(event: Event) -> commands.Retract:
    return commands.Retract(*_about(event), *_change(event))


def _submit(event: Event) -> commands.SubmitRems:
    return commands.SubmitRems(*_about(event), event.data.confirmation)


def _escalate(event: Event) -> commands.Escalate:
    data = event.data
    return commands.Escalate(
        *_about(event), data.entry, data.escalated_to, data.author, event.source
    )


def _struck(event: Event) -> commands.StrikeTask:
    return commands.StrikeTask(event.id, event.time, event.subject, event.data.aggregate_id)


def _about(event: Event) -> tuple[str, datetime, str, str]:
    return event.id, event.time, event.subject, event.data.encounter_id


def _change(event: Event) -> tuple[str, str, str, str]:
    return event.data.entry, event.data.author, event.data.reason, event.source


def _content(event: Event) -> Content:
    """The kinds of content that this event type may have, by their names."""
    return Content(**{name: getattr(event.data, name, None) for name in _CONTENT})


def _entries(event: Event) -> list[Need]:
    encounter_id = event.data.encounter_id
    return [(RECORDS, encounter_id), (ENCOUNTERS, encounter_id)]


def _signature(event: Event) -> list[Need]:
    return [*_entries(event), (PRACTITIONERS, event.data.signer)]


def _correction(event: Event) -> list[Need]:
    return [*_entries(event), (HISTORIES, event.subject)]


def _task(event: Event) -> list[Need]:
    return [(TASKS, event.data.aggregate_id)]
