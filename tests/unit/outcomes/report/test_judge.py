"""The whole report again, in plain Python from the rows; both must say the same."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import fmean
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.outcomes.analytics.report.counting.tally import PART_OF, counted
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.report.shapes import NetworkReport, Rate
from shared.contracts.outcomes import PatientFollowed, PatientResult
from tests.kit.analytics import AS_OF, FIRST_DOSE_ON, Row, a_patient, a_result, frames_of
from tests.kit.outcomes import POLICY

_LAST_DAY = {"end": 7, "week-4": 35, "month-3": 111, "month-6": 210}
_RESULT = st.fixed_dictionaries(
    {
        "day": st.integers(-5, 230),
        "score": st.one_of(st.none(), st.integers(0, 27)),
        "window": st.sampled_from([None, *_LAST_DAY]),
        "off_track": st.sampled_from([None, True, False]),
    }
)
_PERSON = st.fixed_dictionaries(
    {
        "clinic": st.sampled_from(["harbor", "summit"]),
        "doses": st.integers(0, 3),
        "base": st.one_of(st.none(), st.integers(0, 27)),
        "ago": st.integers(0, 400),
        "results": st.lists(_RESULT, max_size=5, unique_by=lambda each: each["day"]),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_PERSON, min_size=1, max_size=8), st.randoms())
def test_the_report_is_what_plain_python_makes_of_the_rows(
    persons: list[dict[str, Any]], order: random.Random
) -> None:
    rows = [row for number, each in enumerate(persons) for row in _rows(f"p{number}", each)]
    report = network_report(frames_of(rows), ("clinic",), POLICY)
    clinics = {row.clinic for row in rows if _doses(row)}

    assert [item.clinic for item in report.items] == sorted(clinics)
    for item in report.items:
        _judge(item, [row for row in rows if row.clinic == item.clinic])
    order.shuffle(rows)
    assert network_report(frames_of(rows), ("clinic",), POLICY) == report


@settings(max_examples=30, deadline=None)
@given(st.lists(_PERSON, min_size=1, max_size=8))
def test_every_count_is_of_people_that_its_wholes_hold(persons: list[dict[str, Any]]) -> None:
    rows = [row for number, each in enumerate(persons) for row in _rows(f"p{number}", each)]

    for each in counted(frames_of(rows), ("clinic",), POLICY):
        assert set(each.counts) == {"patients", *PART_OF}
        for name, wholes in each.part_of.items():
            for whole in [wholes] if isinstance(wholes, str) else wholes:
                assert each.counts[name] <= _size(whole, each.counts)


def _size(whole: str, counts: Any) -> int:
    if not whole.startswith("not "):
        return int(counts[whole])
    part = whole.removeprefix("not ")
    return int(counts[PART_OF[part]] - counts[part])


def _rows(who: str, person: dict[str, Any]) -> list[Row]:
    first = AS_OF.date() - timedelta(days=person["ago"])
    last = first + timedelta(days=7)
    patient = a_patient(
        who, person["clinic"], doses=person["doses"], first_dose_on=first, last_dose_on=last
    )
    shift = (first - FIRST_DOSE_ON).days
    results = []
    for each in person["results"]:
        after = each["day"] > 0 and person["doses"] > 0
        given = {"response": None} if not after else {}
        row = a_result(
            who,
            each["score"],
            person["base"],
            person["clinic"],
            study_day=each["day"],
            after_dose=2 if after else 0,
            window=each["window"] if after else None,
            off_track=each["off_track"],
            answered_at=AS_OF + timedelta(days=shift + each["day"]),
            **given,
        )
        results.append(row)
    return [patient, *results]


def _doses(row: Row) -> bool:
    return isinstance(row.data, PatientFollowed) and row.data.doses > 0


def _judge(item: Any, rows: Sequence[Row]) -> None:
    patients = {row.patient_id: row.data for row in rows if _doses(row)}
    results: dict[str, list[PatientResult]] = {who: [] for who in patients}
    for row in sorted(rows, key=lambda each: getattr(each.data, "answered_at", AS_OF)):
        if isinstance(row.data, PatientResult) and row.patient_id in results:
            results[row.patient_id].append(row.data)
    based = [who for who, of in results.items() if any(each.baseline is not None for each in of)]
    assert item.patients.value == len(patients)
    assert item.with_baseline.value == len(based)
    for at in item.windows:
        _judge_window(at, patients, results)


def _judge_window(at: Any, patients: Any, results: dict[str, list[PatientResult]]) -> None:
    due = [who for who, of in patients.items() if _is_due(at.window, of.last_dose_on)]
    observed, carried = {}, {}
    for who in due:
        after = [each for each in results[who] if each.after_dose and each.score is not None]
        until = [each for each in after if _is_until(at.window, each, patients[who])]
        own = after if at.window == "latest" else [e for e in after if e.window == at.window]
        if own:
            observed[who] = own[-1]
        if own or until:
            carried[who] = (own or until)[-1]
    assert (at.due.value, at.observed.value) == (len(due), len(observed))
    for name in ("response", "remission", "improved", "deteriorated"):
        sides = getattr(at, name)
        _judge_rate(sides.observed, name, observed.values(), len(due) - len(observed))
        _judge_rate(sides.carried, name, carried.values(), len(due) - len(carried))
    for told, of in ((at.change, observed), (at.change_carried, carried)):
        changes = [each.change for each in of.values() if each.change is not None]
        assert told.n == len(changes)
        assert told.mean == (_half_up(Decimal(fmean(changes)), "0.01") if changes else None)


def _is_due(window: str, last_dose_on: date) -> bool:
    if window == "latest":
        return True
    return last_dose_on + timedelta(days=_LAST_DAY[window]) <= AS_OF.date()


def _is_until(window: str, result: PatientResult, patient: PatientFollowed) -> bool:
    assert patient.first_dose_on
    assert patient.last_dose_on
    assert result.study_day is not None
    last_day = (patient.last_dose_on - patient.first_dose_on).days
    return window == "latest" or result.study_day <= last_day + _LAST_DAY[window]


def _judge_rate(rate: Rate, name: str, results: Any, lost: int) -> None:
    if name == "improved":
        said = [each.reliable and each.reliable == "improved" for each in results]
    else:
        said = [getattr(each, name) for each in results]
    known = [each for each in said if each is not None]
    assert (rate.numerator, rate.denominator, rate.lost) == (sum(known), len(known), lost)
    expected = Decimal(100 * sum(known)) / len(known) if known else None
    assert rate.percent == (None if expected is None else _half_up(expected, "0.1"))


def _half_up(value: Decimal, step: str) -> float:
    return float(value.quantize(Decimal(step), ROUND_HALF_UP))


def test_the_report_knows_its_definitions_and_warns() -> None:
    report: NetworkReport = network_report(frames_of([a_patient(), a_result()]), (), POLICY)

    assert report.rules == ("phq-9/states/1",)
    assert any("not an effect of the drug" in each for each in report.warnings)
