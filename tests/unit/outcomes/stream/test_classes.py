"""OUT-6: who may be told to be of a class: one of at least eleven people, and then for good."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from services.outcomes.adapters.events import routes
from services.outcomes.application.documents import STREAM_CLASSES
from shared.contracts.outcomes import OutcomeResult, OutcomeSubject
from shared.kernel.policy import Policy
from shared.storage.reads import Reads
from shared.storage.steps import Step
from tests.kit.outcomes import (
    DAY_0,
    KEYS,
    POLICY,
    Outcomes,
    consent_withdrawn,
    consented,
    course_opened,
    on_day,
    registered,
    screened,
)

LEAST = int(POLICY["k_anonymity.min"])
SOON = DAY_0 + timedelta(days=3)


def _person(number: int, route: str = "iv", clinic: str = "riverside") -> list[Step]:
    who: dict[str, Any] = {"patient": f"patient-{number}", "clinic": clinic}
    return [
        registered("ptsd", **who),
        consented(on_day(-5), **who),
        screened(20, on_day(-3), **who),
        _course(number, route, **who),
    ]


def _course(number: int, route: str, **who: Any) -> Step:
    return course_opened(on_day(-2), route, f"course-{number}", **who)


def _people(outcomes: Outcomes, count: int, **how: Any) -> None:
    for number in range(count):
        outcomes.take(*_person(number, **how))


def _last(outcomes: Outcomes) -> dict[str, OutcomeSubject]:
    said = [each for each in outcomes.published() if isinstance(each, OutcomeSubject)]
    return {each.subject_token: each for each in said}


def test_before_a_class_has_eleven_people_nobody_is_told_to_be_of_it() -> None:
    outcomes = Outcomes()

    _people(outcomes, LEAST - 1)

    assert {(each.indication, each.route) for each in _last(outcomes).values()} == {("other", None)}
    results = [each for each in outcomes.published() if isinstance(each, OutcomeResult)]
    assert {(each.indication, each.route) for each in results} == {("other", None)}


def test_the_eleventh_is_told_at_once_and_those_before_when_the_clock_strikes() -> None:
    outcomes = Outcomes()
    _people(outcomes, LEAST)
    told = [each.indication for each in _last(outcomes).values()]

    outcomes.strike(SOON)

    assert told.count("ptsd") == 1
    assert {(each.indication, each.route) for each in _last(outcomes).values()} == {("ptsd", "iv")}


def test_a_step_of_one_patient_writes_no_other_patients_documents() -> None:
    outcomes = Outcomes()
    _people(outcomes, LEAST - 1)
    before = dict(outcomes.store.collections["trajectories"])

    outcomes.take(*_person(LEAST))

    after = outcomes.store.collections["trajectories"]
    assert {key: after[key] for key in before} == before


def test_who_waits_looks_again_ever_more_rarely_and_at_most_once_a_day() -> None:
    outcomes = Outcomes()
    outcomes.take(*_person(1))
    hours = []
    for _ in range(14):
        link = outcomes.trajectory("patient-1").stream
        assert link
        assert link.look_at
        hours.append(link.look_at)
        outcomes.strike(max(link.look_at, DAY_0))

    apart = [later - sooner for sooner, later in pairwise(hours[1:])]
    assert apart == sorted(apart)
    assert apart[-1] == timedelta(days=1)


def test_who_has_been_told_all_waits_for_nothing() -> None:
    outcomes = Outcomes()
    _people(outcomes, LEAST)

    outcomes.strike(SOON)

    assert outcomes.strike(SOON + timedelta(days=30)) == 0


def test_a_person_counts_once_however_often_they_consent() -> None:
    outcomes = Outcomes()
    who: dict[str, Any] = {"patient": "patient-0"}

    outcomes.take(*_person(0))
    for day in range(0, 2 * LEAST, 2):
        outcomes.take(consent_withdrawn(on_day(day), **who), consented(on_day(day + 1), **who))

    classes = [each.aggregate for each in Reads(outcomes.store, None).page(STREAM_CLASSES)]
    assert {each.people for each in classes} == {1}


def test_a_class_that_was_told_is_told_although_people_withdraw() -> None:
    outcomes = Outcomes()
    _people(outcomes, LEAST)
    for number in range(LEAST - 1):
        outcomes.take(consent_withdrawn(on_day(1), patient=f"patient-{number}"))

    (left,) = _last(outcomes).values()

    assert (left.indication, left.route) == ("ptsd", "iv")


def test_a_rare_route_stays_untold_beside_a_common_one() -> None:
    outcomes = Outcomes()
    _people(outcomes, LEAST)
    outcomes.take(*_person(LEAST, "esketamine"))

    outcomes.strike(SOON)

    told = sorted((each.indication, each.route or "") for each in _last(outcomes).values())
    assert told == [("other", ""), *[("ptsd", "iv")] * LEAST]


def _told(order: Random) -> list[tuple[Any, ...]]:
    outcomes = Outcomes()
    steps = [step for number in range(LEAST) for step in _person(number)]
    order.shuffle(steps)
    outcomes.take(*steps)
    outcomes.strike(SOON)
    outcomes.strike(SOON + timedelta(days=2))
    last = {each.result_id: each for each in outcomes.published() if hasattr(each, "result_id")}
    said = [*_last(outcomes).values(), *last.values()]
    return sorted((type(each).__name__, each.indication, each.route) for each in said)


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_arrival_ends_with_the_same_classes_told(seed: int) -> None:
    assert _told(Random(seed)) == _told(Random(99))  # noqa: S311 - an order, no secret


def _in_a_region_of(clinics: int) -> Policy:
    regions = {f"clinic-{number}": "us" for number in range(clinics - 1)} | {"riverside": "us"}
    return replace(POLICY, regions=regions)


@pytest.mark.parametrize(("people", "clinics", "named"), [(11, 3, 1), (11, 2, 0), (10, 3, 0)])
def test_a_clinic_has_a_name_of_its_own_only_among_enough_clinics_and_people(
    people: int, clinics: int, named: int
) -> None:
    outcomes = Outcomes()
    outcomes.routes = routes(_in_a_region_of(clinics), KEYS)

    for number in range(people):
        outcomes.take(*_person(number))

    tokens = {each.clinic_token for each in _last(outcomes).values() if each.clinic_token}
    assert len(tokens) == named
    assert "riverside" not in repr(tokens)
