"""What HTTP may ask of groups (when they meet, how many seats are taken, not whose they are) and
of the waiting list.
"""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.application.documents import DAYS, GROUPS, WAITING
from services.scheduling.domain.clinic.groups import Group, GroupStatus
from services.scheduling.domain.clinic.waiting import Entry
from services.scheduling.domain.occupancy.day import moment
from shared.storage.reads import Read, Reads


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group integration. `reason`: why it was cancelled."""

    group_id: str
    status: GroupStatus
    reason: str
    start: datetime
    end: datetime
    zone: str
    seats: int
    taken: int
    therapist: str
    resources: tuple[str, ...]


def groups(reads: Reads, after: str, limit: int) -> list[Read[GroupView]]:
    page = reads.page(GROUPS, after=after, limit=limit)
    days = {_day(each.aggregate): reads.get(DAYS, _day(each.aggregate)) for each in page}
    seats = {
        (claim.share, claim.appointment_id)
        for day in days.values()
        if day
        for claim in day.aggregate.claims
    }
    return [
        Read(_view(each.aggregate, seats), each.version, each.clinic, each.cursor) for each in page
    ]


def waiting_list(reads: Reads, after: str, limit: int) -> list[Read[Entry]]:
    """Who waits now."""
    return reads.page(WAITING, after=after, limit=limit, waiting=True)


def _day(group: Group) -> str:
    """The day of UTC on which the first of its claims begins."""
    return moment(group.claims[0].start).date().isoformat()


def _view(group: Group, seats: set[tuple[str, str]]) -> GroupView:
    return GroupView(
        group.id,
        group.status,
        group.reason,
        group.start,
        group.end,
        group.zone,
        group.seats,
        sum(share == group.share and name != group.id for share, name in seats),
        group.therapist,
        tuple(each.resource for each in group.claims),
    )
