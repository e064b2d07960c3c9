"""The report for who leads operations: what is full, what would fit, what one more would add."""

from dataclasses import dataclass
from datetime import date

from services.scheduling.application.reading import kept
from services.scheduling.domain.capacity.report import Fits, OneMore, Use, capacity
from shared.contracts.scheduling import SessionKind
from shared.contracts.site import ResourceKind, Route
from shared.kernel.policy import Policy
from shared.storage.reads import Reads


@dataclass(frozen=True, slots=True)
class UseView:
    """`share`: how much of the open minutes is taken (1 is all)."""

    name: str
    kind: ResourceKind
    resources: int
    open_min: int
    taken_min: int
    share: float


@dataclass(frozen=True, slots=True)
class FitsView:
    """`more`: so many fit for sure, if nothing else is booked. `says`: the same in a sentence."""

    sessions: tuple[SessionKind, ...]
    length_min: int
    more: int
    limited_by: ResourceKind | None
    one_more: tuple[OneMore, ...]
    says: str


@dataclass(frozen=True, slots=True)
class CapacityView:
    """From `first` to `last`, whole days of UTC. The fullest comes first."""

    first: date
    last: date
    route: Route
    kinds: tuple[UseView, ...]
    resources: tuple[UseView, ...]
    fits: tuple[FitsView, ...]


def report(reads: Reads, period: tuple[date, date], route: Route, policy: Policy) -> CapacityView:
    first, last = period
    told = capacity(kept.roster(reads), kept.days(reads, first, last), route, policy)
    return CapacityView(
        first,
        last,
        route,
        tuple(_use(each) for each in told.kinds),
        tuple(_use(each) for each in told.resources),
        tuple(_fits(each) for each in told.fits),
    )


def _use(use: Use) -> UseView:
    return UseView(use.name, use.kind, use.resources, use.open_min, use.taken_min, use.share)


def _fits(fits: Fits) -> FitsView:
    return FitsView(
        fits.sessions, fits.length_min, fits.more, fits.limited_by, fits.one_more, _sentence(fits)
    )


def _sentence(fits: Fits) -> str:
    """Plain words for who must decide."""
    sessions = " or ".join(fits.sessions)
    fit = f"{fits.more} more {sessions} sessions of {fits.length_min} minutes fit"
    if not fits.one_more:
        return f"{fit}: the clinic has none of what they take"
    if fits.limited_by is None:
        return f"{fit}; no single resource would add any, several are needed together"
    best = fits.one_more[0]
    return f"{fit}; what limits is the {best.kind}: one more like {best.like} adds {best.adds}"
