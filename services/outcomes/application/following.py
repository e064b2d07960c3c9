"""What follows from a patient's facts, whichever came: judgement, summary, reports, stream."""

from dataclasses import replace

from services.outcomes.application.documents import SUMMARIES, TRAJECTORIES
from services.outcomes.application.publishing import linked, published
from services.outcomes.domain.axis.results import results
from services.outcomes.domain.progress import news
from services.outcomes.domain.summary import summarise
from services.outcomes.domain.telling import NOTHING, tell
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy
from shared.storage.unit_of_work import UnitOfWork


def follow(trajectory: Trajectory, uow: UnitOfWork, policy: Policy) -> None:
    """What follows from the facts. One document speaks on one topic only: readers of a topic
    count the events of each document, so that nobody misses one."""
    outcome = results(trajectory, policy)
    known = uow.get(SUMMARIES, trajectory.patient_id)
    told, reported = tell(known.told if known else NOTHING, trajectory, outcome)
    summary = replace(summarise(trajectory, outcome, policy), told=told)
    uow.save(SUMMARIES, summary, *reported)
    judged = news(known.progress if known else None, summary.progress)
    uow.save(TRAJECTORIES, published(linked(trajectory, uow), outcome, uow), *judged)
