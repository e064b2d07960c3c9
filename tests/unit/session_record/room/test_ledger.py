"""The drug ledger: dispensed is given, wasted or returned, to the hundredth (SES-9)."""

from typing import Any

import pytest

from services.session_record.application import ledger
from services.session_record.application.documents import ENCOUNTERS, PERSONS
from services.session_record.domain.ledger.container import Container, discrepancy, move
from shared.contracts import intake, site
from shared.kernel.errors import Rejected
from tests.kit.session_record import (
    NOON,
    PATIENT,
    SessionRecord,
    a_container,
    arrived,
    at,
    at_clinic,
    first_dose,
    given,
    heard,
    knowledge,
    moved,
    observed,
    posted,
    preparation,
    supplied,
)
from tests.kit.session_record import move as moving

DISCREPANCY = "session-record.drug.discrepancy-found.v1"


def refused(command: Any, container: Container | None = None) -> str:
    with pytest.raises(Rejected) as refusal:
        move(command, container or a_container())
    return refusal.value.code


def a_service(*steps: Any) -> SessionRecord:
    service = SessionRecord()
    verdicts = service.take(*knowledge(), *preparation(), arrived(), *steps)
    assert {each.verdict for each in verdicts} == {"accepted"}, verdicts
    return service


@pytest.mark.parametrize("witness", ["", "nurse-1"])
def test_ses_9_waste_is_seen_by_a_second_person(witness: str) -> None:
    assert refused(moving("wasted", 10, witness=witness)) == "waste-unwitnessed"
    assert move(moving("wasted", 10), a_container())


@pytest.mark.parametrize(
    ("movement", "amount"),
    [("dispensed", 400.01), ("wasted", 100.01), ("returned", 100.01)],
)
def test_ses_9_nothing_moves_that_is_not_there(movement: Any, amount: float) -> None:
    assert refused(moving(movement, amount)) == "more-than-there-is"
    assert move(moving(movement, amount - 0.01), a_container())


def test_ses_9_a_vial_that_breaks_in_the_safe_is_wasted_without_an_encounter() -> None:
    broken = move(moving("wasted", 400, encounter_id=""), a_container())

    assert broken.on_hand == 0


@pytest.mark.parametrize("what", [{"lot": "lot-2"}, {"drug": "esketamine"}])
def test_ses_9_a_container_is_of_one_drug_and_lot(what: dict[str, Any]) -> None:
    assert refused(moving("returned", 1, **what)) == "container-mismatch"


@pytest.mark.parametrize("movement", ["dispensed", "returned"])
def test_ses_9_what_leaves_the_safe_is_for_an_encounter(movement: Any) -> None:
    assert refused(moving(movement, 1, encounter_id="")) == "encounter-missing"


def test_ses_9_amounts_that_no_binary_number_has_balance_exactly() -> None:
    container = a_container(movements=a_container().movements[:1])
    container = move(moving("dispensed", 0.3), container)
    container = move(moving("wasted", 0.1), container)
    container = move(moving("returned", 0.2), container)

    assert discrepancy(container, "e-dosing-1") is None


def test_ses_9_a_discharge_that_leaves_something_unaccounted_is_said_at_once() -> None:
    service = SessionRecord()
    service.take(*knowledge(), *first_dose()[:2], arrived(), moved("received", 500.0))
    rest = (moved("dispensed", 50.0), *first_dose()[5:])

    verdicts = service.take(*rest)

    assert {each.verdict for each in verdicts} == {"accepted"}, verdicts
    found = [data for kind, data in service.said() if kind == DISCREPANCY]
    assert [(each["dispensed_mg"], each["unaccounted_mg"]) for each in found] == [(50, 10)]


def test_ses_9_a_balanced_discharge_says_nothing() -> None:
    service = SessionRecord()
    service.take(*knowledge(), *first_dose())

    assert DISCREPANCY not in [kind for kind, _ in service.said()]


