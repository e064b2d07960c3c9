"""Why a session cannot be at a time: the rules that break, who or what is taken, and until when."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.scheduling.domain.appointments.calendar import Calendar
from services.scheduling.domain.occupancy.day import in_words, moment
from services.scheduling.domain.occupancy.needs import Need, Wanted
from services.scheduling.domain.planning.fitting import Broken
from shared.kernel.errors import Reason

MANY = 20


def instead(session: str, starts: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{session} {moment(each):%Y-%m-%dT%H:%M:%SZ}" for each in starts)


def ruled(broken: Sequence[Broken]) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            each.rule.code,
            f"{each.session.name}: {each.rule.words}; it would start {_bound(each)}",
            each.rule.source,
        )
        for each in broken[:MANY]
    )


def lacking(session: str, wanted: Wanted, start: int, calendar: Calendar) -> tuple[Reason, ...]:
    """Each resource that could meet a need and is taken then, or not there. No patient is named."""
    short = [need for need in wanted.needs if not _is_met(need, wanted, start, calendar)]
    if not short:
        kinds = ", ".join(need.kinds[0] for need in wanted.needs)
        said = f"{session}: {kinds} are not free together at {in_words(start)}"
        return (Reason("no-common-time", said, "SCH-6"),)
    return tuple(
        reason for need in short for reason in _of_need(session, need, wanted, start, calendar)
    )[:MANY]


def _bound(broken: Broken) -> str:
    if broken.least is not None:
        return f"at {in_words(broken.least)} or later"
    return f"at {in_words(broken.most or 0)} at the latest"


def _is_met(need: Need, wanted: Wanted, start: int, calendar: Calendar) -> bool:
    return calendar.at(replace(wanted, needs=(need,)), start) is not None


def _of_need(
    session: str, need: Need, wanted: Wanted, start: int, calendar: Calendar
) -> Iterator[Reason]:
    kind = need.kinds[0]
    yield Reason(
        f"no-{kind}",
        f"{session}: no {' or '.join(need.kinds)} is free at {in_words(start)}",
        "SCH-6",
    )
    able = [each for each in calendar.roster.resources if set(each.kinds) & set(need.kinds)]
    for each in [one for one in able if one.id in wanted.only] or able:
        claim = need.claim(each, "", start, start + wanted.length)
        if met := calendar.in_the_way(claim):
            holder = max(met, key=lambda one: one.end)
            said = f"{each.id} is taken by {holder.appointment_id} until {in_words(holder.end)}"
            yield Reason("taken", said, "SCH-6")
        else:
            yield Reason("not-there", f"{each.id} cannot be booked at {in_words(start)}", "SCH-6")
