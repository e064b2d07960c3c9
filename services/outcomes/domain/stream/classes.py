"""Who a subject may be told to be: no class of people before enough of them are on the stream.

OUT-6. A class is an indication with a route, of the network or of one clinic. Whoever was counted
once stays counted, so that a class that may be told is told for good, whatever came first.
"""

from collections.abc import Collection as Ids
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.outcomes.domain.trajectory import StreamLink, Trajectory
from shared.contracts.outcomes import StreamIndication
from shared.contracts.site import Route
from shared.kernel.policy import Policy

_SOON, _AT_MOST = timedelta(minutes=1), timedelta(days=1)
"""How long somebody who waits for a class waits before looking again: twice as long each time."""


@dataclass(frozen=True, slots=True)
class StreamClass:
    """How many people of a class have ever been on the stream, counted until it may be told."""

    id: str
    people: int = 0

    def may_be_told(self, policy: Policy) -> bool:
        return self.people >= policy["k_anonymity.min"]


@dataclass(frozen=True, slots=True)
class Tellable:
    """What analysts may know of who a subject is. Nothing yet: any indication, no route."""

    indication: StreamIndication = "other"
    routes: frozenset[Route] = frozenset()
    clinic_routes: frozenset[Route] = frozenset()
    clinic_token: str | None = None

    def route(self, route: Route | None) -> Route | None:
        return route if route in self.routes else None

    def clinic(self, route: Route | None) -> str | None:
        """Beside a route, and only where enough people of the clinic have it too."""
        return self.clinic_token if route in self.clinic_routes else None


def classes_of(trajectory: Trajectory, clinic: str) -> tuple[str, ...]:
    """Of every course so far, whichever was heard of first. Without a course there is none."""
    routes = sorted({each.route for each in trajectory.courses})
    return tuple(class_id(trajectory, route, of) for of in ("", clinic) for route in routes)


def class_id(trajectory: Trajectory, route: Route, clinic: str = "") -> str:
    """`clinic` empty: the whole network's."""
    return f"{clinic}/{trajectory.indication}/{route}"


def counted(
    trajectory: Trajectory, known: Ids[StreamClass], policy: Policy
) -> tuple[Trajectory, list[StreamClass]]:
    """The classes that have one more now. Each person is counted once, whatever tokens they had;
    once a class may be told nobody counts on, so that nobody waits for anybody."""
    more = [
        replace(each, people=each.people + 1)
        for each in known
        if each.id not in trajectory.counted and not each.may_be_told(policy)
    ]
    ids = {*trajectory.counted, *(each.id for each in more)}
    return replace(trajectory, counted=tuple(sorted(ids))), more


def tellable(
    trajectory: Trajectory, clinic: str, known: Ids[StreamClass], policy: Policy
) -> Tellable:
    """Without a clinic's token, which is not the domain's to draw."""
    open_ = {each.id for each in known if each.may_be_told(policy)}
    courses = {each.route for each in trajectory.courses}
    routes = {each for each in courses if class_id(trajectory, each) in open_}
    if not routes:
        return Tellable()
    beside = routes if _is_among_enough(clinic, policy) else set()
    of_clinic = {each for each in beside if class_id(trajectory, each, clinic) in open_}
    return Tellable(trajectory.indication, frozenset(routes), frozenset(of_clinic))


def waiting(trajectory: Trajectory, may: Tellable, clinic: str, policy: Policy) -> bool:
    """Whether more may be told of the subject when more people come."""
    courses = {each.route for each in trajectory.courses}
    beside = courses if _is_among_enough(clinic, policy) else set()
    return bool(courses - may.routes or beside - may.clinic_routes)


def looking(link: StreamLink, waits: bool, at: datetime) -> StreamLink:
    """The link with the hour to look again, which no other fact of the patient puts off."""
    if not waits:
        return replace(link, look_at=None, looks=0)
    return link if link.look_at else replace(link, look_at=at + _pause(link.looks))


def looked(trajectory: Trajectory) -> Trajectory:
    """Somebody looked: the next hour is yet to be set."""
    link = trajectory.stream
    return replace(trajectory, stream=link and replace(link, look_at=None, looks=link.looks + 1))


def _pause(looks: int) -> timedelta:
    doubled: int = 2 ** min(looks, 20)
    return min(_AT_MOST, _SOON * doubled)


def _is_among_enough(clinic: str, policy: Policy) -> bool:
    """A clinic is geography: its token needs enough clinics beside it in its region."""
    region = policy.regions.get(clinic)
    beside = [each for each, of in policy.regions.items() if of == region]
    return region is not None and len(beside) >= policy["region.clinics_min"]
