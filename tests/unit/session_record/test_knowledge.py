"""Standing: periods as intake tells them, so that a late report is judged by its own time."""

from services.session_record.domain.knowledge import standing as knowledge
from services.session_record.domain.knowledge.standing import SafetyHold, Standing
from services.session_record.domain.knowledge.told import (
    EndClearance,
    EndConsent,
    EndHold,
    KnowHold,
)
from tests.kit.session_record import (
    NOON,
    PATIENT,
    a_clearance,
    a_consent,
    a_standing,
    at,
)


def test_a_clearance_ends_for_what_comes_after_and_stays_for_what_was_before() -> None:
    standing = knowledge.without_clearance(
        a_standing(), EndClearance("e", NOON, PATIENT, "clearance-1")
    )

    (clearance,) = standing.clearances
    assert clearance.ended_at == NOON


def test_only_the_clearance_that_is_named_ends() -> None:
    both = a_standing(clearances=(a_clearance(), a_clearance("clearance-2", signed_at=at(-5))))

    standing = knowledge.without_clearance(both, EndClearance("e", NOON, PATIENT, "clearance-1"))

    assert [each.ended_at for each in standing.clearances] == [NOON, None]


def test_a_later_withdrawal_does_not_move_an_earlier_one() -> None:
    twice = a_standing(consents=(a_consent(withdrawn_at=at(-60)), a_consent()))

    standing = knowledge.without_consent(twice, EndConsent("e", NOON, PATIENT))

    assert [each.withdrawn_at for each in standing.consents] == [at(-60), NOON]


def test_a_hold_that_is_raised_again_is_one_hold_with_all_its_reasons() -> None:
    standing = Standing(PATIENT)
    for minutes, reason in ((0, "c-ssrs-high"), (5, "phq-9-item-9"), (9, "c-ssrs-high")):
        raised = KnowHold("e", at(minutes), PATIENT, (reason,))
        standing = knowledge.with_hold(standing, raised)

    assert standing.holds == (SafetyHold(NOON, ("c-ssrs-high", "phq-9-item-9")),)


def test_a_hold_after_a_lift_is_a_new_hold() -> None:
    standing = knowledge.with_hold(Standing(PATIENT), KnowHold("e", at(0), PATIENT, ("a",)))
    standing = knowledge.without_hold(standing, EndHold("e", at(10), PATIENT))
    standing = knowledge.with_hold(standing, KnowHold("e", at(20), PATIENT, ("b",)))

    held = [standing.hold_at(at(minutes)) for minutes in (-1, 0, 10, 20)]

    assert [hold and hold.reasons for hold in held] == [None, ("a",), None, ("b",)]
