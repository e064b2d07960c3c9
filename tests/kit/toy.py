"""The smallest service there can be, on real contracts: to test the spine without a clinic.

Posted: a referral registers a ward, a consent needs the ward (else it is deferred), withdrawal is
refused by a rule; a checklist is met by a person of the network, a treatment history begins rounds
that the clock makes. Consumed: a registration counts.
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
from shared.contracts.time import ClockStruck
from shared.kernel.errors import Rejected
from shared.messaging.clock import Alarms
from shared.storage.documents import Collection
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Route, Routes, Step
from shared.storage.store import Store
from shared.storage.unit_of_work import Need, UnitOfWork

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
INSTEAD = ("round-1 2026-03-02T14:00:00Z",)
"""What could be had instead of what is always refused."""


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


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom more than one clinic may meet."""

    id: str
    met_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rounds:
    """A patient who wants to be looked at every quarter of an hour, a few times."""

    patient_id: str
    next_at: datetime | None
    looked: int = 0


PERSONS = Collection[Person](
    "persons", Person, lambda one: one.id, lambda one: one.id, (("id",),), network=True
)
ROUNDS = Collection[Rounds](
    "rounds",
    Rounds,
    identity=lambda rounds: rounds.patient_id,
    subject=lambda rounds: rounds.patient_id,
    wake=lambda rounds: rounds.next_at,
)
COLLECTIONS = (WARDS, PERSONS, ROUNDS)
QUARTER = timedelta(minutes=15)
ROUNDS_IN_ALL = 3


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
    raise Rejected("never", "this one is always refused", alternatives=INSTEAD)


def break_down(event: Event, uow: UnitOfWork) -> None:
    uow.save(WARDS, Ward(event.subject, changes=-1))
    raise ZeroDivisionError("a bug")


def hear(event: Event, uow: UnitOfWork) -> None:
    ward = uow.get(WARDS, event.subject) or Ward(event.subject)
    uow.save(WARDS, replace(ward, heard=ward.heard + 1))


def hear_of_known(event: Event, uow: UnitOfWork) -> None:
    ward = uow.require(WARDS, event.subject)
    uow.save(WARDS, replace(ward, heard=ward.heard + 1))


def meet(event: Event, uow: UnitOfWork) -> None:
    person = uow.get(PERSONS, event.subject) or Person(event.subject)
    met = replace(person, met_in=(*person.met_in, event.clinic))
    uow.save(PERSONS, met, intake.PatientRegistered("ptsd"))


def begin_rounds(event: Event, uow: UnitOfWork) -> None:
    rounds = uow.get(ROUNDS, event.subject) or Rounds(event.subject, event.time + QUARTER)
    uow.save(ROUNDS, rounds)


def make_rounds(event: Event, uow: UnitOfWork) -> None:
    rounds = uow.require(ROUNDS, event.data.aggregate_id)
    looked = rounds.looked + 1
    next_at = event.time + QUARTER if looked < ROUNDS_IN_ALL else None
    uow.save(
        ROUNDS, replace(rounds, next_at=next_at, looked=looked), intake.PatientRegistered("ptsd")
    )


def _ward(event: Event) -> Sequence[Need]:
    return [(WARDS, event.subject)]


def route(data: type[Any], handle: Callable[[Event, UnitOfWork], None]) -> Route[Event]:
    return Route(data, lambda event: event, handle, _ward)


ROUTES: Routes = {
    site.ReferralReceived.type: route(site.ReferralReceived, register),
    site.ConsentSigned.type: route(site.ConsentSigned, consent),
    site.ConsentWithdrawn.type: route(site.ConsentWithdrawn, refuse),
    site.ClearanceRevoked.type: route(site.ClearanceRevoked, break_down),
    site.ContraindicationsChecked.type: route(site.ContraindicationsChecked, meet),
    site.TreatmentHistoryTaken.type: route(site.TreatmentHistoryTaken, begin_rounds),
    intake.PatientRegistered.type: route(intake.PatientRegistered, hear),
    intake.PatientConsented.type: route(intake.PatientConsented, hear),
    intake.ConsentRevoked.type: route(intake.ConsentRevoked, hear_of_known),
}

ALARMS: Alarms = {ROUNDS: route(ClockStruck, make_rounds)}

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
DATA |= {each.type: {} for each in (site.ContraindicationsChecked, site.TreatmentHistoryTaken)}
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
