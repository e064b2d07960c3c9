"""The contraindication checklist: each level means what the table says."""

from datetime import date

import pytest

from services.intake.domain.evidence import contraindications
from services.intake.domain.evidence.conditions import CONDITIONS
from services.intake.domain.patient import Patient
from services.intake.domain.standing import retract
from shared.contracts.site import Contraindication
from shared.kernel.errors import Malformed
from tests.kit.clinical.file import (
    a_patient,
    a_referred,
    checked,
    checklist,
    retracting,
)
from tests.kit.clinical.said import (
    DECIDED,
    POLICY,
    on_day,
)

ON = DECIDED.date()


def with_findings(*found: Contraindication) -> Patient:
    return checked(a_referred(), checklist(*found))


def of(level: str) -> list[str]:
    return [each.code for each in CONDITIONS if each.level == level]


def test_every_condition_has_words_a_source_and_its_own_code() -> None:
    assert all(each.words and each.source for each in CONDITIONS)
    assert len({each.code for each in CONDITIONS}) == len(CONDITIONS)
    assert all(bool(each.days_key) == (each.level == "time-limited") for each in CONDITIONS)


@pytest.mark.parametrize("code", of("absolute"))
def test_an_absolute_contraindication_bars_for_good(code: str) -> None:
    patient = with_findings(Contraindication(code, "present"))

    assert [each.code for each in contraindications.absolute(patient)] == [code]


@pytest.mark.parametrize("code", of("until-resolved"))
def test_a_condition_bars_until_it_is_resolved(code: str) -> None:
    patient = with_findings(Contraindication(code, "present"))
    assert [each.code for each in contraindications.unresolved(patient, POLICY, ON)] == [code]

    resolved = checklist(Contraindication(code, "absent"), at=on_day(1))
    patient = checked(patient, resolved)

    assert contraindications.unresolved(patient, POLICY, ON) == ()
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
    patient = with_findings(Contraindication(code, "present", onset))

    assert bool(contraindications.unresolved(patient, POLICY, ON)) is bars


def test_a_relative_condition_is_to_be_weighed_and_no_bar() -> None:
    patient = with_findings(Contraindication("glaucoma", "present"))

    assert [each.code for each in contraindications.relative(patient)] == ["glaucoma"]
    assert (
        contraindications.absolute(patient) + contraindications.unresolved(patient, POLICY, ON)
        == ()
    )


def test_what_was_not_asked_or_is_unknown_is_open() -> None:
    patient = checked(a_referred(), checklist(pregnancy="unknown"))

    left = contraindications.unanswered(patient, DECIDED)

    assert [each.code for each in left] == ["pregnancy-unknown"]
    assert contraindications.unanswered(a_referred(), DECIDED)[-1].code == "stroke-or-tia-unknown"


def test_relative_conditions_need_not_be_asked() -> None:
    assert contraindications.unanswered(a_patient(), DECIDED) == ()


def test_an_answer_given_after_that_time_leaves_the_question_open_then() -> None:
    patient = checked(a_referred(), checklist(at=on_day(5)))

    assert contraindications.unanswered(patient, DECIDED)


def test_the_latest_finding_counts_in_any_order_of_arrival() -> None:
    present = checklist(Contraindication("delirium", "present"), at=on_day(1))
    absent = checklist(Contraindication("delirium", "absent"), at=on_day(2))

    backward = checked(a_referred(), absent, present)
    forward = checked(a_referred(), present, absent)

    assert backward == forward
    assert contraindications.unresolved(backward, POLICY, ON) == ()


def test_a_condition_that_is_not_on_the_checklist_is_malformed() -> None:
    with pytest.raises(Malformed) as refused:
        with_findings(Contraindication("bad-luck", "present"))

    assert refused.value.path == "/data/findings/0/condition"


def test_a_condition_asked_twice_is_malformed() -> None:
    twice = Contraindication("delirium", "absent"), Contraindication("delirium", "present")

    with pytest.raises(Malformed, match="twice"):
        with_findings(*twice)


def test_an_onset_in_the_future_is_malformed() -> None:
    tomorrow = Contraindication("stroke-or-tia", "present", on_day(1).date())

    with pytest.raises(Malformed) as refused:
        with_findings(tomorrow)

    assert refused.value.path == "/data/findings/0/onset"


AVM = "arteriovenous-malformation"


def test_int_2_only_a_later_answer_that_a_prescriber_signs_reverses_an_absolute_one() -> None:
    found = with_findings(Contraindication(AVM, "present"))
    absent = Contraindication(AVM, "absent")

    unsigned = checked(found, checklist(absent, at=on_day(1)))
    signed = checked(found, checklist(absent, at=on_day(1), signer="prescriber-1"))
    earlier = checked(found, checklist(absent, at=on_day(-1), signer="prescriber-1"))

    assert [each.code for each in contraindications.absolute(unsigned)] == [AVM]
    assert contraindications.absolute(signed) == ()
    assert contraindications.absolute(earlier)


def test_amending_or_retracting_the_checklist_does_not_take_an_absolute_finding_back() -> None:
    ticked = checklist(Contraindication(AVM, "present"), event_id="ticked")
    patient = checked(a_referred(), ticked)
    absent = Contraindication(AVM, "absent")

    amended = checked(patient, checklist(absent, at=on_day(1), amends="ticked"))
    retracted, _ = retract(retracting("ticked"), patient)
    signed = checklist(absent, at=on_day(1), amends="ticked", signer="prescriber-1")

    assert contraindications.absolute(amended)
    assert contraindications.absolute(retracted)
    assert contraindications.absolute(checked(patient, signed)) == ()


def test_a_cardiac_history_is_any_such_finding_ever() -> None:
    was = checklist(Contraindication("unstable-angina", "present"))
    over = checklist(Contraindication("unstable-angina", "absent"), at=on_day(1))

    assert contraindications.has_cardiac_history(checked(a_referred(), was, over))
    assert not contraindications.has_cardiac_history(a_patient())
