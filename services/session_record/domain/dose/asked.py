"""The dose that is asked for, with all that it is judged by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from services.session_record.domain.commands import AdministerDose
from services.session_record.domain.encounter import Encounter
from services.session_record.domain.history import Entry, History
from services.session_record.domain.knowledge.staff import Practitioner, Staff, day_at
from services.session_record.domain.knowledge.standing import Standing
from services.session_record.domain.ledger.container import Container, exact
from services.session_record.domain.monitoring.samples import samples
from services.session_record.domain.readiness.patient import Candidate, Heard
from services.session_record.domain.weights import Weight, is_older, newest
from shared.kernel.policy import Policy

PARENTERAL = ("iv", "im")
LEAST_STATED = Decimal("0.01")
"""mg/kg: the least that the contract can carry."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a dose is asked for. `container` None: none was named."""

    encounter: Encounter
    standing: Standing
    history: History
    heard: Heard
    elsewhere: tuple[datetime, ...]
    practitioners: Mapping[str, Practitioner]
    container: Container | None


@dataclass(frozen=True, slots=True)
class Asked:
    """`weight`: None where none is recent enough. `before`: the dose before in this course."""

    command: AdministerDose
    encounter: Encounter
    weight: Weight | None
    before: Entry | None
    staff: Staff
    container: Container | None

    @property
    def is_parenteral(self) -> bool:
        return self.command.route in PARENTERAL

    @property
    def mg_per_kg(self) -> float | None:
        """As stated, or else by the weight; None without either."""
        command = self.command
        if command.dose_mg_per_kg is not None:
            return command.dose_mg_per_kg
        return mg_per_kg(command.dose_mg, self.weight.kg) if self.weight else None


def asked_of(command: AdministerDose, known: Situation, policy: Policy) -> Asked:
    encounter = known.encounter
    return Asked(
        command,
        encounter,
        _valid_weight(command, known, policy),
        known.history.last_dose(encounter.course_id, command.at),
        Staff(known.practitioners, day_at(command.at, encounter.zone)),
        known.container,
    )


def candidate_of(command: AdministerDose, known: Situation) -> Candidate:
    encounter = known.encounter
    return Candidate(
        command.at,
        encounter.course_id,
        encounter.route,
        known.standing,
        known.history,
        known.heard,
        known.elsewhere,
    )


def mg_per_kg(dose_mg: float, weight_kg: float) -> float | None:
    """Rounded half up to three decimals, as a person would; None below what can be stated."""
    stated = (exact(dose_mg) / exact(weight_kg)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return float(stated) if stated >= LEAST_STATED else None


def weight_key(command: AdministerDose) -> str:
    parenteral = command.route in PARENTERAL
    return "weight.max_age_parenteral_d" if parenteral else "weight.max_age_d"


def _valid_weight(command: AdministerDose, known: Situation, policy: Policy) -> Weight | None:
    """The newest weight, if it is not older than the route allows, in days at the clinic."""
    weight = newest(_weights(known), command.at)
    age = policy.days(weight_key(command))
    if weight is None or is_older(weight, command.at, age, known.encounter.zone):
        return None
    return weight


def _weights(known: Situation) -> Iterator[Weight]:
    yield from known.standing.weights
    yield from known.history.weights()
    for sample in samples(known.encounter):
        if sample.measure == "body-weight":
            yield Weight(sample.at, sample.value)
