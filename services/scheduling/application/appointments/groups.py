"""The use cases of group integration: opened and cancelled."""

from services.scheduling.application.appointments.reading import calendar
from services.scheduling.application.documents import APPOINTMENTS, DAYS, GROUPS
from services.scheduling.application.replanning import displace
from services.scheduling.domain.appointments.commands import CancelGroup, OpenGroup
from services.scheduling.domain.clinic import groups
from services.scheduling.domain.clinic.groups import Group
from services.scheduling.domain.occupancy.day import Day, days_between, release, take
from shared.kernel.errors import Rejected
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def open_group(command: OpenGroup, uow: UnitOfWork, policy: Policy) -> None:
    free = calendar([command.start], uow, policy)
    opened = groups.open_group(command, uow.get(GROUPS, command.group_id), free)
    uow.save(GROUPS, opened)
    for claim in opened.claims:
        for day in days_between(claim.start, claim.end):
            uow.save(DAYS, take(_day(day, uow), claim))


def cancel_group(command: CancelGroup, uow: UnitOfWork) -> None:
    """Each participant's course replans by its own alarm: many may be touched at once."""
    group = uow.get(GROUPS, command.group_id)
    if group is None:
        raise Rejected("unknown-group", "the clinic has no such group")
    uow.save(GROUPS, groups.cancel_group(command, group))
    for appointment_id in _participants(group, uow):
        line = uow.get(APPOINTMENTS, appointment_id)
        assert line, "whoever takes a seat has an appointment"
        displace(uow, line.course_id, [appointment_id], command.reason, command.at)
    for day in _days(group):
        uow.save(DAYS, release(_day(day, uow), group.id))


def _participants(group: Group, uow: UnitOfWork) -> list[str]:
    seats = [each for day in _days(group) for each in _day(day, uow).claims]
    found = {each.appointment_id for each in seats if each.share == group.share}
    return sorted(found - {group.id})


def _days(group: Group) -> list[str]:
    return sorted({day for each in group.claims for day in days_between(each.start, each.end)})


def _day(day: str, uow: UnitOfWork) -> Day:
    return uow.get(DAYS, day) or Day(day)
