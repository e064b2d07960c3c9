"""What intake knows of a patient: referral, screenings, consent, clearance, hold."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from services.console.board.words import spoken
from services.console.course.moments import Moment, at
from services.console.words import instant
from shared.contracts.topics import INTAKE

Said = Mapping[str, Any]
OUTCOMES = {"granted": "ok", "held": "warn", "declined": "bad", "revoked": "bad"}


def of_patient(said: Said) -> Iterator[Moment]:
    words = f"{spoken(said['indication'])}, {said['diagnosis']}"
    yield Moment(at(said["registered_at"]), INTAKE, "Referred", words)
    for each in said["screenings"]:
        yield _screening(each)
    yield from _work_up(said["work_up"])
    if said["consent"]:
        yield from _consent(said["consent"])
    if said["hold"]:
        words = " ".join(each["words"] for each in said["hold"]["reasons"])
        yield Moment(at(said["hold"]["raised_at"]), INTAKE, "Safety hold", words, "bad")


def of_clearance(said: Said) -> Iterator[Moment]:
    for each in said["history"]:
        outcome = each["outcome"]
        words = " ".join([f"{each['protocol']}.", *(why["words"] for why in each["reasons"])])
        if outcome == "granted" and each["valid_until"]:
            words = f"{each['protocol']}, valid until {instant(each['valid_until'])}."
        decided = at(each["decided_at"])
        yield Moment(decided, INTAKE, f"Clearance {outcome}", words, OUTCOMES[outcome])


def _work_up(said: Sequence[Said]) -> Iterator[Moment]:
    """What was found on one day is one moment, at its last word."""
    ordered = sorted(said, key=lambda each: str(each["at"]))
    for _, found in groupby(ordered, key=lambda each: str(each["at"])[:10]):
        several = list(found)
        words = "; ".join(f"{spoken(e['item'])} {spoken(e['result'])}" for e in several)
        last = several[-1]
        yield Moment(at(last["at"]), INTAKE, "Work-up", words)


def _screening(said: Said) -> Moment:
    """Some instruments are answered and have no total: they sort people into levels."""
    total = said["total"]
    score = "answered" if total is None else f"{total:g}"
    words = f"{said['instrument'].upper()}: {score}"
    return Moment(at(said["at"]), INTAKE, "Screening", words)


def _consent(said: Said) -> Iterator[Moment]:
    words = f"{said['route']}, text {said['text_version']}, until {instant(said['valid_until'])}."
    if said["void"]:
        words = f"{words} Void: it was signed too soon after a dose."
    state = "bad" if said["void"] else "ok"
    yield Moment(at(said["signed_at"]), INTAKE, "Consent signed", words, state)
    if said["withdrawn_at"]:
        yield Moment(at(said["withdrawn_at"]), INTAKE, "Consent withdrawn", "", "bad")
