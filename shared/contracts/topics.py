"""The catalogue: every topic, who writes it, who hears it, and the types that travel on it."""

from dataclasses import dataclass
from typing import Any

from shared.contracts import documentation, intake, outcomes, scheduling, session_record, site

INTAKE, SCHEDULING, SESSION_RECORD, OUTCOMES = (
    "intake",
    "scheduling",
    "session-record",
    "outcomes",
)
SERVICES = (INTAKE, SCHEDULING, SESSION_RECORD, OUTCOMES)


@dataclass(frozen=True, slots=True)
class Topic:
    """One Kafka topic. `heard_by` are consumer groups, which bear their service's name.

    `reasons`: those that its producer itself gives, few enough to be counted apart. `urgent`:
    types that somebody must hear of though others wait (decision 19). `deidentified`: nothing may
    lead from a person to its records: the journal keeps none once they are sent, and Kafka does
    not say when that was.
    """

    name: str
    producer: str
    heard_by: tuple[str, ...]
    types: tuple[type[Any], ...]
    description: str
    partitions: int = 6
    reasons: frozenset[str] = frozenset()
    urgent: frozenset[str] = frozenset()
    deidentified: bool = False

    @property
    def beats(self) -> bool:
        """Whether its producer's relay says on it how far it is complete: where another service
        hears it. What is for analysts alone stays clean."""
        return bool(self.heard_by)


PATIENT = Topic(
    "intake.patient",
    INTAKE,
    (SCHEDULING, SESSION_RECORD, OUTCOMES),
    (
        intake.PatientRegistered,
        intake.PatientScreened,
        intake.PatientConsented,
        intake.ConsentRevoked,
        intake.PatientCleared,
        intake.ClearanceDeclined,
        intake.ClearanceHeld,
        intake.ClearanceWithdrawn,
        intake.SafetyHoldRaised,
        intake.SafetyHoldLifted,
        intake.ScreeningRetracted,
        intake.EligibilityAssessed,
        intake.WorkUpKnown,
        intake.VitalSignsKnown,
        intake.EscortNamed,
        intake.DuplicateSuspected,
        intake.PatientLinked,
        intake.PatientTransferred,
        intake.PatientErased,
    ),
    "Who may be treated: registration, screening, consent, clearance and safety holds.",
    urgent=frozenset({intake.SafetyHoldRaised.type}),
)
PRACTITIONER = Topic(
    "intake.practitioner",
    INTAKE,
    (SCHEDULING, SESSION_RECORD),
    (intake.PractitionerCredentialed,),
    "Who may act as what at a clinic: roles and the days their licences hold.",
    partitions=2,
)
COURSE = Topic(
    "scheduling.course",
    SCHEDULING,
    (SESSION_RECORD, OUTCOMES),
    (
        scheduling.CourseOpened,
        scheduling.AppointmentBooked,
        scheduling.AppointmentHeld,
        scheduling.AppointmentRestored,
        scheduling.AppointmentCalledOff,
        scheduling.CourseCompleted,
        scheduling.AppointmentProposed,
        scheduling.AppointmentMoved,
        scheduling.AppointmentNotKept,
        scheduling.AttendanceConfirmed,
        scheduling.ReminderDue,
        scheduling.IntegrationOverdue,
        scheduling.IntegrationInTime,
        scheduling.CourseAdapted,
        scheduling.PlanBlocked,
    ),
    "What happens when: courses of care and their appointments.",
    reasons=frozenset({"proposal-expired", "integration-missing", "safety-hold"}),
)
ENCOUNTER = Topic(
    "session-record.encounter",
    SESSION_RECORD,
    (INTAKE, SCHEDULING, OUTCOMES),
    (
        session_record.EncounterOpened,
        session_record.DoseAdministered,
        session_record.VitalsAlarmRaised,
        session_record.AdverseEventRecorded,
        session_record.EncounterCompleted,
        documentation.EncounterSigned,
        documentation.EncounterAmended,
        documentation.TaskRaised,
        documentation.TaskDueSoon,
        documentation.TaskOverdue,
        documentation.TaskClosed,
        session_record.EncounterCancelled,
        session_record.OverrideUsed,
        session_record.MonitoringMissed,
    ),
    "What was done in the room: doses, alarms, adverse events, completed encounters.",
    urgent=frozenset(
        {session_record.VitalsAlarmRaised.type, session_record.AdverseEventRecorded.type}
    ),
)
REMS = Topic(
    "session-record.rems",
    SESSION_RECORD,
    (SCHEDULING,),
    (session_record.SiteCertificateKnown, session_record.PatientEnrolmentKnown),
    "The esketamine REMS: which sites are certified until when, which patients are enrolled.",
    partitions=2,
)
DRUG = Topic(
    "session-record.drug",
    SESSION_RECORD,
    (),
    (session_record.DrugDiscrepancyFound,),
    "Controlled drugs: what is not accounted for when an encounter ends.",
    partitions=2,
)
ASSESSMENT = Topic(
    "outcomes.assessment",
    OUTCOMES,
    (INTAKE, SCHEDULING),
    (outcomes.AssessmentScored, outcomes.RiskRaised, outcomes.ProgressJudged),
    "Scores and risk answers, for use inside the network.",
    urgent=frozenset({outcomes.RiskRaised.type}),
)
FOLLOWED = Topic(
    "outcomes.patient",
    OUTCOMES,
    (),
    (outcomes.PatientResult, outcomes.PatientFollowed),
    "Every patient on the dose axis, for the network's own reports (the analytics process).",
)
STREAM = Topic(
    "outcomes.stream",
    OUTCOMES,
    (),
    (
        outcomes.StreamSealed,
        outcomes.OutcomeResult,
        outcomes.OutcomeSubject,
        outcomes.SubjectWithdrawn,
    ),
    "The analysts' stream: de-identified, on the dose axis, sealed under each subject's key.",
    deidentified=True,
)
TOPICS = (PATIENT, PRACTITIONER, COURSE, ENCOUNTER, REMS, DRUG, ASSESSMENT, FOLLOWED, STREAM)

