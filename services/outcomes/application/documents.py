"""Where outcomes keeps what: the collections, their identities and their Kafka keys."""

from services.outcomes.domain.risk import Alert
from services.outcomes.domain.stream.publishing import StreamSubject
from services.outcomes.domain.summary import Summary
from services.outcomes.domain.trajectory import Trajectory
from shared.storage.documents import Collection

TRAJECTORIES = Collection(
    "trajectories", Trajectory, lambda each: each.patient_id, lambda each: each.patient_id
)
SUMMARIES = Collection(
    "summaries",
    Summary,
    lambda each: each.patient_id,
    lambda each: each.patient_id,
    indexes=(("off_track",),),
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
)
COLLECTIONS = (TRAJECTORIES, SUMMARIES, ALERTS, STREAM_SUBJECTS)
