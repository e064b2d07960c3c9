"""What a clinic site may post, by the service that takes it.

`subject` of every event is the `patient_id`, a random UUID minted by the site at referral
(of resource events: the resource's id). `time` is when it happened at the site.
"""

from shared.contracts.site.intake import (
    ClearanceDecided,
    ClearanceRevoked,
    ConsentSigned,
    ConsentWithdrawn,
    Contraindication,
    ContraindicationsChecked,
    Finding,
    HoldLifted,
    ScreeningAnswered,
    TreatmentHistoryTaken,
    Trial,
)
from shared.contracts.site.outcomes import (
    AssessmentAnswered,
)
from shared.contracts.site.people import (
    CredentialRecorded,
    DuplicateDecided,
    EscortIntroduced,
    IdentityErased,
    ReferralReceived,
    TransferAccepted,
    TransferOffered,
    TransferWithdrawn,
)
from shared.contracts.site.scheduling import (
    AppointmentCancelled,
    CourseBookingRequested,
    ResourceDeclared,
    ResourceKind,
    WeeklyHours,
)
from shared.contracts.site.session_record import (
    AdverseEventReported,
    EncounterArrived,
    EncounterFinished,
    MedicationAdministered,
    ObservationRecorded,
    PatientDischarged,
)
from shared.contracts.site.words import (
    Answer,
    Answers,
    Indication,
    Role,
    Route,
    Staff,
    WorkUpItem,
    WorkUpResult,
)

__all__ = [
    "AdverseEventReported",
    "Answer",
    "Answers",
    "AppointmentCancelled",
    "AssessmentAnswered",
    "ClearanceDecided",
    "ClearanceRevoked",
    "ConsentSigned",
    "ConsentWithdrawn",
    "Contraindication",
    "ContraindicationsChecked",
    "CourseBookingRequested",
    "CredentialRecorded",
    "DuplicateDecided",
    "EncounterArrived",
    "EncounterFinished",
    "EscortIntroduced",
    "Finding",
    "HoldLifted",
    "IdentityErased",
    "Indication",
    "MedicationAdministered",
    "ObservationRecorded",
    "PatientDischarged",
    "ReferralReceived",
    "ResourceDeclared",
    "ResourceKind",
    "Role",
    "Route",
    "ScreeningAnswered",
    "Staff",
    "TransferAccepted",
    "TransferOffered",
    "TransferWithdrawn",
    "TreatmentHistoryTaken",
    "Trial",
    "WeeklyHours",
    "WorkUpItem",
    "WorkUpResult",
]
