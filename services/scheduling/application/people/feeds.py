"""The use cases of calendar feeds, and what is on one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.scheduling.application.documents import (
    ADDRESSES,
    APPOINTMENTS,
    FEEDS,
    ROSTER,
    ROSTERS,
    STANDINGS,
    AppointmentLine,
)
from services.scheduling.domain.people.feeds import (
    ChangeFeed,
    Feed,
    Owner,
    address_of,
    closed,
    feed_id,
    opened,
)
from services.scheduling.domain.resources.resource import Roster
from shared.kernel.errors import Rejected
from shared.storage.reads import Read, Reads
from shared.storage.store import Store
from shared.storage.unit_of_work import UnitOfWork

BEHIND, AHEAD = timedelta(days=30), timedelta(days=180)
"""How much of a calendar its feed shows; what was called off stays on it as long as BEHIND."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """`path`: the address at this service. Whoever has it sees the calendar, so it is a secret."""

    owner: Owner
    owner_id: str
    path: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class CalendarView:
    """`lines` ascend by start."""

    clinic: str
    owner: Owner
    lines: tuple[AppointmentLine, ...]


def open_feed(command: ChangeFeed, uow: UnitOfWork) -> None:
    """What is open keeps its address."""
    known = uow.get(FEEDS, feed_id(command.owner, command.owner_id))
    if known and known.is_open:
        return
    _check_owner(command, uow)
    feed, address = opened(command, uow.token(), uow.clinic)
    uow.save(FEEDS, feed)
    uow.save(ADDRESSES, address)


def close_feed(command: ChangeFeed, uow: UnitOfWork) -> None:
    known = uow.get(FEEDS, feed_id(command.owner, command.owner_id))
    if known is None or not known.is_open:
        raise Rejected("no-feed", f"no calendar of this {command.owner} is open: nothing to close")
    feed, address = closed(known, uow.clinic)
    uow.save(FEEDS, feed)
    uow.save(ADDRESSES, address)


def feeds(
    reads: Reads, after: str, limit: int, owner: str = "", id: str = ""
) -> list[Read[FeedView]]:
    """The open ones, with their addresses."""
    wanted = {name: value for name, value in (("owner", owner), ("owner_id", id)) if value}
    page = reads.page(FEEDS, after=after, limit=limit, is_open=True, **wanted)
    return [Read(_view(each.aggregate), each.version, each.clinic, each.cursor) for each in page]


def calendar_at(store: Store, token: str, now: datetime) -> CalendarView | None:
    """What is on the calendar at this address; None: there is none, or none any more."""
    found = Reads(store, None).network_get(ADDRESSES, address_of(token))
    if found is None or not found.aggregate.is_open:
        return None
    address = found.aggregate
    reads = Reads(store, address.clinic)
    page = (
        reads.page(APPOINTMENTS, patient_id=address.owner_id)
        if address.owner == "patient"
        else reads.page(APPOINTMENTS, resources=address.owner_id, day=_days(now))
    )
    lines = [each.aggregate for each in page if _is_shown(each.aggregate, now)]
    in_order = sorted(lines, key=lambda each: (each.start, each.appointment_id))
    return CalendarView(address.clinic, address.owner, tuple(in_order))


def _view(feed: Feed) -> FeedView:
    return FeedView(feed.owner, feed.owner_id, f"/v1/feeds/{feed.token}.ics", feed.opened_at)


def _check_owner(command: ChangeFeed, uow: UnitOfWork) -> None:
    """A patient may still be on the way here; a resource was declared here."""
    if command.owner == "patient":
        uow.require(STANDINGS, command.owner_id)
        return
    roster = uow.get(ROSTERS, ROSTER) or Roster()
    if command.owner_id not in {each.id for each in roster.resources}:
        raise Rejected("unknown-resource", "the clinic has no such resource: declare it first")


def _days(now: datetime) -> tuple[str, ...]:
    """Every day that may be shown, on whatever wall: what came before is not read."""
    first = (now - BEHIND).date() - timedelta(days=1)
    count = (BEHIND + AHEAD).days + 3
    return tuple((first + timedelta(days=number)).isoformat() for number in range(count))


def _is_shown(line: AppointmentLine, now: datetime) -> bool:
    if not now - BEHIND <= line.start <= now + AHEAD:
        return False
    called_off = line.status == "cancelled"
    return not called_off or (line.changed_at or line.start) >= now - BEHIND
