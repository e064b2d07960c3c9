"""A lane's first letter is repaired so that it is applied, or nothing is changed and it is said."""

from threading import Barrier, Thread

import pytest

from shared.codec.cloudevents import KafkaRecord
from shared.contracts import intake, site
from shared.kernel.errors import Rejected
from shared.messaging.dead_letter import DeadLetters
from shared.messaging.memory import MemoryBroker
from shared.storage.journal import JOURNAL
from shared.storage.lanes import GAP, LANES, LETTERS, head_of
from shared.storage.store import Document, Store
from tests.contract.test_consumer import TOPIC, consumer, heard, parked, published
from tests.kit.toy import NOW, ROUTES, break_down, refuse, route, runner

LANE = "patient-1"
GOOD = {"indication": "ptsd"}
WHY = "the producer left a field out"


def letters_of(store: Store) -> DeadLetters:
    return DeadLetters("outcomes", runner(store, service="outcomes"), ROUTES)


def spoilt(record: KafkaRecord, value: bytes = b'{"indication": 7}') -> KafkaRecord:
    return KafkaRecord("x", TOPIC, record.key, value, record.headers)


def parked_lane(store: Store, value: bytes = b'{"indication": 7}', behind: int = 2) -> MemoryBroker:
    """A first event that cannot be read, and good ones behind it."""
    broker = MemoryBroker(width=1)
    first, *later = published(*[site.ReferralReceived] * (1 + behind))
    broker.publish([spoilt(first, value), *later])
    consumer(store, broker).turn()
    return broker


def head(store: Store) -> Document:
    found = head_of(store.session(), LANE)
    assert found
    return found


def repaired(store: Store, value: object = GOOD) -> Document:
    return letters_of(store).repair(LANE, head(store)["_id"], value, "operations", WHY)


@pytest.mark.parametrize("value", [b'{"indication": 7}', b"{", b"", b"\xff\xfe"])
def test_a_repaired_letter_is_applied_and_those_behind_it_follow(
    store: Store, value: bytes
) -> None:
    parked_lane(store, value)

    answer = repaired(store)

    assert (answer, heard(store), parked(store)) == ({"verdict": "accepted", "applied": 3}, 3, [])


def test_the_original_bytes_are_kept_beside_the_repaired_ones(store: Store) -> None:
    parked_lane(store)
    id_ = head(store)["_id"]

    repaired(store)

    [letter] = store.session().find(LETTERS, [id_])
    assert (letter["original"], letter["value"]) == (b'{"indication": 7}', b'{"indication":"ptsd"}')
    said = [letter[name] for name in ("repaired_by", "repaired_at", "repair_reason", "status")]
    assert said == ["operations", NOW, WHY, "accepted"]


WORSE = {
    "still malformed": ({"indication": 8}, "malformed"),
    "a field is gone": ({}, "malformed"),
    "a field that the contract does not know": (GOOD | {"indicaton": "ptsd"}, "malformed"),
    "not an object": ("ptsd", "malformed"),
    "the same again": ({"indication": 7}, "not-changed"),
}


@pytest.mark.parametrize("case", WORSE)
def test_a_repair_that_makes_it_no_better_changes_nothing_and_says_why(
    store: Store, case: str
) -> None:
    parked_lane(store, b'{"indication":7}')
    before = store.session().where(LETTERS, {}), store.session().where(LANES, {})
    value, code = WORSE[case]

    with pytest.raises(Rejected) as no:
        repaired(store, value)

    assert no.value.code == code
    assert (store.session().where(LETTERS, {}), store.session().where(LANES, {})) == before
    assert heard(store) == 0


def test_a_repair_that_its_rule_refuses_is_rolled_back(store: Store) -> None:
    """A consumed event that the rule refuses would be gone for good: worse than parked."""
    routes = {intake.PatientRegistered.type: route(intake.PatientRegistered, refuse)}
    parked_lane(store)
    letters = DeadLetters("outcomes", runner(store, service="outcomes"), routes)

    with pytest.raises(Rejected, match="would be rejected"):
        letters.repair(LANE, head(store)["_id"], GOOD, "operations", WHY)

    assert heard(store) == 0
    assert not [each for each in store.session().where(JOURNAL, {}) if "origin" in each]


def test_a_repair_that_runs_into_a_bug_is_rolled_back(store: Store) -> None:
    routes = {intake.PatientRegistered.type: route(intake.PatientRegistered, break_down)}
    parked_lane(store)
    letters = DeadLetters("outcomes", runner(store, service="outcomes"), routes)

    with pytest.raises(Rejected, match="error-1"):
        letters.repair(LANE, head(store)["_id"], GOOD, "operations", WHY)

    assert head(store)["value"] == b'{"indication": 7}'


def test_what_waits_for_an_event_that_never_came_is_not_helped_by_another_value(
    store: Store,
) -> None:
    broker = MemoryBroker(width=1)
    _, second = published(*[site.ReferralReceived] * 2)
    broker.publish([second])
    consumer(store, broker).turn()

    with pytest.raises(Rejected, match="has not been heard") as no:
        repaired(store, {"indication": "chronic-depression"})

    assert no.value.code == GAP


def test_only_the_first_letter_is_repaired_and_none_twice(store: Store) -> None:
    parked_lane(store)
    first = head(store)["_id"]
    [_, second, _] = store.session().where(LETTERS, {"lane": LANE}, order="order")
    letters = letters_of(store)

    with pytest.raises(Rejected, match="not the first"):
        letters.repair(LANE, second["_id"], GOOD, "operations", WHY)
    repaired(store)
    with pytest.raises(Rejected, match="not the first"):
        letters.repair(LANE, first, {"indication": "chronic-depression"}, "operations", WHY)

    assert heard(store) == 3


def test_of_two_repairs_at_once_one_counts_and_the_other_is_told(store: Store) -> None:
    parked_lane(store, behind=0)
    first, both, said = head(store)["_id"], Barrier(2), list[str]()

    def repair(indication: str) -> None:
        letters = letters_of(store)
        both.wait()
        try:
            letters.repair(LANE, first, {"indication": indication}, indication, WHY)
            said.append("done")
        except Rejected as no:
            said.append(no.code)

    threads = [Thread(target=repair, args=(each,)) for each in ("ptsd", "chronic-depression")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (sorted(said), heard(store)) == (["done", "not-the-first"], 1)


def test_the_original_record_that_comes_once_more_stops_nobody(store: Store) -> None:
    broker = parked_lane(store)
    repaired(store)
    broker.committed.clear()

    consumer(store, broker).turn()

    assert (heard(store), parked(store)) == (3, [])


def test_a_letter_given_up_that_comes_once_more_stops_nobody(store: Store) -> None:
    broker = parked_lane(store, b"{", behind=0)
    letters_of(store).discard(LANE)
    broker.publish(published(site.ReferralReceived, site.ReferralReceived))
    broker.committed.clear()

    consumer(store, broker).turn()

    assert (heard(store), parked(store)) == (2, [])


def test_a_lane_says_what_its_first_letter_waits_for(store: Store) -> None:
    broker = MemoryBroker(width=1)
    first, _, third = published(*[site.ReferralReceived] * 3)
    broker.publish([spoilt(first), third])
    consumer(store, broker).turn()

    repaired(store)

    [lane] = store.session().find(LANES, [LANE])
    assert (lane["parked"], lane["code"]) == (True, GAP)
