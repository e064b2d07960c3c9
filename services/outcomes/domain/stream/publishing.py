"""The analysts' stream: what has been published under a token, and what must be published now.

Nothing that leaves here names a patient, a clinic or a date (OUT-6), nor can be led back to one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.outcomes.domain.axis.result import Result, digest
from services.outcomes.domain.scoring import Assessment
from services.outcomes.domain.stream.classes import Tellable
from services.outcomes.domain.stream.deidentified import (
    content_of,
    result_of,
    subject_of,
    taken_back,
)
from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.outcomes import (
    OutcomeResult,
    OutcomeSubject,
    PatientFollowed,
    SubjectWithdrawn,
)


@dataclass(frozen=True, slots=True)
class Published:
    """The last revision of one result. `assessment_id` never leaves the store."""

    assessment_id: str
    result_id: str
    revision: int
    content: str
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class StreamSubject:
    """`said`: the last revision of the subject itself; None: nothing yet."""

    token: str
    results: tuple[Published, ...] = ()
    said: OutcomeSubject | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class StreamKey:
    """A subject's key as it is stored; destroyed: empty. Nothing here leads to the patient."""

    token: str
    wrapped: str


@dataclass(frozen=True, slots=True)
class StreamClinic:
    """A clinic's name for analysts: drawn, not made of the clinic's own."""

    clinic: str
    token: str


def publish(
    subject: StreamSubject, may: Tellable, results: Iterable[Result]
) -> tuple[StreamSubject, list[OutcomeResult]]:
    """The new results, and new revisions of those whose content is no longer what was said.

    Of alcohol and drugs nothing is published: 42 CFR Part 2 (clinical reference 6).
    """
    known = {each.assessment_id: each for each in subject.results}
    news = []
    for result in filter(_is_for_analysts, results):
        before = known.get(result.assessment_id)
        # Counted, not derived: the id tells the order within one subject and nothing else.
        result_id = before.result_id if before else f"{subject.token}-{len(known) + 1}"
        revision = before.revision + 1 if before else 0
        content = digest(content_of(subject.token, may, result))
        if before and before.content == content:
            continue
        event = result_of(subject.token, result_id, revision, may, result)
        known[result.assessment_id] = Published(result.assessment_id, result_id, revision, content)
        news.append(event)
    return replace(subject, results=tuple(known.values())), news


def retract(
    subject: StreamSubject, set_aside: Iterable[Assessment]
) -> tuple[StreamSubject, list[OutcomeResult]]:
    """A last revision, without numbers, of each published result that counts no longer."""
    known = {each.assessment_id: each for each in subject.results}
    news = []
    for assessment in set_aside:
        before = known.get(assessment.id)
        if before is None or before.retracted:
            continue
        last = replace(before, revision=before.revision + 1, content="", retracted=True)
        known[assessment.id] = last
        news.append(taken_back(subject.token, last.result_id, last.revision, assessment))
    return replace(subject, results=tuple(known.values())), news


def describe(
    subject: StreamSubject, may: Tellable, followed: PatientFollowed | None
) -> tuple[StreamSubject, list[OutcomeSubject]]:
    """The subject, if it is new or no longer what was said."""
    before = subject.said
    if followed is None:
        return subject, []
    now = subject_of(subject.token, before.revision if before else 0, may, followed)
    if now == before:
        return subject, []
    said = replace(now, revision=now.revision + 1) if before else now
    return replace(subject, said=said), [said]


def withdraw(subject: StreamSubject) -> tuple[StreamSubject, SubjectWithdrawn]:
    """Erases every id that could lead from the token back to the patient (OUT-9)."""
    return StreamSubject(subject.token, withdrawn=True), SubjectWithdrawn(subject.token)


def _is_for_analysts(result: Result) -> bool:
    return INSTRUMENTS[result.instrument].measures != "substance-use"
