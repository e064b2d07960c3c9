"""How often the order of doses and integrations was not kept: counted per clinic and month."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """`month` of UTC, as 2026-03. `overdue`: integrations not held in time; `held`: doses held
    because the one before was not integrated; `overridden`: doses that somebody answered for."""

    month: str
    overdue: int = 0
    held: int = 0
    overridden: int = 0


def month_of(at: datetime) -> str:
    return f"{at:%Y-%m}"


def counted(
    tally: Tally | None, at: datetime, *, overdue: int = 0, held: int = 0, overridden: int = 0
) -> Tally:
    before = tally or Tally(month_of(at))
    return replace(
        before,
        overdue=before.overdue + overdue,
        held=before.held + held,
        overridden=before.overridden + overridden,
    )
