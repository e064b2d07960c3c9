"""The analysts' stream: the link that consent allows, and what must be said under it."""

from dataclasses import replace

from services.outcomes.application.documents import STREAM_SUBJECTS
from services.outcomes.domain import trajectory as facts
from services.outcomes.domain.axis.results import Result
from services.outcomes.domain.stream import publishing as stream
from services.outcomes.domain.stream.publishing import StreamSubject
from services.outcomes.domain.trajectory import StreamLink, Trajectory
from shared.storage.unit_of_work import UnitOfWork


def linked(trajectory: Trajectory, uow: UnitOfWork) -> Trajectory:
    """The link that consent allows: withdrawn where consent was broken since, new where given."""
    since, link = facts.consenting_since(trajectory), trajectory.stream
    if link and (since is None or link.since < since):
        subject = uow.require(STREAM_SUBJECTS, link.token)
        uow.save(STREAM_SUBJECTS, *stream.withdraw(subject))
        link = None
    if since is None:
        return replace(trajectory, stream=None)
    return replace(trajectory, stream=StreamLink(link.token if link else uow.token(), since))


def published(trajectory: Trajectory, outcome: tuple[Result, ...], uow: UnitOfWork) -> Trajectory:
    link = trajectory.stream
    if link:
        known = uow.get(STREAM_SUBJECTS, link.token)
        subject, news = stream.publish(
            known or StreamSubject(link.token), trajectory.indication, outcome
        )
        subject, ended = stream.retract(subject, trajectory.indication, trajectory.corrected)
        if news or ended or not known:
            uow.save(STREAM_SUBJECTS, subject, *news, *ended)
    return trajectory
