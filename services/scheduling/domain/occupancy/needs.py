"""What a session takes: how many minutes, of whom, and with how many others at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.scheduling.domain.occupancy.bits import CELL_MIN
from services.scheduling.domain.occupancy.day import Claim
from services.scheduling.domain.resources.resource import Resource
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import ResourceKind, Route
from shared.kernel.policy import Policy

AS_IT_HAS_PLACES = 0
"""The capacity of a need that the resource itself knows: a room's places."""
DOSING = "dosing"


@dataclass(frozen=True, slots=True)
class Need:
    """One resource of one of these kinds, shared with at most `capacity` of the same `share`."""

    kinds: tuple[ResourceKind, ...]
    share: str = ""
    capacity: int = 1

    def claim(self, resource: Resource, appointment_id: str, start: int, end: int) -> Claim:
        """With the resource's buffers, and rounded outwards to whole cells."""
        begin, over = start - resource.buffer_before_min, end + resource.buffer_after_min
        return Claim(
            appointment_id,
            resource.id,
            begin // CELL_MIN * CELL_MIN,
            -(-over // CELL_MIN) * CELL_MIN,
            self.share,
            self.capacity_of(resource),
        )

    def capacity_of(self, resource: Resource) -> int:
        return resource.places if self.capacity == AS_IT_HAS_PLACES else self.capacity


@dataclass(frozen=True, slots=True)
class Wanted:
    """`only`: if any of a need's kind is named, it must be one of these. `certified`: only where
    the site is certified by the REMS (esketamine)."""

    length: int
    needs: tuple[Need, ...]
    only: frozenset[str] = frozenset()
    certified: bool = False


def wanted(
    session: SessionKind, route: Route, length: int, policy: Policy, only: Iterable[str] = ()
) -> Wanted:
    """What a session of this kind takes (SCH-5, SCH-6; clinical reference 3.6)."""
    kinds = [*policy.resources[session], *(policy.staffing[route] if session == DOSING else ())]
    needs = tuple(_need(each, session, route, policy) for each in kinds)
    certified = session == DOSING and route == "esketamine"
    return Wanted(length, needs, frozenset(only), certified)


def _need(kinds: tuple[str, ...], session: SessionKind, route: Route, policy: Policy) -> Need:
    of: tuple[ResourceKind, ...] = kinds  # type: ignore[assignment]  # checked by policy_file
    if session != DOSING:
        return Need(of)
    if "room" in kinds:
        return Need(of, DOSING, AS_IT_HAS_PLACES)
    if "nurse" in kinds:
        return Need(of, DOSING, round(policy[f"ratio.{route}.nurse"]))
    if "prescriber" in kinds:
        return Need(of, DOSING, round(policy["ratio.prescriber"]))
    return Need(of)
