"""The clinics' numbers: how many patients are held."""

from collections.abc import Iterator
from datetime import UTC, datetime

from services.intake.application.documents import PATIENTS
from shared.kernel.policy import Policy
from shared.runtime import metrics
from shared.runtime.metrics import Reading
from shared.storage.operations.sightings import clinics
from shared.storage.store import Session

COUNTED_MAX = 10_000
_EVER = datetime(1900, 1, 1, tzinfo=UTC)


def gauges(session: Session, _policy: Policy, _now: datetime) -> Iterator[Reading]:
    for clinic in clinics(session):
        held = session.count(
            PATIENTS.name,
            {"clinic": clinic},
            order="state.hold.raised_at",
            after=_EVER,
            limit=COUNTED_MAX,
        )
        yield metrics.HOLDS, (metrics.clinic(clinic),), held
