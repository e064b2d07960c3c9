"""What waits for somebody at the clinic: holds, answers of risk, what is late, who looked in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.console.board.words import session_name, spoken, token
from services.console.reading import Answer
from services.console.words import ago, instant, span

Said = Mapping[str, Any]
SHOWN_MAX = 7
TASKS = {
    "rems-form": "REMS form to be sent",
    "record-unsigned": "Record to be signed",
    "sae-escalation": "Serious adverse event to be escalated",
    "integration-follow-up": "Goal to be followed up",
}


@dataclass(frozen=True, slots=True)
class Item:
    """`what` in bold, `words` beside it. `patient_id` empty: it is about nobody in particular."""

    state: str
    what: str
    words: str
    patient_id: str = ""

    @property
    def patient(self) -> str:
        return token(self.patient_id)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One list. `fault`: why it, or some of it, cannot be shown. `count`: of so many `items` may
    be the first; `more`: and there are more than were counted."""

    title: str
    nothing: str
    items: tuple[Item, ...] = ()
    fault: str = ""
    count: int = 0
    more: bool = False

    @property
    def state(self) -> str:
        if self.fault:
            return "unknown"
        return min((each.state for each in self.items), default="ok", key=_ORDER.index)


_ORDER = ("bad", "warn", "info", "unknown", "ok")


def holds(answer: Answer) -> Waiting:
    return _listed(answer, "Held: no dosing", "Nobody is held.", _hold)


def risks(answer: Answer) -> Waiting:
    """One line for each patient and rule, the gravest and newest first."""
    title, nothing = "Answers of risk", "No answer waits for a clinician."
    if not answer.data:
        return Waiting(title, nothing, fault=answer.fault)
    by_rule: dict[tuple[str, str], list[Said]] = {}
    for each in sorted(answer.data["items"], key=lambda one: str(one["answered_at"]), reverse=True):
        by_rule.setdefault((each["patient_id"], each["rule"]), []).append(each)
    lines = sorted(map(_risk, by_rule.values()), key=lambda each: _ORDER.index(each.state))
    return _cut(title, nothing, lines, more=bool(answer.data["next"]))


def unready(found: Iterable[tuple[Said, Answer]], appointments: Answer) -> Waiting:
    """Of today's dosing that is still to come: what is missing for it."""
    title, nothing = "Not ready for their dose", "Whoever is to be dosed today may be."
    if appointments.fault:
        return Waiting(title, nothing, fault=appointments.fault)
    away = next((answer.fault for _, answer in found if answer.fault), "")
    items = [
        Item(
            "warn",
            session_name("dosing", said["dose_number"]),
            _blockers(answer),
            said["patient_id"],
        )
        for said, answer in found
        if answer.data and not answer.data["ready"]
    ]
    held = [
        Item(
            "warn",
            session_name(each["session"], each["dose_number"]),
            f"held: {spoken(each['reason'])}",
            each["patient_id"],
        )
        for each in appointments.data["items"]
        if each["status"] == "pending"
    ]
    return _cut(title, nothing, [*held, *items], fault=away)


def integrations(answer: Answer, now: datetime) -> Waiting:
    def one(said: Said) -> Item:
        late = (now - datetime.fromisoformat(said["due_at"])).total_seconds()
        what = f"After dose {said['dose_number']}"
        return Item(
            "warn", what, f"{_roughly(late)} overdue: book an integration", said["patient_id"]
        )

    return _listed(answer, "Integrations overdue", "Every dose is integrated in time.", one)


def tasks(answer: Answer, now: datetime) -> Waiting:
    def one(said: Said) -> Item:
        left = (datetime.fromisoformat(said["due_at"]) - now).total_seconds()
        state = "bad" if left <= 0 else "warn" if said["status"] == "due-soon" else "unknown"
        when = f"{_roughly(-left)} overdue" if left <= 0 else f"due in {_roughly(left)}"
        return Item(state, TASKS.get(said["kind"], spoken(said["kind"])), when, said["patient_id"])

    ordered = answer
    if answer.data:
        items = sorted(answer.data["items"], key=lambda each: str(each["due_at"]))
        ordered = Answer(answer.service, answer.status, {**answer.data, "items": items})
    return _listed(ordered, "Tasks", "Nothing is to be done.", one)


def broken_glass(answers: Sequence[Answer]) -> Waiting | None:
    """Who of the network read records here in an emergency; None where no service keeps that."""
    known = [answer for answer in answers if answer.status != 404]
    if not known:
        return None
    rows = [row for answer in known if answer.data for row in answer.data["items"]]
    rows.sort(key=lambda row: str(row["at"]), reverse=True)
    title, nothing = "Break-glass reads", "Nobody of the network has read records here."
    items = [_broken(row) for row in rows]
    fault = next((answer.fault for answer in known if answer.fault), "")
    return _cut(title, nothing, items, fault=fault)


def _roughly(seconds: float) -> str:
    """The largest unit alone: who waits for a week does not wait for the minute."""
    return " ".join(span(seconds).split(" ")[:2])


def _hold(said: Said) -> Item:
    words = " ".join(each["words"] for each in said["reasons"])
    return Item("bad", f"Held since {instant(said['raised_at'])}", words, said["patient_id"])


def _risk(said: Sequence[Said]) -> Item:
    """The same of one patient, the newest first."""
    newest = said[0]
    state = "bad" if newest["level"] == "high" else "warn"
    times = f", {len(said)} times" if len(said) > 1 else ""
    what = f"{newest['instrument'].upper()}, {newest['level']}{times}"
    words = f"{instant(newest['answered_at'])}. {newest['words']}"
    return Item(state, what, words, newest["patient_id"])


def _broken(row: Said) -> Item:
    words = f"{row['reason']} ({row['service']}, {row['path']}, {ago(row['at'])})"
    return Item("info", str(row["who"]), words, row["subject"] or "")


def _blockers(answer: Answer) -> str:
    return " ".join(str(each["words"]) for each in answer.data["blockers"])


def _listed(answer: Answer, title: str, nothing: str, one: Callable[[Said], Item]) -> Waiting:
    if not answer.data:
        return Waiting(title, nothing, fault=answer.fault)
    data = answer.data
    found = [one(each) for each in data["items"]]
    return _cut(title, nothing, found, more=bool(data.get("more") or data.get("next")))


def _cut(
    title: str, nothing: str, found: Sequence[Item], *, fault: str = "", more: bool = False
) -> Waiting:
    return Waiting(title, nothing, tuple(found[:SHOWN_MAX]), fault, len(found), more)
