"""What outcomes knows of a patient: each assessment with its score and what it means."""

from collections.abc import Container, Iterator, Mapping
from itertools import groupby
from typing import Any

from services.console.course.moments import Moment, at
from shared.contracts.topics import OUTCOMES

Said = Mapping[str, Any]
STATES = ("warn", "ok", "info")
"""The one that matters most first."""


def of_trajectory(said: Said, told: Container[str] = ()) -> Iterator[Moment]:
    """What was answered in one sitting is one moment. `told`: the times of screenings, which intake
    tells; here they are the baseline."""
    shown = [e for e in said["results"] if not e["retracted"] and e["answered_at"] not in told]
    for when, found in groupby(shown, key=lambda each: str(each["answered_at"])):
        sitting = sorted(found, key=lambda each: not each["primary"])
        parts = tuple(map(_words, sitting))
        state = min(map(_state, sitting), key=STATES.index)
        mark = "result" if sitting[0]["primary"] else ""
        yield Moment(at(when), OUTCOMES, "Answers", state=state, mark=mark, parts=parts)


def _words(said: Said) -> str:
    score = "" if said["score"] is None else f" {said['score']:g}"
    return ", ".join([f"{said['instrument'].upper()}{score}", *_means(said)])


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
