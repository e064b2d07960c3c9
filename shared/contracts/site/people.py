"""What sites post to intake about people: who a patient is, who signs, who moves where.

Names, birth dates and telephones are in these events alone, and stay in intake, encrypted.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from shared.contracts.shapes import Code, Id, OptionalId, PersonName, Text
from shared.contracts.site.words import Icd10, Indication, Role

Gender = Literal["", "male", "female", "other", "unknown"]
"""FHIR's administrative gender; empty where nobody asked."""
Phone = Annotated[str, Text(32, r"\+?[0-9][0-9 ()./-]{3,30}")]
OptionalPhone = Annotated[str, Text(32, r"(\+?[0-9][0-9 ()./-]{3,30})?", shortest=0)]
OptionalEmail = Annotated[str, Text(254, r"([^@\s]+@[^@\s]+)?", shortest=0)]


@dataclass(frozen=True, slots=True)
class ReferralReceived:
    """A ServiceRequest: somebody is sent to the clinic. Names stay in intake.

    `record_number`: the clinic's own number of the patient (MRN).
    """

    type: ClassVar[str] = "intake.referral.received.v1"
    given_name: PersonName
    family_name: PersonName
    birth_date: date
    indication: Indication
    diagnosis: Icd10
    referrer: Annotated[str, Text(120, shortest=0)] = ""
    gender: Gender = ""
    record_number: OptionalId = ""
    phone: OptionalPhone = ""
    email: OptionalEmail = ""


@dataclass(frozen=True, slots=True)
class EscortIntroduced:
    """Who takes the patient home after a dose, and how to reach them."""

    type: ClassVar[str] = "intake.escort.named.v1"
    contact_id: Id
    name: PersonName
    phone: Phone
    relation: Code


@dataclass(frozen=True, slots=True)
class IdentityErased:
    """The person asked to be forgotten: the key to the identity is destroyed."""

    type: ClassVar[str] = "intake.identity.erased.v1"
    erased_by: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class DuplicateDecided:
    """A human's word on a suspected duplicate. `candidate`: the other patient id."""

    type: ClassVar[str] = "intake.duplicate.decided.v1"
    candidate: Id
    decision: Literal["same-person", "different-people"]
    decided_by: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class TransferOffered:
    """The clinic gives the patient over; posted by the giving clinic."""

    type: ClassVar[str] = "intake.transfer.offered.v1"
    to_clinic: Id
    reason: Code


@dataclass(frozen=True, slots=True)
class TransferAccepted:
    """The clinic takes the patient on, file and all; posted by the receiving clinic."""

    type: ClassVar[str] = "intake.transfer.accepted.v1"
    from_clinic: Id


@dataclass(frozen=True, slots=True)
class TransferWithdrawn:
    """The giving clinic keeps the patient after all."""

    type: ClassVar[str] = "intake.transfer.withdrawn.v1"
    reason: Code


@dataclass(frozen=True, slots=True)
class CredentialRecorded:
    """A practitioner's licence to act in a role. Subject: the practitioner's id.

    `ended`: it holds no longer, from the day of the event on.
    """

    type: ClassVar[str] = "intake.credential.recorded.v1"
    role: Role
    licence: Id
    valid_from: date
    valid_until: date
    ended: bool = False
