"""The documents of intake. Who somebody is, is in `identities` alone, sealed; its keys are in
`persons` alone, wrapped.

Network collections hold what two clinics must not decide apart: no name is in any of them.
"""

from services.intake.domain.patient import Patient
from services.intake.domain.people.identity import Identity
from services.intake.domain.people.likeness import Match
from services.intake.domain.people.person import Person
from services.intake.domain.people.practitioner import Practitioner
from services.intake.domain.people.transfer import Transfer
from shared.storage.documents import Collection

PATIENTS = Collection(
    "patients",
    Patient,
    identity=lambda patient: patient.id,
    subject=lambda patient: patient.id,
    indexes=(("hold.raised_at",),),
)
IDENTITIES = Collection(
    "identities",
    Identity,
    identity=lambda identity: identity.patient_id,
    subject=lambda identity: identity.patient_id,
)
PRACTITIONERS = Collection(
    "practitioners",
    Practitioner,
    identity=lambda practitioner: practitioner.id,
    subject=lambda practitioner: practitioner.id,
)
PERSONS = Collection(
    "persons",
    Person,
    identity=lambda person: person.id,
    subject=lambda person: person.id,
    network=True,
)
MATCHES = Collection(
    "matches",
    Match,
    identity=lambda match: match.id,
    subject=lambda match: match.id,
    network=True,
)
TRANSFERS = Collection(
    "transfers",
    Transfer,
    identity=lambda transfer: transfer.id,
    subject=lambda transfer: transfer.patient_id,
    network=True,
)
COLLECTIONS = (PATIENTS, IDENTITIES, PRACTITIONERS, PERSONS, MATCHES, TRANSFERS)
