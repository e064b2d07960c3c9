"""What the network's own reports are told on outcomes.patient: everybody, once per change."""

import pytest

from shared.contracts.outcomes import PatientFollowed, PatientResult
from tests.kit.outcomes import (
    DAY_0,
    PATIENT,
    Outcomes,
    answers,
    assessed,
    course_opened,
    dosed,
    on_day,
    registered,
    reported,
    screened,
    screening_retracted,
)


def test_a_patient_who_consented_to_nothing_is_counted_from_the_registration_on() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), course_opened(on_day(-2)), dosed(1, DAY_0), dosed(2, on_day(4)))

    told = outcomes.said(PatientFollowed)
    assert [(each["revision"], each["route"], each["doses"]) for each in told] == [
        (0, None, 0),
        (1, "iv", 0),
        (2, "iv", 1),
        (3, "iv", 2),
    ]
    assert (told[-1]["first_dose_on"], told[-1]["last_dose_on"]) == ("2026-03-02", "2026-03-06")


def test_a_result_is_told_again_only_when_it_says_something_else() -> None:
    outcomes = Outcomes()
    outcomes.take(registered(), screened(20, on_day(-3)), dosed(1, DAY_0))
    told = len(outcomes.said(PatientResult))

    outcomes.take(assessed(answers(9), on_day(5)))
    (after,) = outcomes.said(PatientResult)[told:]
    outcomes.take(screened(16, on_day(-1)))

    assert (after["revision"], after["change"]) == (0, -11)
    revised = outcomes.said(PatientResult)[told + 1 :]
    assert {each["baseline"] for each in revised} == {16}
    assert revised[-1]["assessment_id"] == after["assessment_id"]
    assert revised[-1]["revision"] == 1


def test_what_is_heard_twice_is_told_once() -> None:
    outcomes = Outcomes()
    facts = [registered(), screened(20, on_day(-3)), dosed(1, DAY_0)]
    outcomes.take(*facts)
    told = len(outcomes.records())

    outcomes.take(*facts, dosed(1, DAY_0), course_opened())

    assert {each["route"] for each in outcomes.said(PatientResult)[2:]} == {"iv"}
    assert len(outcomes.records()) == told + 2  # the route: of the result and of the patient


@pytest.mark.parametrize("late", [True, False])
def test_what_is_taken_back_gets_a_last_revision_without_numbers_whichever_came_first(
    late: bool,
) -> None:
    outcomes = Outcomes()
    facts = [screened(20, on_day(-3), named=("one",)), screening_retracted("one", on_day(1))]

    outcomes.take(registered(), *(facts if late else reversed(facts)))
    outcomes.take(dosed(1, DAY_0))

    *_, last = outcomes.said(PatientResult)
    assert (last["retracted"], last["score"], last["after_dose"]) == (True, None, 0)
    assert last["revision"] == (1 if late else 0)
    assert last["instrument"] == "phq-9"


def test_a_correction_takes_the_corrected_back_and_tells_the_correction() -> None:
    outcomes = Outcomes()

    outcomes.take(
        registered(),
        screened(20, on_day(-3), named=("one",)),
        screened(18, on_day(-3), named=("two", "one")),
    )

    kept = [each for key, each in reported(outcomes).items() if key != "followed"]
    assert sorted((each["retracted"], each["score"]) for each in kept) == [
        (False, 18),
        (True, None),
    ]


def test_of_alcohol_and_drugs_the_reports_are_told_nothing() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), assessed((0,) * 10, on_day(-3), "audit"))

    assert outcomes.said(PatientResult) == []
    assert len(outcomes.trajectory().assessments) == 1


def test_each_document_speaks_on_one_topic_so_that_no_reader_misses_a_number() -> None:
    outcomes = Outcomes()

    outcomes.take(registered(), screened(20, on_day(-3)), dosed(1, DAY_0), assessed(answers(9)))
    outcomes.take(assessed(answers(9, item_9=2), on_day(5)))

    topics: dict[bytes, set[str]] = {}
    for record in outcomes.records():
        topics.setdefault(dict(record.headers)["ce_source"], set()).add(record.topic)
    assert [len(each) for each in topics.values()] == [1, 1]
    assert {record.key for record in outcomes.records()} == {PATIENT.encode()}
