"""The analysts' stream: the link that consent allows, and what must be said under it, sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.outcomes.application.documents import (
    STREAM_CLASSES,
    STREAM_CLINICS,
    STREAM_KEYS,
    STREAM_SUBJECTS,
)
from services.outcomes.domain import trajectory as facts
from services.outcomes.domain.axis.results import Result
from services.outcomes.domain.stream import classes
from services.outcomes.domain.stream import publishing as stream
from services.outcomes.domain.stream.classes import StreamClass, Tellable
from services.outcomes.domain.stream.publishing import StreamClinic, StreamKey, StreamSubject
from services.outcomes.domain.trajectory import StreamLink, Trajectory
from shared.codec.stream_records import Within, sealed
from shared.contracts.outcomes import PatientFollowed, StreamSealed
from shared.kernel.policy import Policy
from shared.kernel.sealing import RecordKeys, Unreadable
from shared.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AnalystsStream:
    """What one step may say to analysts."""

    uow: UnitOfWork
    policy: Policy
    keys: RecordKeys

    def linked(self, trajectory: Trajectory) -> Trajectory:
        """The link that consent allows: withdrawn where consent was broken since, new where
        given."""
        since, link = facts.consenting_since(trajectory), trajectory.stream
        if link and (since is None or link.since < since):
            self._withdraw(link.token)
            link = None
        if since is None:
            return replace(trajectory, stream=None)
        link = link or StreamLink(self._new_subject(), since)
        return replace(trajectory, stream=replace(link, since=since))

    def published(
        self,
        trajectory: Trajectory,
        outcome: Sequence[Result],
        followed: PatientFollowed | None,
        at: datetime,
    ) -> Trajectory:
        """The trajectory as this step must save it: its place in the relay's order is also that
        of what was said. `at`: from when to count, where more may be told later."""
        link = trajectory.stream
        if link is None:
            return trajectory
        trajectory, may = self._tellable(trajectory)
        before = self.uow.get(STREAM_SUBJECTS, link.token) or StreamSubject(link.token)
        subject, described = stream.describe(before, may, followed)
        subject, news = stream.publish(subject, may, outcome)
        subject, ended = stream.retract(subject, trajectory.corrected)
        if said := self._sealed(link.token, [*described, *news, *ended]):
            self.uow.save(STREAM_SUBJECTS, subject, *said)
        waits = classes.waiting(trajectory, may, self.uow.clinic, self.policy)
        return replace(trajectory, stream=classes.looking(link, waits, at))

    def _new_subject(self) -> str:
        token = self.uow.token()
        wrapped, _ = self.keys.create(token)
        self.uow.add(STREAM_KEYS, StreamKey(token, wrapped))
        return token

    def _withdraw(self, token: str) -> None:
        """Every copy of what was said is destroyed with the key (OUT-9)."""
        subject = self.uow.get(STREAM_SUBJECTS, token) or StreamSubject(token)
        erased, withdrawn = stream.withdraw(subject)
        self.uow.save(STREAM_SUBJECTS, erased, withdrawn)
        self.uow.save(STREAM_KEYS, StreamKey(token, ""))

    def _sealed(self, token: str, records: Sequence[Within]) -> list[StreamSealed]:
        """Nothing where the key cannot be opened: no alert may wait for the analysts' stream
        (OUT-4), which is told all of it once the key can be opened again."""
        if not records:
            return []
        stored = self.uow.get(STREAM_KEYS, token)
        try:
            key = self.keys.unlock(token, stored.wrapped if stored else "")
        except Unreadable:
            return []
        return [sealed(each, key) for each in records]

    def _tellable(self, trajectory: Trajectory) -> tuple[Trajectory, Tellable]:
        clinic, policy = self.uow.clinic, self.policy
        ids = classes.classes_of(trajectory, clinic)
        self.uow.ahead(STREAM_CLASSES, ids)
        known = {each: self.uow.get(STREAM_CLASSES, each) or StreamClass(each) for each in ids}
        trajectory, more = classes.counted(trajectory, known.values(), policy)
        for each in more:
            self.uow.save(STREAM_CLASSES, each)
            known[each.id] = each
        may = classes.tellable(trajectory, clinic, known.values(), policy)
        return trajectory, replace(may, clinic_token=self._clinic_token(may))

    def _clinic_token(self, may: Tellable) -> str | None:
        if not may.clinic_routes:
            return None
        clinic = self.uow.clinic
        known = self.uow.get(STREAM_CLINICS, clinic)
        if known is None:
            known = StreamClinic(clinic, self.uow.token())
            self.uow.save(STREAM_CLINICS, known)
        return known.token
