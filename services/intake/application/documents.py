"""The documents of intake. Names are in `identities` alone, so that they can be guarded alone."""

from services.intake.domain.patient import Identity, Patient
from shared.storage.documents import Collection

PATIENTS = Collection(
    "patients",
    Patient,
    identity=lambda patient: patient.id,
    subject=lambda patient: patient.id,
)
IDENTITIES = Collection(
    "identities",
    Identity,
    identity=lambda identity: identity.patient_id,
    subject=lambda identity: identity.patient_id,
)
COLLECTIONS = (PATIENTS, IDENTITIES)
