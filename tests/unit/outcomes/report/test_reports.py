"""The dose axis, integration, comparison: rules that no published table shows."""

from typing import Any

import pytest

from services.outcomes.analytics.report.comparison import By, comparison_report
from services.outcomes.analytics.report.dose_axis import dose_axis_report
from services.outcomes.analytics.report.integration import integration_report
from services.outcomes.analytics.report.network import network_report
from services.outcomes.analytics.report.shapes import Moved
from services.outcomes.analytics.report.survival import Asked, survival_report
from tests.kit.analytics import Row, a_patient, a_result, frames_of
from tests.kit.outcomes import POLICY


def _ideation(who: str, before: int, now: int) -> list[Row]:
    item: dict[str, Any] = {"suicidal_item": now, "suicidal_item_change": now - before}
    result = a_result(
        who, None, None, instrument="c-ssrs-screener", after_dose=1, horizon="24h", **item
    )
    return [a_patient(who), result]


def test_suicidal_ideation_is_counted_and_never_averaged() -> None:
    pairs = [(4, 0), (3, 0), (2, 0), (3, 1), (2, 2), (0, 0), (1, 3)]
    rows = [row for number, pair in enumerate(pairs) for row in _ideation(f"p{number}", *pair)]

    (item,) = dose_axis_report(frames_of(rows), (), POLICY).items

    assert (item.topic, item.after_dose, item.horizon) == ("suicidality", 1, "24h")
    assert item.change is None
    assert item.moved == Moved(n=7, present=6, improved=4, same=2, worse=1, gone=3, come=0, p=0.25)


@pytest.mark.parametrize(
    ("instrument", "topic"),
    [("shaps-likert", "numbness"), ("bhs", "hopelessness"), ("who-5", "strengths")],
)
def test_relief_is_told_topic_by_topic_after_each_dose(instrument: str, topic: str) -> None:
    rows = [a_patient("p1"), a_patient("p2")]
    for dose in (1, 2):
        for who in ("p1", "p2"):
            day = dose * 5
            given: dict[str, Any] = {"after_dose": dose, "horizon": "7d", "study_day": day}
            rows.append(a_result(who, 30 + dose, 20, instrument=instrument, **given))

    items = dose_axis_report(frames_of(rows), (), POLICY).items

    told = [(e.topic, e.after_dose, e.change and (e.change.n, e.change.mean)) for e in items]
    assert told == [(topic, 1, (2, 11.0)), (topic, 2, (2, 12.0))]


def test_a_strength_that_rises_is_an_effect_for_the_better() -> None:
    rows: list[Row] = []
    for number, score in enumerate((40, 60, 76)):
        who = f"p{number}"
        rows += [a_patient(who), a_result(who, 5, 20)]
        rows.append(a_result(who, score, 30 + number, instrument="who-5"))

    (row,) = network_report(frames_of(rows), (), POLICY).items

    (who_5,) = row.strengths
    assert who_5.change.mean == pytest.approx(27.67)
    assert all(effect.d > 0 for effect in who_5.change.effects)


def test_a_mean_is_of_one_instrument() -> None:
    rows = [a_patient("p1"), a_result("p1"), a_patient("p2", indication="ptsd")]
    rows.append(a_result("p2", 20, 60, instrument="pcl-5", primary=True))

    (both,) = network_report(frames_of(rows), (), POLICY).items
    (one,) = network_report(frames_of(rows), (), POLICY, "phq-9").items

    assert (both.instrument, both.windows[0].change.mean) == ("", None)
    assert (one.instrument, one.windows[0].change.mean) == ("phq-9", -8.0)


def _clinic(name: str, people: int, seen: int, yes: int) -> list[Row]:
    rows: list[Row] = []
    for number in range(people):
        who = f"{name}-{number}"
        rows.append(a_patient(who, name))
        if number < seen:
            rows.append(a_result(who, 5 if number < yes else 19, 20, name))
    return rows