POSTED: dict[str, tuple[type[Any], ...]] = {
    INTAKE: (
        site.ReferralReceived,
        site.ScreeningAnswered,
        site.DiagnosisMade,
        site.ContraindicationsChecked,
        site.TreatmentHistoryTaken,
        site.MedicationsListed,
        site.WorkUpRecorded,
        site.VitalSignsTaken,
        site.EntryRetracted,
        site.ConsentSigned,
        site.ConsentWithdrawn,
        site.ClearanceDecided,
        site.ClearanceRevoked,
        site.HoldLifted,
        site.EscortIntroduced,
        site.IdentityErased,
        site.DuplicateDecided,
        site.TransferOffered,
        site.TransferAccepted,
        site.TransferWithdrawn,
        site.CredentialRecorded,
    ),
    SCHEDULING: (
        site.ResourceDeclared,
        site.SiteDeclared,
        site.CourseBookingRequested,
        site.CourseBookingForced,
        site.ProposalAccepted,
        site.ProposalDeclined,
        site.AppointmentRescheduled,
        site.AppointmentCancelled,
        site.AppointmentMissed,
        site.AppointmentConfirmed,
        site.CoursePersonalised,
        site.PreferencesStated,
        site.SequenceOverridden,
        site.MaintenanceDecided,
        site.WaitingListJoined,
        site.WaitingListLeft,
        site.GroupOpened,
        site.GroupCancelled,
        site.FeedOpened,
        site.FeedClosed,
    ),
    SESSION_RECORD: (
        site.EncounterArrived,
        site.ObservationRecorded,
        site.MedicationAdministered,
        site.AdverseEventReported,
        site.PatientDischarged,
        site.EncounterFinished,
        site.NoteWritten,
        site.TherapyDocumented,
        site.RemsAnswered,
        site.RemsSubmitted,
        site.AdverseEventEscalated,
        site.RecordSigned,
        site.RecordEntryAmended,
        site.RecordEntryRetracted,
        site.EncounterAbandoned,
        site.DeviceMeasurementRecorded,
        site.InstrumentAnswered,
        site.DrugMoved,
        site.SiteCertified,
        site.PatientEnrolled,
    ),
    OUTCOMES: (site.AssessmentAnswered, site.AssessmentRetracted),
}
DEIDENTIFIED = frozenset(topic.name for topic in TOPICS if topic.deidentified)
TOPIC_OF: dict[str, Topic] = {kind.type: topic for topic in TOPICS for kind in topic.types}
URGENT: frozenset[str] = frozenset().union(*(topic.urgent for topic in TOPICS))
SAFETY: frozenset[str] = frozenset(
    {
        site.ScreeningAnswered.type,
        site.ObservationRecorded.type,
        site.DeviceMeasurementRecorded.type,
        site.InstrumentAnswered.type,
        site.AdverseEventReported.type,
        site.AssessmentAnswered.type,
    }
)
"""Posted types whose answers or readings can raise an alarm: the safety lane, from the site's
spool to Kafka (decision 24). All others are of the routine lane."""
SAFETY_LANE, ROUTINE_LANE = "safety", "routine"


def lane_of(event_type: str) -> str:
    """The lane in which a posted event travels."""
    return SAFETY_LANE if event_type in SAFETY else ROUTINE_LANE


def dead_letter_topic(group: str) -> str:
    return f"{group}.dlq"


def audit_topic(service: str) -> str:
    """Where the heads of its audit chain are written down."""
    return f"{service}.audit"


def heard_by(group: str) -> tuple[Topic, ...]:
    """The topics this consumer group subscribes to."""
    return tuple(topic for topic in TOPICS if group in topic.heard_by)


def beating(producer: str) -> tuple[Topic, ...]:
    """The topics that carry the producer's heartbeats."""
    return tuple(topic for topic in TOPICS if topic.producer == producer and topic.beats)
