"""A group integration: room and therapist are taken once, by the group; patients take its seats.

The group's own claims keep the time from its opening on, so that no single session takes it. Each
participant claims the same room and therapist in the group's share: the day counts the seats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.scheduling.domain.appointments.calendar import Calendar
from services.scheduling.domain.appointments.checks import check_known, check_used, start_of
from services.scheduling.domain.appointments.commands import CancelGroup, OpenGroup
from services.scheduling.domain.appointments.explaining import instead, lacking
from services.scheduling.domain.course.course import Appointment
from services.scheduling.domain.occupancy.day import Claim, in_words, minutes, moment
from services.scheduling.domain.occupancy.needs import Wanted, wanted
from services.scheduling.domain.planning.rules import Session
from services.scheduling.domain.safety.anchoring import on_the_wall
from shared.contracts.site import SlotWanted
from shared.kernel.errors import Reason, Rejected

NAME = "the group"
GroupStatus = Literal["open", "cancelled"]


@dataclass(frozen=True, slots=True)
class Group:
    """`claims` are its own. `seats` are those for patients."""

    id: str
    start: datetime
    end: datetime
    zone: str
    seats: int
    therapist: str
    claims: tuple[Claim, ...]
    status: GroupStatus = "open"
    reason: str = ""

    @property
    def share(self) -> str:
        return share_of(self.id)

    @property
    def length(self) -> int:
        return minutes(self.end) - minutes(self.start)


Groups = Mapping[str, Group | None]


def share_of(group_id: str) -> str:
    return f"group-{group_id}"


def group_of(slot: SlotWanted, groups: Groups) -> Group:
    """The group that the slot names, if it can be taken part in then."""
    group = groups.get(slot.group)
    if group is None:
        raise Rejected("unknown-group", f"the clinic has no group {slot.group}: open it first")
    if slot.session != "integration":
        raise Rejected("not-for-groups", f"only integration is held in groups, not {slot.session}")
    if group.status != "open":
        raise Rejected("group-cancelled", f"the group was cancelled: {group.reason}")
    if slot.start != group.start:
        raise Rejected(
            "not-the-group-s-time",
            f"the group meets at {in_words(minutes(group.start))}: ask for that",
        )
    return group


def seat(appointment_id: str, session: Session, group: Group, calendar: Calendar) -> Appointment:
    """A seat of the group, if one is left."""
    made = seated(appointment_id, session, group)
    if any(calendar.in_the_way(each) for each in made.claims):
        raise Rejected(
            "no-capacity",
            f"the group at {in_words(minutes(group.start))} is full; nothing was booked",
            (Reason("group-full", f"the group has {group.seats} seats", "clinical reference 3.5"),),
        )
    return made


def seated(appointment_id: str, session: Session, group: Group) -> Appointment:
    claims = tuple(replace(each, appointment_id=appointment_id) for each in group.claims)
    return Appointment(
        appointment_id,
        session.kind,
        session.number,
        group.start,
        group.end,
        group.zone,
        claims,
        group.therapist,
        group=group.id,
        wall=on_the_wall(group.start, group.zone),
    )


def open_group(command: OpenGroup, group: Group | None, calendar: Calendar) -> Group:
    """Takes a room with enough places and a therapist for the whole time."""
    if group is not None:
        raise Rejected("group-exists", f"the group {group.id} was opened before: take another id")
    if command.start <= command.at:
        raise Rejected("in-the-past", "a group is opened before it begins: take a later time")
    most = round(calendar.policy["group.max_patients"])
    if command.seats > most:
        raise Rejected("too-many-seats", f"a group has at most {most} patients: open two")
    check_known(NAME, command.resources, calendar.roster)
    start, whole = start_of(NAME, command.start), _wanted(command, calendar)
    slot = calendar.at(whole, start)
    if slot is None:
        raise Rejected(
            "no-capacity",
            f"{NAME} finds no place at {in_words(start)}; it was not opened",
            lacking(NAME, whole, start, calendar),
            instead("integration", calendar.alternatives(whole, start, lambda _: True)),
        )
    check_used(NAME, command.resources, {each.id for each in slot.resources})
    by_kind = dict(zip((need.kinds[0] for need in slot.needs), slot.resources, strict=True))
    return Group(
        command.group_id,
        moment(slot.start),
        moment(slot.end),
        by_kind["room"].zone,
        command.seats,
        by_kind["therapist"].id,
        slot.claims(command.group_id),
    )


def cancel_group(command: CancelGroup, group: Group) -> Group:
    if group.status != "open":
        raise Rejected("group-cancelled", f"the group was cancelled before: {group.reason}")
    if group.start <= command.at:
        raise Rejected("in-the-past", "the group has begun: cancel who did not come by themselves")
    return replace(group, status="cancelled", reason=command.reason)


def _wanted(command: OpenGroup, calendar: Calendar) -> Wanted:
    """What an integration takes, shared by those of the group and counting the group itself."""
    rooms = {each.id for each in calendar.roster.resources if each.places >= command.seats}
    named = [each for each in command.resources if "room" in _kinds(each, calendar)]
    if not rooms or not rooms.issuperset(named):
        raise Rejected(
            "too-few-places",
            f"no room that can be taken has {command.seats} places: declare one, or open fewer",
        )
    only = {*command.resources, *(() if named else rooms)}
    single = wanted("integration", "iv", command.length_min, calendar.policy, only)
    share, capacity = share_of(command.group_id), command.seats + 1
    needs = tuple(replace(each, share=share, capacity=capacity) for each in single.needs)
    return replace(single, needs=needs)


def _kinds(resource: str, calendar: Calendar) -> tuple[str, ...]:
    return next((each.kinds for each in calendar.roster.resources if each.id == resource), ())
