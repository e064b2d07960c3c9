"""What HTTP may read of the drug ledger: a day of the clinic, and one container (SES-9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from services.session_record.application.documents import CONTAINERS
from services.session_record.domain.ledger.container import Container, Given, Moved
from shared.storage.reads import Read, Reads


@dataclass(frozen=True, slots=True)
class ShareView:
    """What of the container was for one encounter, in mg."""

    encounter_id: str
    dispensed_mg: float
    given_mg: float
    wasted_mg: float
    returned_mg: float
    unaccounted_mg: float


@dataclass(frozen=True, slots=True)
class ContainerView:
    container_id: str
    drug: str
    lot: str
    on_hand_mg: float
    balanced: bool
    shares: tuple[ShareView, ...]
    movements: tuple[Moved, ...]
    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Every container that moved or was given from on that day (UTC). `unbalanced`: of these, the
    ones of which something is not accounted for, also where the session still goes on."""

    day: date
    containers: tuple[ContainerView, ...]
    unbalanced: tuple[str, ...]


def container(reads: Reads, container_id: str) -> Read[ContainerView] | None:
    read = reads.get(CONTAINERS, container_id)
    return Read(_view(read.aggregate), read.version, read.clinic, read.cursor) if read else None


def ledger(reads: Reads, day: date) -> LedgerView:
    found = [each.aggregate for each in reads.page(CONTAINERS)]
    views = tuple(_view(each) for each in found if day in _days(each))
    return LedgerView(day, views, tuple(each.container_id for each in views if not each.balanced))


def _days(container: Container) -> Iterator[date]:
    moments: list[datetime] = [each.at for each in container.movements]
    moments += [each.at for each in container.given]
    return (moment.astimezone(UTC).date() for moment in moments)


def _view(container: Container) -> ContainerView:
    shares = tuple(
        ShareView(
            encounter_id,
            float(share.dispensed),
            float(share.given),
            float(share.wasted),
            float(share.returned),
            float(share.unaccounted),
        )
        for encounter_id, share in container.shares().items()
    )
    return ContainerView(
        container.container_id,
        container.drug,
        container.lot,
        float(container.on_hand),
        not any(each.unaccounted_mg for each in shares),
        shares,
        container.movements,
        container.given,
    )