def test_ses_9_the_day_lists_what_moved_and_what_does_not_balance() -> None:
    service = a_service(*supplied(), observed(), given(), moved("dispensed", 20.0, when=at(15)))

    today = ledger.ledger(service.reads, NOON.date())
    before = ledger.ledger(service.reads, at(days=-9).date())
    nothing = ledger.ledger(service.reads, at(days=-5).date())

    assert today.unbalanced == before.unbalanced == ("vial-1",)
    assert nothing.containers == ()
    (share,) = today.containers[0].shares
    assert (share.dispensed_mg, share.given_mg, share.unaccounted_mg) == (60, 40, 20)
    service.take(moved("wasted", 20.0, when=at(20)))
    assert ledger.ledger(service.reads, NOON.date()).unbalanced == ()


def test_ses_9_one_container_is_read_with_every_movement() -> None:
    service = a_service(*supplied())

    read = ledger.container(service.reads, "vial-1")

    assert read
    assert read.aggregate.on_hand_mg == 460
    assert [each.movement for each in read.aggregate.movements] == ["received", "dispensed"]
    assert ledger.container(service.reads, "vial-9") is None


def test_ses_9_what_is_dispensed_waits_for_its_container_and_its_encounter() -> None:
    service = SessionRecord()
    service.take(*knowledge(), *preparation())

    unknown, received, early = service.take(moved(), moved("received", 500.0), moved())

    assert (unknown.verdict, received.verdict, early.verdict) == (
        "deferred",
        "accepted",
        "deferred",
    )


def test_a_session_without_a_dose_is_cancelled_with_its_reason_and_its_vial_is_counted() -> None:
    service = a_service(
        *supplied(), posted(site.EncounterAbandoned("e-dosing-1", "blood-pressure"), at(30))
    )

    said = dict(service.said())

    assert said["session-record.encounter.cancelled.v1"]["reason"] == "blood-pressure"
    assert said[DISCREPANCY]["unaccounted_mg"] == 40
    read = service.reads.get(ENCOUNTERS, "e-dosing-1")
    assert read
    assert (read.aggregate.status, read.aggregate.cancelled_for) == ("cancelled", "blood-pressure")


def test_after_the_dose_a_session_cannot_be_abandoned() -> None:
    service = a_service(*supplied(), observed(), given())

    (verdict,) = service.take(posted(site.EncounterAbandoned("e-dosing-1", "pain"), at(30)))

    assert verdict.code == "dose-given"


def test_sch_9_a_person_who_is_linked_later_brings_the_doses_along() -> None:
    service = a_service(*supplied(), observed(), given())
    service.take(heard(intake.PatientLinked("person-2"), at(20)))

    old = service.reads.network_get(PERSONS, "person-1")
    new = service.reads.network_get(PERSONS, "person-2")

    assert old
    assert new
    assert (old.aggregate.doses, [each.patient_id for each in new.aggregate.doses]) == (
        (),
        [PATIENT],
    )


def test_sch_9_a_dose_given_at_another_clinic_closes_the_door_of_this_one() -> None:
    service = SessionRecord()
    there = (*knowledge(), *preparation(), arrived(), *supplied(), observed(), given())
    dosed = service.take(*at_clinic("harbor", *there))[-1]
    service.take(*knowledge(), *preparation())

    (refused_here,) = service.take(arrived())

    assert dosed.verdict == "accepted"
    assert [each.code for each in refused_here.blockers] == ["dose-gap-too-short"]
    assert "another clinic" in refused_here.reason
    assert "harbor" not in refused_here.reason


def test_sch_9_of_two_clinics_that_are_both_ready_only_one_gives_the_dose() -> None:
    service = SessionRecord()
    ready = [(*knowledge(), *preparation(), arrived(), *supplied(), observed()) for _ in "ab"]
    service.take(*at_clinic("harbor", *ready[0]), *ready[1])

    here, there = service.take_at_once(given(), *at_clinic("harbor", given()))

    assert (here.verdict, there.code) == ("accepted", "dose-refused")
    assert [each.code for each in there.blockers] == ["dose-gap-too-short"]
