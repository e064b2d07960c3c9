"""What analysts are told of a result: the fields listed here and no other (OUT-6).

A field that is new in `Measured` is not published before somebody lists it, having thought of who
could be known by it. No date, no free text, no id of ours.
"""

from operator import attrgetter

from services.outcomes.domain.axis.result import Result, emptied
from services.outcomes.domain.scoring import Assessment
from services.outcomes.domain.stream.classes import Tellable
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject, PatientFollowed

TOLD_AS_IT_IS = (
    "instrument",
    "definition",
    "study_day",
    "after_dose",
    "score",
    "baseline",
    "change",
    "percent_change",
    "response",
    "remission",
    "suicidal_item",
    "suicidal_item_change",
    "retracted",
    "better",
    "primary",
    "rules",
    "since_dose_h",
    "window",
    "horizon",
    "off_window",
    "missing_items",
    "meaningful",
    "reliable",
    "rci",
    "rc_sd",
    "rc_r",
    "clinically_significant",
    "deteriorated",
    "off_track",
    "first_response",
    "relapse",
    "integrations",
)
GENERALISED = ("route",)
"""Tellable only of a class of enough people."""


_told_as_it_is = attrgetter(*TOLD_AS_IT_IS)


def content_of(token: str, may: Tellable, result: Result) -> tuple[object, ...]:
    """All that `result_of` says, but for the ids and revision that are not the result's: far
    cheaper to compare, as nearly always nothing is new."""
    route = may.route(result.route)
    return (token, may.indication, may.clinic(route), route, *_told_as_it_is(result))


def result_of(
    token: str, result_id: str, revision: int, may: Tellable, result: Result
) -> OutcomeResult:
    route = may.route(result.route)
    return OutcomeResult(
        subject_token=token,
        result_id=result_id,
        revision=revision,
        indication=may.indication,
        clinic_token=may.clinic(route),
        route=route,
        **{name: getattr(result, name) for name in TOLD_AS_IT_IS},
    )


def taken_back(token: str, result_id: str, revision: int, assessment: Assessment) -> OutcomeResult:
    """The last revision of what counts no longer."""
    return OutcomeResult(
        subject_token=token,
        result_id=result_id,
        revision=revision,
        indication="other",
        **emptied(assessment),
    )


def subject_of(
    token: str, revision: int, may: Tellable, followed: PatientFollowed
) -> OutcomeSubject:
    """Days are counted from the first dose, as everywhere on the stream."""
    first, last = followed.first_dose_on, followed.last_dose_on
    route = may.route(followed.route)
    return OutcomeSubject(
        subject_token=token,
        revision=revision,
        indication=may.indication,
        clinic_token=may.clinic(route),
        route=route,
        doses=followed.doses,
        integrations=followed.integrations,
        last_dose_day=(last - first).days if first and last else None,
    )
