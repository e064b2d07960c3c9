"""One person may be a patient of several clinics: the doses count together (SCH-9).

One document per person for the whole network, so that two clinics that dose at the same time
meet in it, and one of them must decide anew.
"""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DoseElsewhere:
    """A dose of the person, of which no more is shared than that it was given."""

    at: datetime
    clinic: str
    patient_id: str
    encounter_id: str


@dataclass(frozen=True, slots=True)
class Person:
    person_id: str
    doses: tuple[DoseElsewhere, ...] = ()

    def dosed_elsewhere(self, clinic: str, patient_id: str) -> tuple[datetime, ...]:
        """The times of the doses that this patient's own history does not have."""
        own = (clinic, patient_id)
        return tuple(each.at for each in self.doses if (each.clinic, each.patient_id) != own)


def with_dose(person: Person, dose: DoseElsewhere) -> Person:
    doses = sorted({*person.doses, dose}, key=lambda each: (each.at, each.encounter_id))
    return replace(person, doses=tuple(doses))


def moved(old: Person, new: Person, clinic: str, patient_id: str) -> tuple[Person, Person]:
    """The patient is the `new` person: the patient's doses go over with it."""
    own = [e for e in old.doses if (e.clinic, e.patient_id) == (clinic, patient_id)]
    for dose in own:
        new = with_dose(new, dose)
    return replace(old, doses=tuple(each for each in old.doses if each not in own)), new
