"""What intake has decided and told about a patient, as periods and not as flags: a site may report
today what it did before a revocation.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from services.session_record.domain.knowledge.told import (
    EndClearance,
    EndConsent,
    EndHold,
    KnowClearance,
    KnowConsent,
    KnowEscort,
    KnowHold,
    KnowPatient,
    KnowTransfer,
    KnowVitalSigns,
    KnowWorkUp,
)
from services.session_record.domain.weights import Weight
from shared.contracts.site import Indication, Route, WorkUpItem, WorkUpResult


@dataclass(frozen=True, slots=True)
class Clearance:
    clearance_id: str
    route: Route
    signed_at: datetime
    first_dose_by: datetime
    valid_until: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    text_version: str
    route: Route
    signed_at: datetime
    valid_until: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SafetyHold:
    raised_at: datetime
    reasons: tuple[str, ...]
    lifted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkUp:
    item: WorkUpItem
    result: WorkUpResult
    performed_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """In the order in which it was told. `escorts` are ids of contacts that intake has named,
    `pressures` the times at which it had the blood pressure taken."""

    patient_id: str
    clearances: tuple[Clearance, ...] = ()
    consents: tuple[Consent, ...] = ()
    holds: tuple[SafetyHold, ...] = ()
    person_id: str = ""
    indication: Indication | None = None
    work_ups: tuple[WorkUp, ...] = ()
    weights: tuple[Weight, ...] = ()
    pressures: tuple[datetime, ...] = ()
    escorts: tuple[str, ...] = ()
    transferred_at: datetime | None = None

    @property
    def person(self) -> str:
        """Who the patient is in the network; nobody else, where intake has not said."""
        return self.person_id or self.patient_id

    def work_up_at(self, item: WorkUpItem, at: datetime) -> WorkUp | None:
        """The newest result performed by then."""
        known = [each for each in self.work_ups if each.item == item and each.performed_at <= at]
        return max(known, key=lambda each: each.performed_at, default=None)

    def clearance_at(self, at: datetime) -> Clearance | None:
        """The newest one signed by then, whether or not it has ended."""
        return next((each for each in reversed(self.clearances) if each.signed_at <= at), None)

    def consent_at(self, at: datetime) -> Consent | None:
        """The newest one signed by then, whether or not it was withdrawn."""
        return next((each for each in reversed(self.consents) if each.signed_at <= at), None)

    def hold_at(self, at: datetime) -> SafetyHold | None:
        return next((each for each in self.holds if _covers(each, at)), None)

    def is_cleared_anew(self, since: datetime, at: datetime) -> bool:
        return any(since < each.signed_at <= at for each in self.clearances)


@dataclass(frozen=True, slots=True)
class Grant:
    """That a clearance has been heard of: what waits for it can ask by its id."""

    clearance_id: str
    patient_id: str


def registered(standing: Standing, told: KnowPatient) -> Standing:
    return replace(standing, indication=told.indication, person_id=told.person_id)


def transferred(standing: Standing, told: KnowTransfer) -> Standing:
    return replace(standing, transferred_at=told.at)


def with_work_up(standing: Standing, told: KnowWorkUp) -> Standing:
    work_up = WorkUp(told.item, told.result, told.performed_at)
    return replace(standing, work_ups=(*standing.work_ups, work_up))


def with_vital_signs(standing: Standing, told: KnowVitalSigns) -> Standing:
    taken = replace(standing, pressures=(*standing.pressures, told.measured_at))
    if told.weight_kg is None:
        return taken
    weight = Weight(told.measured_at, told.weight_kg)
    return replace(taken, weights=(*standing.weights, weight))


def with_escort(standing: Standing, told: KnowEscort) -> Standing:
    return replace(standing, escorts=tuple(dict.fromkeys((*standing.escorts, told.contact_id))))


def with_clearance(standing: Standing, told: KnowClearance) -> Standing:
    clearance = Clearance(
        told.clearance_id, told.route, told.signed_at, told.first_dose_by, told.valid_until
    )
    return replace(standing, clearances=(*standing.clearances, clearance))


def without_clearance(standing: Standing, told: EndClearance) -> Standing:
    ended = tuple(
        replace(each, ended_at=told.at) if each.clearance_id == told.clearance_id else each
        for each in standing.clearances
    )
    return replace(standing, clearances=ended)


def with_consent(standing: Standing, told: KnowConsent) -> Standing:
    consent = Consent(told.text_version, told.route, told.at, told.valid_until)
    return replace(standing, consents=(*standing.consents, consent))


def without_consent(standing: Standing, told: EndConsent) -> Standing:
    withdrawn = tuple(
        each if each.withdrawn_at else replace(each, withdrawn_at=told.at)
        for each in standing.consents
    )
    return replace(standing, consents=withdrawn)


def with_hold(standing: Standing, told: KnowHold) -> Standing:
    """A hold that is raised again goes on, with the new reasons too."""
    last = standing.holds[-1] if standing.holds else None
    if last is None or last.lifted_at:
        return replace(standing, holds=(*standing.holds, SafetyHold(told.at, told.reasons)))
    reasons = tuple(dict.fromkeys((*last.reasons, *told.reasons)))
    extended = SafetyHold(min(last.raised_at, told.at), reasons)
    return replace(standing, holds=(*standing.holds[:-1], extended))


def without_hold(standing: Standing, told: EndHold) -> Standing:
    lifted = tuple(
        each if each.lifted_at else replace(each, lifted_at=told.at) for each in standing.holds
    )
    return replace(standing, holds=lifted)


def _covers(hold: SafetyHold, at: datetime) -> bool:
    return hold.raised_at <= at and (hold.lifted_at is None or at < hold.lifted_at)
