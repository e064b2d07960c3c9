"""The contraindication checklist: each level means what the table says."""

from datetime import date

import pytest

from services.intake.domain.clearance import decide_clearance
from services.intake.domain.evidence import contraindications
from services.intake.domain.evidence.contraindications import CONDITIONS, record_checklist
from services.intake.domain.patient import Patient
from shared.contracts.intake import ClearanceWithdrawn
from shared.contracts.site import Contraindication
from shared.kernel.errors import Malformed
from tests.kit.clinical.file import (
    a_patient,
    a_referred,
    checklist,
    deciding,
)
from tests.kit.clinical.said import (
    BORN,
    DECIDED,
    POLICY,
    on_day,
)

ON = DECIDED.date()


def checked(*found: Contraindication) -> Patient:
    return record_checklist(checklist(*found), a_referred())[0]


def of(level: str) -> list[str]:
    return [each.code for each in CONDITIONS if each.level == level]


def test_every_condition_has_words_a_source_and_its_own_code() -> None:
    assert all(each.words and each.source for each in CONDITIONS)
    assert len({each.code for each in CONDITIONS}) == len(CONDITIONS)
    assert all(bool(each.days) == (each.level == "time-limited") for each in CONDITIONS)


@pytest.mark.parametrize("code", of("absolute"))
def test_an_absolute_contraindication_bars_for_good(code: str) -> None:
    patient = checked(Contraindication(code, "present"))

    assert [each.code for each in contraindications.absolute(patient)] == [code]


@pytest.mark.parametrize("code", of("until-resolved"))
def test_a_condition_bars_until_it_is_resolved(code: str) -> None:
    patient = checked(Contraindication(code, "present"))
    assert [each.code for each in contraindications.unresolved(patient, ON)] == [code]

    resolved = checklist(Contraindication(code, "absent"), at=on_day(1))
    patient, _ = record_checklist(resolved, patient)

    assert contraindications.unresolved(patient, ON) == ()
    assert len(patient.checklists) == 2, "the history is kept"


@pytest.mark.parametrize(
    ("code", "onset", "bars"),
    [
        ("cardiovascular-event", date(2026, 1, 23), True),
        ("cardiovascular-event", date(2026, 1, 22), False),
        ("stroke-or-tia", date(2025, 9, 4), True),
        ("stroke-or-tia", date(2025, 9, 3), False),
        ("stroke-or-tia", None, True),
    ],
)
def test_a_time_limited_condition_bars_for_its_days_or_without_a_date(
    code: str, onset: date | None, bars: bool
) -> None:
    patient = checked(Contraindication(code, "present", onset))

    assert bool(contraindications.unresolved(patient, ON)) is bars


def test_a_relative_condition_is_a_remark_and_no_bar() -> None:
    patient = checked(Contraindication("glaucoma", "present"))

    assert [each.code for each in contraindications.remarks(patient)] == ["glaucoma"]
    assert contraindications.absolute(patient) + contraindications.unresolved(patient, ON) == ()


def test_what_was_not_asked_or_is_unknown_is_open() -> None:
    patient, _ = record_checklist(checklist(pregnancy="unknown"), a_referred())

    left = contraindications.unanswered(patient, DECIDED)

    assert [each.code for each in left] == ["pregnancy-unknown"]
    assert contraindications.unanswered(a_referred(), DECIDED)[-1].code == "stroke-or-tia-unknown"


def test_relative_conditions_need_not_be_asked() -> None:
    assert contraindications.unanswered(a_patient(), DECIDED) == ()


def test_an_answer_given_after_that_time_leaves_the_question_open_then() -> None:
    patient, _ = record_checklist(checklist(at=on_day(5)), a_referred())

    assert contraindications.unanswered(patient, DECIDED)


def test_the_latest_finding_counts_in_any_order_of_arrival() -> None:
    present = checklist(Contraindication("delirium", "present"), at=on_day(1))
    absent = checklist(Contraindication("delirium", "absent"), at=on_day(2))

    backward, _ = record_checklist(present, record_checklist(absent, a_referred())[0])
    forward, _ = record_checklist(absent, record_checklist(present, a_referred())[0])

    assert backward == forward
    assert contraindications.unresolved(backward, ON) == ()


def test_a_condition_that_is_not_on_the_checklist_is_malformed() -> None:
    with pytest.raises(Malformed) as refused:
        record_checklist(checklist(Contraindication("bad-luck", "present")), a_referred())

    assert refused.value.path == "/data/findings/0/condition"


def test_a_condition_asked_twice_is_malformed() -> None:
    twice = Contraindication("delirium", "absent"), Contraindication("delirium", "present")

    with pytest.raises(Malformed, match="twice"):
        record_checklist(checklist(*twice), a_referred())


def test_a_new_contraindication_ends_a_granted_clearance_at_once() -> None:
    cleared, _ = decide_clearance(deciding(), a_patient(), BORN, POLICY)

    found = checklist(Contraindication("pregnancy", "present"), at=on_day(10))
    patient, (told,) = record_checklist(found, cleared)

    assert isinstance(told, ClearanceWithdrawn)
    assert [each.code for each in told.reasons] == ["pregnancy"]
    assert patient.status(on_day(10)) == "revoked"


def test_a_checklist_without_findings_leaves_the_clearance_alone() -> None:
    cleared, _ = decide_clearance(deciding(), a_patient(), BORN, POLICY)

    patient, events = record_checklist(checklist(at=on_day(10)), cleared)

    assert events == ()
    assert patient.clearance == cleared.clearance
