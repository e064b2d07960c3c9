"""Where outcomes keeps what: the collections, their identities and their Kafka keys."""

from services.outcomes.domain.risk import Alert
from services.outcomes.domain.stream.classes import StreamClass
from services.outcomes.domain.stream.publishing import StreamClinic, StreamKey, StreamSubject
from services.outcomes.domain.summary import Summary
from services.outcomes.domain.trajectory import Trajectory
from shared.storage.documents import Collection

TRAJECTORIES = Collection(
    "trajectories",
    Trajectory,
    lambda each: each.patient_id,
    lambda each: each.patient_id,
    wake=lambda each: each.stream.look_at if each.stream else None,
)
SUMMARIES = Collection(
    "summaries", Summary, lambda each: each.patient_id, lambda each: each.patient_id
)
ALERTS = Collection(
    "alerts",
    Alert,
    lambda each: each.assessment_id,
    lambda each: each.patient_id,
    indexes=(("status",), ("patient_id", "status")),
)
STREAM_SUBJECTS = Collection(
    "stream_subjects",
    StreamSubject,
    lambda each: each.token,
    lambda each: each.token,
    deidentified=True,
    network=True,
)
STREAM_KEYS = Collection(
    "stream_keys",
    StreamKey,
    lambda each: each.token,
    lambda each: each.token,
    deidentified=True,
    network=True,
)
STREAM_CLASSES = Collection(
    "stream_classes", StreamClass, lambda each: each.id, lambda each: each.id, network=True
)
STREAM_CLINICS = Collection(
    "stream_clinics", StreamClinic, lambda each: each.clinic, lambda each: each.clinic, network=True
)
COLLECTIONS = (
    TRAJECTORIES,
    SUMMARIES,
    ALERTS,
    STREAM_SUBJECTS,
    STREAM_KEYS,
    STREAM_CLASSES,
    STREAM_CLINICS,
)
