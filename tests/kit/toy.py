"""The smallest service there can be, on real contracts: to test the spine without a clinic.

Posted: a referral registers a ward, a consent needs the ward (else it is deferred), withdrawal is
refused by a rule. Consumed: a registration counts.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.codec import strict_json
from shared.codec.cloudevents import content_sha256, from_structured
from shared.contracts import intake, site
from shared.contracts.envelope import Event
from shared.kernel.errors import Rejected
from shared.storage.documents import Collection
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Route, Routes, Step
from shared.storage.store import Store
from shared.storage.unit_of_work import Need, UnitOfWork

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ward:
    patient_id: str
    changes: int = 0
    heard: int = 0


WARDS = Collection[Ward](
    "wards",
    Ward,
    identity=lambda ward: ward.patient_id,
    subject=lambda ward: ward.patient_id,
    indexes=(("changes",),),
)


def register(event: Event, uow: UnitOfWork) -> None:
    ward = uow.get(WARDS, event.subject) or Ward(event.subject)
    changed = replace(ward, changes=ward.changes + 1)
    uow.save(WARDS, changed, intake.PatientRegistered("ptsd"))


def consent(event: Event, uow: UnitOfWork) -> None:
    ward = uow.require(WARDS, event.subject)
    uow.save(
        WARDS,
        replace(ward, changes=ward.changes + 1),
        intake.PatientConsented("v1", "iv", NOW, analysts_stream=True),
    )


def refuse(event: Event, uow: UnitOfWork) -> None:
    uow.save(WARDS, Ward(event.subject, changes=-1))
    raise Rejected("never", "this one is always refused")


def break_down(event: Event, uow: UnitOfWork) -> None:
    uow.save(WARDS, Ward(event.subject, changes=-1))
    raise ZeroDivisionError("a bug")


def hear(event: Event, uow: UnitOfWork) -> None:
    ward = uow.get(WARDS, event.subject) or Ward(event.subject)
    uow.save(WARDS, replace(ward, heard=ward.heard + 1))


def hear_of_known(event: Event, uow: UnitOfWork) -> None:
    ward = uow.require(WARDS, event.subject)
    uow.save(WARDS, replace(ward, heard=ward.heard + 1))


def _ward(event: Event) -> Sequence[Need]:
    return [(WARDS, event.subject)]


def _route(data: type[Any], handle: Callable[[Event, UnitOfWork], None]) -> Route[Event]:
    return Route(data, lambda event: event, handle, _ward)


ROUTES: Routes = {
    site.ReferralReceived.type: _route(site.ReferralReceived, register),
    site.ConsentSigned.type: _route(site.ConsentSigned, consent),
    site.ConsentWithdrawn.type: _route(site.ConsentWithdrawn, refuse),
    site.ClearanceRevoked.type: _route(site.ClearanceRevoked, break_down),
    intake.PatientRegistered.type: _route(intake.PatientRegistered, hear),
    intake.PatientConsented.type: _route(intake.PatientConsented, hear),
    intake.ConsentRevoked.type: _route(intake.ConsentRevoked, hear_of_known),
}

REFERRAL = {
    "given_name": "Given",
    "family_name": "Family",
    "birth_date": "1980-05-01",
    "indication": "ptsd",
    "diagnosis": "F43.1",
}
CONSENT = {
    "text_version": "v1",
    "route": "iv",
    "elements": ["off-label"],
    "capacity": True,
}
REASON = {"reason": "patient-request"}
DATA: dict[str, dict[str, Any]] = {
    site.ReferralReceived.type: REFERRAL,
    site.ConsentSigned.type: CONSENT,
    site.ConsentWithdrawn.type: REASON,
    site.ClearanceRevoked.type: {"signer": "prescriber-1", "reason": "other"},
}
_numbers = itertools.count(1)


def posted(
    kind: type[Any],
    subject: str = "patient-1",
    *,
    id: str = "",
    clinic: str = "riverside",
    sequence: int | None = None,
    **data: Any,
) -> Step:
    """The step of a posted event of the toy service."""
    content: dict[str, Any] = {
        "specversion": "1.0",
        "id": id or f"event-{next(_numbers)}",
        "source": f"/clinics/{clinic}/sites/main",
        "type": kind.type,
        "subject": subject,
        "time": NOW.isoformat(),
        "data": DATA[kind.type] | data,
    }
    if sequence:
        content["sequence"] = sequence
    event = from_structured(content, clinic)
    return Step(
        SITE, event, content_sha256(content), strict_json.dumps(content), ROUTES[kind.type], None
    )


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


def runner(store: Store, clock: Clock | None = None, service: str = "intake") -> Runner:
    tokens = (f"token-{number}" for number in itertools.count(1))
    return Runner(
        service,
        store,
        clock or Clock(),
        lambda: next(tokens),
        lambda _attempt: None,
        lambda _step, _bug: "error-1",
    )
