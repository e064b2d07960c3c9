"""Steps on either store: one transaction, a verdict each, nothing twice and nothing by halves."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.contracts import site
from shared.contracts.envelope import Event
from shared.kernel.errors import Malformed
from shared.messaging.deferrals import Deferrals, step_again
from shared.storage.journal import JOURNAL, records_of
from shared.storage.reads import Reads
from shared.storage.runner import REFUSAL_WAITS
from shared.storage.steps import Step
from shared.storage.store import Store
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.toy import (
    INSTEAD,
    PERSONS,
    ROUTES,
    WARDS,
    Clock,
    Person,
    Ward,
    meet,
    posted,
    route,
    runner,
)


def ward(store: Store, patient: str = "patient-1", clinic: str = "riverside") -> Ward | None:
    read = Reads(store, clinic).get(WARDS, patient)
    return read.aggregate if read else None


def test_an_accepted_step_leaves_state_journal_and_ready_records(store: Store) -> None:
    [verdict] = runner(store).run([posted(site.ReferralReceived, id="e1")])

    assert (verdict.verdict, verdict.created) == ("accepted", ("wards/patient-1",))
    assert ward(store) == Ward("patient-1", changes=1)
    [document] = store.session().where(JOURNAL, {"unsent": True}, order="order")
    [record] = records_of(document)
    assert (record.topic, record.key) == ("intake.patient", b"patient-1")
    assert record.value == b'{"indication":"ptsd","person_id":""}'


def test_the_same_again_is_a_duplicate_with_the_first_answer(store: Store) -> None:
    step = posted(site.ReferralReceived)
    [first] = runner(store).run([step])

    [second] = runner(store).run([step])

    assert (second.verdict, second.first, second.receipt) == (
        "duplicate",
        "accepted",
        first.receipt,
    )
    assert ward(store) == Ward("patient-1", changes=1)


def test_the_same_id_with_other_content_is_a_conflict_and_changes_nothing(store: Store) -> None:
    runner(store).run([posted(site.ReferralReceived, id="e1")])

    [verdict] = runner(store).run([posted(site.ReferralReceived, id="e1", referrer="another")])

    assert verdict.verdict == "conflict"
    assert ward(store) == Ward("patient-1", changes=1)


def test_one_bad_event_does_not_fail_its_neighbours(store: Store) -> None:
    steps = [
        posted(site.ReferralReceived),
        posted(site.ConsentWithdrawn),
        replace(posted(site.ReferralReceived), fault=Malformed("/data", "bad")),
        posted(site.ConsentSigned),
        posted(site.ConsentSigned, "patient-2"),
        posted(site.ReferralReceived),
    ]

    verdicts = [each.verdict for each in runner(store).run(steps)]

    assert verdicts == ["accepted", "rejected", "invalid", "accepted", "deferred", "accepted"]
    assert ward(store) == Ward("patient-1", changes=3)


def test_a_bug_in_one_step_costs_that_step_only(store: Store) -> None:
    steps = [
        posted(site.ReferralReceived),
        posted(site.ClearanceRevoked),
        posted(site.ReferralReceived, "patient-2"),
    ]

    verdicts = runner(store).run(steps)

    assert [each.verdict for each in verdicts] == ["accepted", "error", "accepted"]
    assert verdicts[1].code == "error-1"
    assert ward(store) == Ward("patient-1", changes=1)


def test_events_of_one_aggregate_are_numbered_without_gaps_across_batches(store: Store) -> None:
    runner(store).run([posted(site.ReferralReceived), posted(site.ConsentSigned)])
    runner(store).run([posted(site.ConsentWithdrawn), posted(site.ConsentSigned)])

    documents = store.session().where(JOURNAL, {"unsent": True}, order="order")
    numbers = [
        dict(record.headers)["ce_sequence"] for each in documents for record in records_of(each)
    ]
    assert numbers == [b"1", b"2", b"3"]


def test_an_aggregate_of_one_clinic_does_not_exist_for_another(store: Store) -> None:
    runner(store).run([posted(site.ReferralReceived)])

    [verdict] = runner(store).run([posted(site.ConsentSigned, clinic="harbor")])

    assert verdict.verdict == "deferred"
    assert ward(store, clinic="harbor") is None


def test_the_order_of_records_never_goes_back_even_if_the_clock_does(store: Store) -> None:
    clock = Clock()
    runner(store, clock).run([posted(site.ReferralReceived)])
    clock.move(timedelta(hours=-1))
    runner(store, clock).run([posted(site.ConsentSigned)])

    documents = store.session().where(JOURNAL, {"unsent": True}, order="order")

    assert [each["type"] for each in documents] == [
        site.ReferralReceived.type,
        site.ConsentSigned.type,
    ]


def test_a_step_decided_on_a_stale_version_is_a_conflict_and_may_be_sent_again(
    store: Store,
) -> None:
    runner(store).run([posted(site.ReferralReceived)])
    step = posted(site.ConsentSigned)

    [stale] = runner(store).run([replace(step, if_version=7)])
    [fresh] = runner(store).run([replace(step, if_version=1)])

    assert (stale.verdict, stale.code, fresh.verdict) == ("conflict", "stale", "accepted")


def deferrals(store: Store, clock: Clock) -> Deferrals:
    return Deferrals("intake", runner(store, clock), ROUTES, clock, timedelta(days=3))


def test_a_deferred_event_is_applied_once_what_it_needs_is_there(store: Store) -> None:
    clock = Clock()
    step = posted(site.ConsentSigned)
    runner(store, clock).run([step])
    waiting = deferrals(store, clock)
    assert waiting.sweep() == 0

    runner(store, clock).run([posted(site.ReferralReceived)])

    assert waiting.sweep() == 1
    assert waiting.sweep() == 0
    assert ward(store) == Ward("patient-1", changes=2)
    [again] = runner(store, clock).run([step])
    assert (again.verdict, again.first) == ("duplicate", "accepted")


def test_what_names_somebody_is_never_kept_waiting_but_asked_for_again(store: Store) -> None:
    step = sealed(posted(site.ConsentSigned))

    [early] = runner(store).run([step])

    assert (early.verdict, early.code) == ("conflict", "not-yet")
    assert store.session().find(JOURNAL, [step.id]) == []
    runner(store).run([posted(site.ReferralReceived)])
    assert runner(store).run([step])[0].verdict == "accepted"


def test_what_names_somebody_is_refused_at_once_whatever_waits_before_it(store: Store) -> None:
    refused = sealed(posted(site.ConsentWithdrawn))
    runner(store).run([posted(site.ConsentSigned)])

    [verdict] = runner(store).run([refused])

    [document] = store.session().find(JOURNAL, [refused.id])
    assert (verdict.verdict, verdict.code) == ("rejected", "never")
    assert "content" not in document


def test_a_refusal_names_what_could_be_had_instead_also_when_it_is_asked_again(
    store: Store,
) -> None:
    step = posted(site.ConsentWithdrawn)

    [first] = runner(store).run([step])
    [again] = runner(store).run([step])

    assert (first.verdict, first.alternatives) == ("rejected", INSTEAD)
    assert (again.verdict, again.first, again.alternatives) == ("duplicate", "rejected", INSTEAD)


def sealed(step: Step) -> Step:
    assert step.route
    return replace(step, route=replace(step.route, sealed=lambda digest: digest))


def test_a_deferred_event_is_refused_when_the_patience_is_over(store: Store) -> None:
    clock = Clock()
    step = posted(site.ConsentSigned)
    runner(store, clock).run([step])

    clock.move(timedelta(days=4))

    assert deferrals(store, clock).sweep() == 1
    [again] = runner(store, clock).run([step])
    assert (again.first, again.code) == ("rejected", "waited-too-long")


def test_a_deferred_step_is_read_back_as_it_was(store: Store) -> None:
    step = posted(site.ConsentSigned)
    runner(store).run([step])

    [document] = store.session().where(JOURNAL, {"verdict": "deferred"}, order="order")

    again = step_again(document, ROUTES)
    assert (again.id, again.sha256, again.envelope) == (step.id, step.sha256, step.envelope)


@pytest.mark.parametrize("size", [1, 500])
def test_a_batch_and_single_steps_end_in_the_same_state(store: Store, size: int) -> None:
    steps = [posted(site.ReferralReceived, f"patient-{n % 7}") for n in range(60)]
    for start in range(0, len(steps), size):
        runner(store).run(steps[start : start + size])

    assert [ward(store, f"patient-{n}") for n in range(7)] == [
        Ward(f"patient-{n}", changes=9 if n < 4 else 8) for n in range(7)
    ]


def test_what_would_be_refused_waits_while_an_earlier_event_of_the_patient_waits(
    store: Store,
) -> None:
    clock = Clock()
    early, late = posted(site.ConsentSigned), posted(site.ConsentWithdrawn)
    stranger = posted(site.ConsentWithdrawn, "patient-2")
    verdicts = runner(store, clock).run([early, late, stranger])
    assert [each.verdict for each in verdicts] == ["deferred", "deferred", "rejected"]

    runner(store, clock).run([posted(site.ReferralReceived)])
    waiting = deferrals(store, clock)
    while waiting.sweep():
        pass

    again = runner(store, clock).run([early, late])
    assert [each.first for each in again] == ["accepted", "rejected"]


def test_a_refusal_waits_no_longer_than_it_is_likely_to_help(store: Store) -> None:
    clock = Clock()
    dead, refused = posted(site.ConsentSigned), posted(site.ConsentWithdrawn)
    runner(store, clock).run([dead, refused])
    clock.move(REFUSAL_WAITS)

    deferrals(store, clock).sweep()

    again = runner(store, clock).run([dead, refused])
    assert [each.first for each in again] == ["deferred", "rejected"]


def person(store: Store) -> Person | None:
    read = Reads(store, "riverside").network_get(PERSONS, "person-1")
    return read.aggregate if read else None


def test_a_document_of_the_network_is_the_same_for_every_clinic(store: Store) -> None:
    for clinic in ("riverside", "harbor"):
        runner(store).run([posted(site.ContraindicationsChecked, "person-1", clinic=clinic)])

    assert person(store) == Person("person-1", ("riverside", "harbor"))


def test_what_it_emits_is_numbered_in_one_source_and_carries_the_clinic_of_the_event(
    store: Store,
) -> None:
    clinics = ("riverside", "harbor")
    runner(store).run(
        [posted(site.ContraindicationsChecked, "person-1", clinic=each) for each in clinics]
    )

    documents = store.session().where(JOURNAL, {"unsent": True}, order="order")
    headers = [dict(record.headers) for each in documents for record in records_of(each)]

    assert [each["ce_sequence"] for each in headers] == [b"1", b"2"]
    assert {each["ce_source"] for each in headers} == {b"/network/intake/persons/person-1"}
    assert [each["ce_clinic"].decode() for each in headers] == list(clinics)


def test_it_is_found_by_its_values_from_any_clinic(store: Store) -> None:
    found: list[Person] = []

    def look(_event: Event, uow: UnitOfWork) -> None:
        found.extend(uow.find(PERSONS, id="person-1"))

    runner(store).run([posted(site.ContraindicationsChecked, "person-1", clinic="harbor")])
    step = posted(site.ContraindicationsChecked, "person-2")
    runner(store).run([replace(step, route=route(site.ContraindicationsChecked, look))])

    assert found == [Person("person-1", ("harbor",))]


def test_of_two_clinics_at_once_both_are_kept(store: Store) -> None:
    rivals = [posted(site.ContraindicationsChecked, "person-1", clinic="harbor")]

    def raced(event: Event, uow: UnitOfWork) -> None:
        uow.get(PERSONS, event.subject)
        while rivals:
            runner(store).run([rivals.pop()])
        meet(event, uow)

    runner(store).run([posted(site.ContraindicationsChecked, "person-1", clinic="elsewhere")])
    step = posted(site.ContraindicationsChecked, "person-1")
    [verdict] = runner(store).run(
        [replace(step, route=route(site.ContraindicationsChecked, raced))]
    )

    assert verdict.verdict == "accepted"
    assert person(store) == Person("person-1", ("elsewhere", "harbor", "riverside"))


def test_a_clinics_reads_never_come_upon_the_networks_documents_by_mistake(store: Store) -> None:
    runner(store).run([posted(site.ContraindicationsChecked, "person-1")])
    reads = Reads(store, "riverside")

    with pytest.raises(ValueError, match="belong to the network"):
        reads.get(PERSONS, "person-1")
    with pytest.raises(ValueError, match="belong to the network"):
        reads.page(PERSONS)
    with pytest.raises(ValueError, match="belong to clinics"):
        reads.network_get(WARDS, "patient-1")
    assert [each.clinic for each in Reads(store, None).page(PERSONS)] == ["network"]
