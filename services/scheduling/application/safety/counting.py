"""Counts what was not in order per clinic and month (of when it was due)."""

from datetime import datetime

from services.scheduling.application.documents import TALLIES
from services.scheduling.domain.safety.tally import counted, month_of
from shared.storage.unit_of_work import UnitOfWork


def count(uow: UnitOfWork, at: datetime, **times: int) -> None:
    if any(times.values()):
        uow.save(TALLIES, counted(uow.get(TALLIES, month_of(at)), at, **times))
