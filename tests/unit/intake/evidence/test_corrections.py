"""Chains of entries: amended by saying again, retracted for good, in any order of arrival."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.domain.commands import RecordChecklist, RecordScreening
from services.intake.domain.evidence import entries
from services.intake.domain.evidence.screening import record_screening
from services.intake.domain.patient import Patient
from services.intake.domain.standing import retract
from shared.contracts.intake import ScreeningRetracted
from shared.kernel.errors import Malformed, Rejected
from tests.kit.clinical.file import (
    a_referred,
    c_ssrs_screening,
    checked,
    checklist,
    retracting,
    screened,
    screening,
)
from tests.kit.clinical.said import (
    on_day,
    phq_9,
)

FIRST = screening(phq_9(20), on_day(1), event_id="first")
AGAIN = screening(phq_9(15), on_day(2), event_id="again", amends="first")
FINAL = screening(phq_9(12), on_day(3), event_id="final", amends="again")


def total(patient: Patient) -> float | None:
    found = patient.screening("phq-9")
    return found.total if found else None


def test_a_chain_of_amendments_speaks_of_the_time_of_its_first() -> None:
    patient = screened(a_referred(), FIRST, AGAIN, FINAL)

    found = patient.screening("phq-9")
    assert found
    assert (found.id, found.total, found.at) == ("final", 12, on_day(1))
    assert [each.total for each in patient.screenings] == [20, 15, 12], "history is kept"


def test_an_event_cannot_amend_itself() -> None:
    with pytest.raises(Malformed) as refused:
        entries.refuse_itself(screening(event_id="self", amends="self"))

    assert refused.value.path == "/data/amends"


def test_an_amendment_from_before_what_it_amends_is_refused() -> None:
    early = screening(phq_9(12), on_day(0), amends="first")

    with pytest.raises(Rejected, match="amends-later-entry"):
        record_screening(early, screened(a_referred(), FIRST))


def test_an_entry_of_another_kind_cannot_be_amended() -> None:
    patient = checked(a_referred(), checklist(event_id="checklist"))

    with pytest.raises(Rejected, match="amends-another-kind"):
        record_screening(screening(at=on_day(1), amends="checklist"), patient)


def test_retracting_any_entry_takes_its_whole_chain_out() -> None:
    patient = screened(a_referred(), FIRST, AGAIN)

    for name in ("first", "again"):
        out, told = retract(retracting(name), patient)
        assert total(out) is None
        assert told == (ScreeningRetracted("phq-9", "again"),)
        assert out.screenings == patient.screenings, "history is kept"


def test_what_was_retracted_is_neither_amended_nor_retracted_again() -> None:
    out, _ = retract(retracting("first"), screened(a_referred(), FIRST))

    with pytest.raises(Rejected, match="entry-retracted"):
        record_screening(AGAIN, out)
    with pytest.raises(Rejected, match="already-retracted"):
        retract(retracting("first"), out)


def test_earlier_answers_count_again_once_the_latest_are_retracted() -> None:
    patient = screened(a_referred(), FIRST, screening(phq_9(9), on_day(4), event_id="later"))

    out, _ = retract(retracting("later"), patient)

    assert total(out) == 20


STATEMENTS = (
    *(screening(phq_9(10 + day), on_day(day), event_id=f"phq-9-{day}") for day in range(3)),
    c_ssrs_screening(event_id="c-ssrs"),
    screening(phq_9(27), on_day(4), event_id="amended-once", amends="phq-9-2"),
    screening(phq_9(26), on_day(5), event_id="amended-twice", amends="phq-9-2"),
    screening(phq_9(25), on_day(6), event_id="amended-thrice", amends="amended-once"),
    checklist(event_id="checklist"),
    checklist(at=on_day(2), event_id="amended", amends="checklist", delirium="present"),
    checklist(at=on_day(1), event_id="later", glaucoma="present"),
)


@settings(deadline=None)
@given(st.permutations(STATEMENTS))
def test_any_order_of_the_same_events_ends_in_the_same_file(order: list[object]) -> None:
    """An amendment waits for what it amends, as the service's deferral does."""
    waiting, patient = list(order), a_referred()
    while waiting:
        for each in list(waiting):
            if each.amends and not patient.has(each.amends):  # type: ignore[attr-defined]
                continue
            waiting.remove(each)
            patient = recorded(each, patient)

    assert patient == in_order()


def recorded(said: object, patient: Patient) -> Patient:
    if isinstance(said, RecordScreening):
        return screened(patient, said)
    assert isinstance(said, RecordChecklist)
    return checked(patient, said)


def in_order() -> Patient:
    patient = a_referred()
    for each in STATEMENTS:
        patient = recorded(each, patient)
    return patient


def test_a_retraction_counts_whether_an_amendment_came_before_or_after_it() -> None:
    seen = set()
    for order in permutations(("amend", "retract")):
        patient = screened(a_referred(), FIRST)
        for what in order:
            if what == "retract":
                patient = retract(retracting("first"), patient)[0]
            elif not patient.retracted:
                patient = screened(patient, AGAIN)
        seen.add(total(patient))

    assert seen == {None}
