"""The analysts' stream: what has been published under a token, and what must be published now.

Nothing that leaves here names a patient, a clinic or a date (OUT-6), nor can be led back to one.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from hashlib import sha256

from services.outcomes.domain.axis.results import Result
from services.outcomes.domain.scoring import Assessment
from shared.contracts.instruments import INSTRUMENTS
from shared.contracts.outcomes import Measured, OutcomeResult, SubjectWithdrawn
from shared.contracts.site import Indication


@dataclass(frozen=True, slots=True)
class Published:
    """The last revision of one result. `assessment_id` never leaves the store."""

    assessment_id: str
    result_id: str
    revision: int
    sha256: str
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class StreamSubject:
    token: str
    results: tuple[Published, ...] = ()
    withdrawn: bool = False


def publish(
    subject: StreamSubject, indication: Indication, results: tuple[Result, ...]
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
        event = _event(subject.token, result_id, revision, indication, result)
        digest = _digest(event)
        if before and before.sha256 == digest:
            continue
        known[result.assessment_id] = Published(result.assessment_id, result_id, revision, digest)
        news.append(event)
    return replace(subject, results=tuple(known.values())), news


def retract(
    subject: StreamSubject, indication: Indication, taken_back: Iterable[Assessment]
) -> tuple[StreamSubject, list[OutcomeResult]]:
    """A last revision, without numbers, of each published result that counts no longer."""
    known = {each.assessment_id: each for each in subject.results}
    news = []
    for assessment in taken_back:
        before = known.get(assessment.id)
        if before is None or before.retracted:
            continue
        last = replace(before, revision=before.revision + 1, sha256="", retracted=True)
        known[assessment.id] = last
        news.append(_emptied(subject.token, indication, assessment, last))
    return replace(subject, results=tuple(known.values())), news


def withdraw(subject: StreamSubject) -> tuple[StreamSubject, SubjectWithdrawn]:
    """Erases every id that could lead from the token back to the patient (OUT-9)."""
    erased = replace(subject, results=(), withdrawn=True)
    return erased, SubjectWithdrawn(subject.token)


def _is_for_analysts(result: Result) -> bool:
    return INSTRUMENTS[result.instrument].measures != "substance-use"


def _event(
    token: str, result_id: str, revision: int, indication: Indication, result: Result
) -> OutcomeResult:
    measured = {each.name: getattr(result, each.name) for each in fields(Measured)}
    return OutcomeResult(
        subject_token=token,
        result_id=result_id,
        revision=revision,
        indication=indication,
        **measured,
    )


def _emptied(
    token: str, indication: Indication, assessment: Assessment, last: Published
) -> OutcomeResult:
    return OutcomeResult(
        subject_token=token,
        result_id=last.result_id,
        revision=last.revision,
        indication=indication,
        route=None,
        instrument=assessment.instrument,
        definition=assessment.definition,
        study_day=None,
        after_dose=0,
        score=None,
        baseline=None,
        change=None,
        percent_change=None,
        response=None,
        remission=None,
        suicidal_item=None,
        suicidal_item_change=None,
        retracted=True,
    )


def _digest(event: OutcomeResult) -> str:
    said = [getattr(event, name) for name in _CONTENT]
    return sha256(json.dumps(said).encode()).hexdigest()


_CONTENT = sorted({each.name for each in fields(OutcomeResult)} - {"revision"})
