"""What the network's own reports are told of a patient, whatever the patient consented to.

A result again only when it says something else; nothing about alcohol and drugs (OUT-6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter

from services.outcomes.domain.axis.result import Result, digest, emptied
from services.outcomes.domain.trajectory import Trajectory
from shared.contracts.instruments import INSTRUMENTS, InstrumentCode
from shared.contracts.outcomes import Measured, PatientFollowed, PatientResult
from shared.contracts.site import Indication

TAKEN_BACK = "taken-back"
_MEASURED = tuple(each.name for each in fields(Measured))
_measured = attrgetter(*_MEASURED)


@dataclass(frozen=True, slots=True)
class ToldResult:
    """The last revision of one result; `content`: its digest, or TAKEN_BACK."""

    assessment_id: str
    revision: int
    content: str


@dataclass(frozen=True, slots=True)
class Told:
    results: tuple[ToldResult, ...] = ()
    followed: PatientFollowed | None = None


NOTHING = Told()


def tell(
    told: Told, trajectory: Trajectory, results: Sequence[Result]
) -> tuple[Told, list[PatientResult | PatientFollowed]]:
    """What must be told now, and what has been told then.

    What counts no longer gets one last revision without numbers, also if it was never told:
    whatever came first, reports end with the same records.
    """
    known = {each.assessment_id: each for each in told.results}
    news = [
        *_of_results(known, trajectory.indication, results),
        *_of_taken_back(known, trajectory, {each.assessment_id for each in results}),
    ]
    followed = _followed(told.followed, trajectory)
    moved = [] if followed == told.followed else [followed]
    return Told(tuple(known.values()), followed), [*news, *moved]


def _of_results(
    known: dict[str, ToldResult], indication: Indication, results: Iterable[Result]
) -> list[PatientResult]:
    news = []
    for result in results:
        values = _measured(result)
        if not _is_told(result.instrument):
            continue
        if (told := _next(known, result.assessment_id, digest((indication, values)))) is None:
            continue
        news.append(
            PatientResult(
                **dict(zip(_MEASURED, values, strict=True)),
                assessment_id=told.assessment_id,
                revision=told.revision,
                indication=indication,
                answered_at=result.answered_at,
            )
        )
    return news


def _of_taken_back(
    known: dict[str, ToldResult], trajectory: Trajectory, counting: set[str]
) -> list[PatientResult]:
    return [
        PatientResult(
            **emptied(each),
            assessment_id=each.id,
            revision=told.revision,
            indication=trajectory.indication,
            answered_at=each.answered_at,
        )
        for each in trajectory.assessments
        if each.id not in counting and _is_told(each.instrument)
        if (told := _next(known, each.id, TAKEN_BACK))
    ]


def _next(known: dict[str, ToldResult], assessment_id: str, content: str) -> ToldResult | None:
    """The revision that says `content`, noted as told; None: that is what was said last."""
    before = known.get(assessment_id)
    if before and before.content == content:
        return None
    told = ToldResult(assessment_id, before.revision + 1 if before else 0, content)
    known[assessment_id] = told
    return told


def _is_told(instrument: InstrumentCode) -> bool:
    """Of alcohol and drugs nothing is told: 42 CFR Part 2 (clinical reference 6)."""
    return INSTRUMENTS[instrument].measures != "substance-use"


def _followed(before: PatientFollowed | None, trajectory: Trajectory) -> PatientFollowed:
    """The same again, or the next revision where the patient is elsewhere by now."""
    doses, courses = trajectory.doses, trajectory.courses
    now = PatientFollowed(
        revision=before.revision if before else 0,
        indication=trajectory.indication,
        route=courses[-1].route if courses else None,
        doses=len(doses),
        integrations=len(trajectory.integrations),
        first_dose_on=doses[0].at.date() if doses else None,
        last_dose_on=doses[-1].at.date() if doses else None,
    )
    return now if before in (None, now) else replace(now, revision=now.revision + 1)
