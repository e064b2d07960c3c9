"""What follows from a patient's facts, whichever came: judgement, summary, reports, stream."""

from dataclasses import replace

from services.outcomes.application.documents import SUMMARIES, TRAJECTORIES
from services.outcomes.application.publishing import AnalystsStream
from services.outcomes.domain.axis.results import results
from services.outcomes.domain.commands import LookAgain
from services.outcomes.domain.progress import news
from services.outcomes.domain.stream.classes import looked
from services.outcomes.domain.summary import summarise
from services.outcomes.domain.telling import NOTHING, tell
from services.outcomes.domain.trajectory import Trajectory
from shared.kernel.policy import Policy
from shared.kernel.sealing import RecordKeys
from shared.storage.unit_of_work import UnitOfWork


def follow(trajectory: Trajectory, uow: UnitOfWork, policy: Policy, keys: RecordKeys) -> None:
    """What follows from the facts. One document speaks on one topic only: readers of a topic
    count the events of each document, so that nobody misses one."""
    outcome = results(trajectory, policy)
    known = uow.get(SUMMARIES, trajectory.patient_id)
    told, reported = tell(known.told if known else NOTHING, trajectory, outcome)
    summary = replace(summarise(trajectory, outcome, policy), told=told)
    uow.save(SUMMARIES, summary, *reported)
    judged = news(known.progress if known else None, summary.progress)
    stream = AnalystsStream(uow, policy, keys)
    linked = stream.linked(trajectory)
    uow.save(TRAJECTORIES, stream.published(linked, outcome, told.followed, uow.at), *judged)


def look_again(command: LookAgain, uow: UnitOfWork, policy: Policy, keys: RecordKeys) -> None:
    """More people may be on the stream by now, so that more may be told of this one."""
    trajectory = looked(uow.require(TRAJECTORIES, command.patient_id))
    summary = uow.require(SUMMARIES, command.patient_id)
    outcome, stream = results(trajectory, policy), AnalystsStream(uow, policy, keys)
    said = stream.published(trajectory, outcome, summary.told.followed, command.struck_at)
    uow.save(TRAJECTORIES, said)
