"""Questionnaires: item by item, scored again, triaged."""

import pytest

from services.intake.domain.evidence.screening import is_complete, is_high, record_screening
from shared.contracts.instruments import INSTRUMENTS, InstrumentCode
from shared.contracts.intake import PatientScreened, SafetyHoldRaised
from shared.kernel.errors import Malformed, Rejected
from tests.kit.clinical.file import (
    a_referred,
    c_ssrs_screening,
    screened,
    screening,
)
from tests.kit.clinical.said import (
    C_SSRS_HIGH,
    c_ssrs,
    on_day,
    phq_9,
)


def test_item_level_answers_are_kept_with_their_time_and_definition() -> None:
    patient, (told,) = record_screening(screening(phq_9(18), total=18), a_referred())

    (kept,) = patient.screenings
    assert (kept.answers, kept.total, kept.definition) == (phq_9(18), 18, "phq-9/kroenke-2001/1")
    assert told == PatientScreened("phq-9", phq_9(18), 18, kept.at, kept.id)


@pytest.mark.parametrize("answers", [(1,) * 8, (1,) * 10, (4, *(1,) * 8), (-1, *(1,) * 8)])
def test_answers_that_cannot_be_of_the_instrument_are_malformed(answers: tuple[int, ...]) -> None:
    with pytest.raises(Malformed) as refused:
        record_screening(screening(answers), a_referred())

    assert refused.value.path == "/data/answers"


def test_int_9_a_submitted_total_that_is_not_the_recomputed_one_is_rejected() -> None:
    with pytest.raises(Rejected, match="total-mismatch") as refused:
        record_screening(screening(phq_9(18), total=17), a_referred())

    assert "come to 18, 17 was sent" in refused.value.reason


def test_a_total_of_answers_that_have_none_is_rejected() -> None:
    with pytest.raises(Rejected, match="have no total"):
        record_screening(screening((*phq_9(18)[:8], None), total=18), a_referred())


def test_a_mean_is_checked_as_the_site_sent_it() -> None:
    brs = (4, 3, 3, 3, 3, 3)

    patient, _ = record_screening(screening(brs, instrument="brs", total=3.17), a_referred())

    assert patient.screenings[0].total == 3.17
    with pytest.raises(Rejected, match=r"come to 3\.17, 3\.2 was sent"):
        record_screening(screening(brs, instrument="brs", total=3.2), a_referred())


@pytest.mark.parametrize("code", [code for code in INSTRUMENTS if code != "c-ssrs-screener"])
def test_every_instrument_can_be_a_screening(code: InstrumentCode) -> None:
    instrument = INSTRUMENTS[code]
    left_out = {other for _, other in instrument.either}
    answers = tuple(
        None if item in left_out else instrument.item_min for item in range(1, instrument.items + 1)
    )

    patient, (told,) = record_screening(screening(answers, instrument=code), a_referred())

    (kept,) = patient.screenings
    assert (kept.definition, kept.total) == (instrument.definition, instrument.total(answers))
    assert is_complete(kept)
    assert told == PatientScreened(code, answers, kept.total, kept.at, kept.id)


def test_a_late_arrival_does_not_replace_newer_answers_but_is_told() -> None:
    newer, older = screening(phq_9(12), on_day(2)), screening(phq_9(20), on_day(1))

    patient, events = record_screening(older, screened(a_referred(), newer))

    latest = patient.screening("phq-9")
    assert latest
    assert latest.total == 12
    assert [each.total for each in patient.screenings] == [20, 12], "all answers are kept"
    assert events == (PatientScreened("phq-9", phq_9(20), 20, on_day(1), older.event_id),)


def test_any_order_of_arrival_ends_with_the_same_answers_on_file() -> None:
    answered = [screening(phq_9(10 + day), on_day(day)) for day in range(3)]

    forward, backward = screened(a_referred(), *answered), screened(a_referred(), *answered[::-1])

    assert forward == backward


def test_a_high_c_ssrs_raises_a_safety_hold() -> None:
    patient, events = record_screening(c_ssrs_screening(1, 2, 4), a_referred())

    assert patient.hold
    assert [type(each) for each in events] == [PatientScreened, SafetyHoldRaised]


@pytest.mark.parametrize("yes", [(), (1,), (1, 2), (1, 2, 3), (6,)])
def test_a_c_ssrs_that_is_not_high_raises_no_hold(yes: tuple[int, ...]) -> None:
    patient, events = record_screening(c_ssrs_screening(*yes), a_referred())

    assert not patient.hold
    assert len(events) == 1


def test_a_yes_that_is_high_counts_even_where_the_rest_is_unanswered() -> None:
    answers = (None, None, None, None, 1, None, None)

    patient = screened(a_referred(), screening(answers, instrument="c-ssrs-screener"))

    assert patient.hold
    assert not is_complete(patient.screenings[0])


@pytest.mark.parametrize(
    ("answers", "complete"),
    [
        (c_ssrs(), True),
        ((0, 0, None, None, None, 0, None), True),
        ((1, 1, None, None, None, 0, None), False),
        ((1, 1, 0, 0, 0, 1, None), False),
        ((None, 0, None, None, None, 0, None), False),
        ((0, 0, None, None, None, None, None), False),
        (C_SSRS_HIGH, True),
    ],
)
def test_the_c_ssrs_is_complete_if_all_that_its_skip_logic_asks_is_answered(
    answers: tuple[int | None, ...], complete: bool
) -> None:
    patient = screened(a_referred(), screening(answers, instrument="c-ssrs-screener"))

    assert is_complete(patient.screenings[0]) is complete


def test_only_the_c_ssrs_is_triaged() -> None:
    patient = screened(a_referred(), screening((3,) * 9))

    assert not is_high(patient.screenings[0])


def test_corrected_answers_are_told_with_what_they_replace() -> None:
    first = screening(phq_9(20), on_day(1), event_id="first")
    again = screening(phq_9(12), on_day(2), event_id="again", amends="first")

    patient, (told,) = record_screening(again, screened(a_referred(), first))

    assert told == PatientScreened("phq-9", phq_9(12), 12, on_day(1), "again", "first")
    assert patient.screening("phq-9") == patient.screenings[1]


def test_a_correction_that_a_later_one_overtook_is_kept_and_not_told() -> None:
    first = screening(phq_9(20), on_day(1), event_id="first")
    last = screening(phq_9(12), on_day(3), event_id="last", amends="first")
    late = screening(phq_9(15), on_day(2), event_id="late", amends="first")

    patient, told = record_screening(late, screened(a_referred(), first, last))

    assert told == ()
    latest = patient.screening("phq-9")
    assert latest
    assert latest.id == "last"


def test_answers_of_another_instrument_cannot_be_amended() -> None:
    first = c_ssrs_screening(event_id="first")
    wrong = screening(phq_9(12), on_day(2), amends="first")

    with pytest.raises(Rejected, match="amends-another-kind"):
        record_screening(wrong, screened(a_referred(), first))
