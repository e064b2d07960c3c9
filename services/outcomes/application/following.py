"""What follows from a patient's facts, whichever came: judgement, summary, reports, stream."""

from services.outcomes.application.documents import SUMMARIES, TRAJECTORIES
from services.outcomes.application.publishing import linked, published
from services.outcomes.domain.axis.results import results
from services.outcomes.domain.progress import news
from services.outcomes.domain.summary import summarise
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def follow(trajectory: Trajectory, uow: UnitOfWork, policy: Policy) -> None:
    """What follows from the facts: the judgement, the stream and the link to it, the summary."""
    outcome = results(trajectory, policy)
    known = uow.get(SUMMARIES, trajectory.patient_id)
    summary = summarise(trajectory, outcome, policy)
    uow.save(SUMMARIES, summary, *news(known.progress if known else None, summary.progress))
    uow.save(TRAJECTORIES, published(linked(trajectory, uow), outcome, uow))
