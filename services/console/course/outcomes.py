"""What outcomes knows of a patient: each assessment with its score and what it means."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.console.course.moments import Moment, at
from shared.contracts.topics import OUTCOMES

Said = Mapping[str, Any]


def of_trajectory(said: Said) -> Iterator[Moment]:
    for each in said["results"]:
        if not each["retracted"]:
            yield _result(each)


def _result(said: Said) -> Moment:
    score = "not complete" if said["score"] is None else f"{said['score']:g}"
    words = "; ".join([f"{said['instrument'].upper()} {score}", *_means(said)])
    mark = "result" if said["primary"] else ""
    when, known = at(said["answered_at"]), said["assessment_id"]
    return Moment(when, OUTCOMES, "Assessment", words, _state(said), known, mark)


def _means(said: Said) -> Iterator[str]:
    if said["change"] is not None and said["after_dose"]:
        yield f"{said['change']:+g} since baseline"
    states = {
        "response": said["response"],
        "remission": said["remission"],
        "response lost": said["relapse"],
        "deteriorated": said["deteriorated"],
        "off track": said["off_track"],
    }
    yield from (name for name, is_so in states.items() if is_so)


def _state(said: Said) -> str:
    if said["relapse"] or said["deteriorated"] or said["off_track"]:
        return "warn"
    return "ok" if said["response"] or said["remission"] else "info"
