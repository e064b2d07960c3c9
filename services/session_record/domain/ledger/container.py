"""A container of a controlled drug, and the account of it: what came in, went out, to whom.

Amounts are counted in decimal, so that a vial balances to the last hundredth of a milligram.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from services.session_record.domain.commands import AdministerDose, MoveDrug
from shared.contracts.session_record import DrugDiscrepancyFound
from shared.contracts.site import Movement
from shared.kernel.errors import Rejected

Drug = Literal["ketamine", "esketamine"]


@dataclass(frozen=True, slots=True)
class Moved:
    event_id: str
    at: datetime
    movement: Movement
    amount_mg: float
    by: str
    witness: str
    encounter_id: str


@dataclass(frozen=True, slots=True)
class Given:
    at: datetime
    amount_mg: float
    by: str
    encounter_id: str


@dataclass(frozen=True, slots=True)
class Share:
    """What of a container was for one encounter, in mg."""

    dispensed: Decimal
    given: Decimal
    wasted: Decimal
    returned: Decimal

    @property
    def unaccounted(self) -> Decimal:
        return self.dispensed - self.given - self.wasted - self.returned


@dataclass(frozen=True, slots=True)
class Container:
    container_id: str
    drug: Drug
    lot: str
    movements: tuple[Moved, ...] = ()
    given: tuple[Given, ...] = ()

    def share(self, encounter_id: str) -> Share:
        def total(movement: Movement) -> Decimal:
            return _total(e.amount_mg for e in self._moved(movement, encounter_id))

        given = _total(e.amount_mg for e in self.given if e.encounter_id == encounter_id)
        return Share(total("dispensed"), given, total("wasted"), total("returned"))

    def shares(self) -> dict[str, Share]:
        named = [each.encounter_id for each in self.movements]
        named += [each.encounter_id for each in self.given]
        return {each: self.share(each) for each in sorted(set(named)) if each}

    @property
    def on_hand(self) -> Decimal:
        """What lies in the safe: received and returned, less what was dispensed or wasted there."""
        came = _total(e.amount_mg for e in self.movements if e.movement in ("received", "returned"))
        out = _total(e.amount_mg for e in self.movements if e.movement == "dispensed")
        return came - out - _total(e.amount_mg for e in self._moved("wasted", ""))

    def _moved(self, movement: Movement, encounter_id: str) -> Iterable[Moved]:
        return (
            each
            for each in self.movements
            if each.movement == movement and each.encounter_id == encounter_id
        )


def move(command: MoveDrug, container: Container | None) -> Container:
    """`container` None: it is received for the first time."""
    known = container or Container(command.patient_id, command.drug, command.lot)
    if (known.drug, known.lot) != (command.drug, command.lot):
        words = f"this container is {known.drug} of lot {known.lot}; check the label"
        raise Rejected("container-mismatch", words)
    _check_people(command)
    _check_amount(command, known)
    moved = Moved(
        command.event_id,
        command.at,
        command.movement,
        command.amount_mg,
        command.by,
        command.witness,
        command.encounter_id,
    )
    kept = sorted((*known.movements, moved), key=lambda each: (each.at, each.event_id))
    return replace(known, movements=tuple(kept))


def drawn(container: Container, command: AdministerDose) -> Container:
    """The dose is taken out of what was dispensed for its encounter."""
    given = Given(command.at, command.dose_mg, command.administered_by, command.encounter_id)
    return replace(container, given=(*container.given, given))


def discrepancy(container: Container, encounter_id: str) -> DrugDiscrepancyFound | None:
    """None where everything that was dispensed is accounted for."""
    share = container.share(encounter_id)
    if not share.unaccounted:
        return None
    return DrugDiscrepancyFound(
        encounter_id, container.lot, float(share.dispensed), float(share.unaccounted)
    )


def exact(value: float) -> Decimal:
    return Decimal(str(value))


def _check_people(command: MoveDrug) -> None:
    if command.movement == "wasted" and command.witness in ("", command.by):
        words = "a second person must see what is wasted; name the witness"
        raise Rejected("waste-unwitnessed", words)


def _check_amount(command: MoveDrug, container: Container) -> None:
    if command.movement == "received":
        return
    if command.movement != "wasted" and not command.encounter_id:
        words = f"say for which encounter it is {command.movement}"
        raise Rejected("encounter-missing", words)
    from_share = command.movement != "dispensed" and command.encounter_id
    share = container.share(command.encounter_id)
    there = share.unaccounted if from_share else container.on_hand
    if exact(command.amount_mg) > there:
        where = "left of what was dispensed for it" if from_share else "in the container"
        words = f"{command.amount_mg:g} mg cannot be {command.movement}: {there:f} mg are {where}"
        raise Rejected("more-than-there-is", words)


def _total(amounts: Iterable[float]) -> Decimal:
    return sum((exact(each) for each in amounts), Decimal(0))
