"""What a rule is, what it is asked about, and what all of them together answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, get_args

from services.intake.domain.patient import Patient
from shared.contracts.site import Route
from shared.kernel.errors import Reason
from shared.kernel.policy import Policy

Level = Literal["decline", "hold", "missing", "review", "note"]
Status = Literal["eligible", "needs-review", "on-hold", "ineligible"]


@dataclass(frozen=True, slots=True)
class About:
    """What is known of the person beside the patient's file."""

    birth_date: date
    obstacles: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules are asked about. `protocol`, `route` and `weighed` belong to a request,
    `obstacles` to the person rather than to this patient's file."""

    patient: Patient
    birth_date: date
    at: datetime
    policy: Policy
    protocol: str = ""
    route: Route | None = None
    weighed: tuple[str, ...] = ()
    obstacles: tuple[Reason, ...] = ()

    @property
    def age(self) -> int:
        born, today = self.birth_date, self.at.date()
        had_birthday = (today.month, today.day) >= (born.month, born.day)
        return today.year - born.year - (not had_birthday)


@dataclass(frozen=True, slots=True)
class Rule:
    """`faults` are the reasons that speak against the case; they bear the rule's source.

    With a `decline` nobody is treated, with a `hold` not yet, nor while evidence is `missing` or
    too old; a `review` waits for a prescriber to weigh and name it; a `note` is told. `ends`: what
    is newly found ends a running clearance (INT-3).
    """

    name: str
    level: Level
    source: str
    faults: Callable[[Case], Iterable[Reason]]
    policy_keys: tuple[str, ...] = ()
    ends: bool = False

    def reasons(self, case: Case) -> list[Reason]:
        found = self.faults(case)
        return [replace(each, source=each.source or self.source) for each in found]


@dataclass(frozen=True, slots=True)
class Examination:
    """`reviews` are not weighed yet, `remarks` are: they and what is only told bar nothing."""

    declines: tuple[Reason, ...]
    blocks: tuple[Reason, ...]
    missing: tuple[Reason, ...]
    reviews: tuple[Reason, ...]
    remarks: tuple[Reason, ...]

    @property
    def holds(self) -> tuple[Reason, ...]:
        return self.blocks + self.missing

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.declines + self.holds + self.reviews

    @property
    def status(self) -> Status:
        if self.declines:
            return "ineligible"
        if self.holds:
            return "on-hold"
        return "needs-review" if self.reviews else "eligible"


def ask(rules: Iterable[Rule], case: Case) -> Examination:
    found: dict[Level, list[Reason]] = {level: [] for level in get_args(Level)}
    for rule in rules:
        for reason in rule.reasons(case):
            weighed = rule.level == "review" and reason.code in case.weighed
            found["note" if weighed else rule.level].append(reason)
    return Examination(*(tuple(reasons) for reasons in found.values()))
