"""What the network's clinics achieve: counts of patients, never a rate without its denominator.

A pure function of summaries. OUT-2, OUT-3, OUT-8; what analysts may not see: disclosure.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from services.outcomes.domain.axis.results import half_up
from services.outcomes.domain.disclosure import disclosable
from services.outcomes.domain.summary import Summary
from shared.contracts.instruments import InstrumentCode
from shared.contracts.site import Indication


@dataclass(frozen=True, slots=True)
class Count:
    value: int | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """`percent` is null where nobody is in the denominator."""

    numerator: int | None
    denominator: int | None
    percent: float | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Median:
    """`of`: how many patients it is the median of."""

    of: int | None
    value: float | None
    suppressed: bool = False


@dataclass(frozen=True, slots=True)
class MedianChange:
    after_dose: int
    change: Median


@dataclass(frozen=True, slots=True)
class GroupOutcome:
    """One clinic's patients of one indication who had a dose.

    `response` is of those with a baseline above 0 and a score after a dose, `remission` of those
    with a score after a dose (OUT-3). Both count the best state after any dose.
    """

    clinic: str
    indication: Indication
    instrument: InstrumentCode
    patients: Count
    with_baseline: Count
    observed: Count
    response: Rate
    remission: Rate
    sessions_to_response: Median
    changes: tuple[MedianChange, ...]


Members = dict[str, frozenset[str]]


def network_outcomes(
    summaries: Iterable[tuple[str, Summary]], cells_min: int = 0
) -> list[GroupOutcome]:
    """A row per clinic and indication, from (clinic, summary) pairs.

    `cells_min`: no count from 1 to below it is shown, nor can be worked out from its row.
    """
    groups: dict[tuple[str, str], list[Summary]] = {}
    for clinic, summary in summaries:
        if summary.doses:
            groups.setdefault((clinic, summary.indication), []).append(summary)
    return [
        _Row(cohort, cells_min).outcome(clinic) for (clinic, _), cohort in sorted(groups.items())
    ]


class _Row:
    """The named sets of patients behind one row, and which of them may be shown."""

    def __init__(self, cohort: Sequence[Summary], cells_min: int) -> None:
        self._cohort = cohort
        self._doses = sorted({each.after_dose for one in cohort for each in one.changes})
        self._members = _members(cohort, self._doses)
        self._shown = disclosable(self._members, cells_min)

    def outcome(self, clinic: str) -> GroupOutcome:
        to_response = {each.patient_id: each.sessions_to_response for each in self._cohort}
        return GroupOutcome(
            clinic=clinic,
            indication=self._cohort[0].indication,
            instrument=self._cohort[0].instrument,
            patients=self._count("patients"),
            with_baseline=self._count("with-baseline"),
            observed=self._count("observed"),
            response=self._rate("responded", "response-known"),
            remission=self._rate("remitted", "remission-known"),
            sessions_to_response=self._median("responded", to_response.values()),
            changes=tuple(MedianChange(dose, self._change_after(dose)) for dose in self._doses),
        )

    def _change_after(self, dose: int) -> Median:
        changes = [
            each.change for one in self._cohort for each in one.changes if each.after_dose == dose
        ]
        return self._median(f"changed-{dose}", changes)

    def _count(self, name: str) -> Count:
        return Count(len(self._members[name])) if name in self._shown else Count(None, True)

    def _rate(self, part: str, whole: str) -> Rate:
        numerator, denominator = self._count(part), self._count(whole)
        percent = None
        if numerator.value is not None and denominator.value:
            percent = half_up(Decimal(numerator.value) * 100 / denominator.value)
        hidden = numerator.suppressed or denominator.suppressed
        return Rate(numerator.value, denominator.value, percent, hidden)

    def _median(self, name: str, values: Iterable[float | None]) -> Median:
        if name not in self._shown:
            return Median(None, None, True)
        known = [Decimal(value) for value in values if value is not None]
        return Median(len(known), half_up(median(known)) if known else None)


def _members(cohort: Sequence[Summary], doses: Sequence[int]) -> Members:
    """Which patients each count counts; the most wanted first, for they are shown first."""

    def those(wanted: Iterable[bool]) -> frozenset[str]:
        pairs = zip(cohort, wanted, strict=True)
        return frozenset(each.patient_id for each, is_wanted in pairs if is_wanted)

    members = {
        "patients": those(True for _ in cohort),
        "response-known": those(each.responded is not None for each in cohort),
        "responded": those(each.responded is True for each in cohort),
        "observed": those(each.last is not None for each in cohort),
        "remission-known": those(each.remitted is not None for each in cohort),
        "remitted": those(each.remitted is True for each in cohort),
        "with-baseline": those(each.baseline is not None for each in cohort),
    }
    for dose in doses:
        had = [any(change.after_dose == dose for change in each.changes) for each in cohort]
        members[f"changed-{dose}"] = those(had)
    return members