def test_small_and_little_followed_clinics_are_hidden_with_the_reason() -> None:
    rows = [
        *_clinic("large", 60, 50, 25),
        *_clinic("small", 10, 10, 9),
        *_clinic("unfollowed", 40, 23, 20),
        *_clinic("just", 20, 12, 6),
        *_clinic("eleven", 11, 11, 4),
    ]

    answer = comparison_report(frames_of(rows), By("response"), POLICY)

    told = {each.clinic: each for each in answer.items}
    assert told["small"].hidden.startswith("Fewer than 11 people")
    assert told["unfollowed"].hidden.startswith("Fewer than 60 %")
    assert told["small"].numerator is None
    assert told["unfollowed"].estimate is None
    assert [each for each in told if not told[each].hidden] == ["eleven", "just", "large"]
    assert answer.centre == 47.9


def test_a_clinic_far_from_the_others_is_outside_the_funnel() -> None:
    rows = [*_clinic("far", 60, 60, 5)]
    for name in ("a", "b", "c"):
        rows += _clinic(name, 60, 60, 30)

    answer = comparison_report(frames_of(rows), By("response"), POLICY)

    assert {each.clinic: each.outside for each in answer.items} == {
        "a": "",
        "b": "",
        "c": "",
        "far": "99.8",
    }
    assert [each.method for each in answer.pooled] == ["DerSimonian-Laird", "Paule-Mandel"]
    assert all(each.i2 > 50 for each in answer.pooled)


def test_integration_that_came_later_does_not_explain_what_came_before() -> None:
    """The bands are of what was attended up to the result, and up to the first response."""
    rows: list[Row] = []
    for who, attended, hours in (("p1", 0, 100), ("p2", 1, 100), ("p3", 2, 100), ("p4", 0, 10)):
        rows.append(a_patient(who, integrations=9))
        after = 1 if who == "p4" else 2
        given: dict[str, Any] = {
            "after_dose": after,
            "since_dose_h": hours,
            "integrations": attended,
        }
        rows.append(a_result(who, 5, 20, first_response=True, **given))

    answer = integration_report(frames_of(rows), POLICY, "phq-9")

    assert [each.patients.value for each in answer.items] == [1, 1, 1, 1]
    assert [each.label for each in answer.durability] == ["not-due", "none", "some", "all"]
    assert any("observational" in each for each in answer.warnings)


def test_who_stops_coming_is_censored_and_never_a_success() -> None:
    rows: list[Row] = []
    for number, (day, relapsed) in enumerate([(20, True), (40, True), (15, False), (60, False)]):
        who = f"p{number}"
        rows += [a_patient(who), a_result(who, 5, 20, study_day=10, first_response=True)]
        rows.append(a_result(who, 15, 20, study_day=10 + day, relapse=relapsed, window=None))

    (curve,) = survival_report(frames_of(rows), Asked("durability"), (), POLICY).items

    assert [(step.time, step.at_risk, step.survival) for step in curve.steps] == [
        (15, 4, 1.0),
        (20, 3, 0.6667),
        (40, 2, 0.3333),
        (60, 1, 0.3333),
    ]
    assert curve.median == 40


def test_a_further_dose_can_end_the_time_that_is_looked_at() -> None:
    rows = [a_patient("p1", doses=3), a_result("p1", 5, 20, study_day=10, first_response=True)]
    rows.append(a_result("p1", 6, 20, study_day=20, window=None))
    rows.append(a_result("p1", 18, 20, study_day=40, after_dose=3, relapse=True, window=None))

    def ends(censoring: str) -> tuple[float, int | None]:
        asked = Asked("durability", censoring=censoring)  # type: ignore[arg-type]
        (curve,) = survival_report(frames_of(rows), asked, (), POLICY).items
        return curve.steps[-1].time, curve.events

    assert ends("last-visit") == (30, 1)
    assert ends("next-dose") == (10, 0)


def test_response_that_has_not_come_yet_is_not_counted_as_none() -> None:
    rows = [a_patient("p1"), a_patient("p2"), a_patient("p3")]
    rows.append(a_result("p1", 5, 20, study_day=4, after_dose=1, first_response=True))
    rows.append(a_result("p2", 18, 20, study_day=3, after_dose=1))
    rows.append(a_result("p3", 5, 20, study_day=9, after_dose=2, first_response=True))

    days = survival_report(frames_of(rows), Asked("response"), (), POLICY)
    doses = survival_report(frames_of(rows), Asked("response", unit="doses"), (), POLICY)

    assert [(s.time, s.survival) for s in days.items[0].steps] == [(3, 1.0), (4, 0.5), (9, 0.0)]
    assert doses.items[0].median == 2
