"""`GET /v1/operations`: what it says is what the store holds, on either store."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.codec.cloudevents import to_kafka
from shared.contracts import intake, site
from shared.contracts.envelope import Event
from shared.contracts.topics import SERVICES
from shared.kernel.errors import Unavailable
from shared.messaging.consumer import Consumer
from shared.messaging.memory import MemoryBroker, MemorySubscription
from shared.messaging.relay import Relay
from shared.storage.memory import MemoryStore
from shared.storage.operations import processes
from shared.storage.operations.numbering import LOOKED_AT_ONCE, look_for_gaps, missing_of
from shared.storage.operations.overview import overview
from shared.storage.operations.sightings import EVERY, Sightings, clinics
from shared.storage.store import JOURNAL, SIGHTINGS, Store
from shared.storage.time import freshness
from shared.storage.time.freshness import Beat
from tests.contract.catalogue import application
from tests.kit.door import Toy, bearer, event
from tests.kit.toy import NOW, REFERRAL, ROUTES, Clock, posted, runner

HOME, OTHER = "/clinics/riverside/sites/main", "/clinics/harbor/sites/main"
MINUTE = timedelta(minutes=1)
ONE = "application/cloudevents+json"


def told(store: Store, clock: Clock, service: str = "outcomes") -> dict[str, Any]:
    return overview(store.session(), service, clock())


def sites(store: Store) -> list[tuple[str, int, list[list[int]]]]:
    found = overview(store.session(), "intake", NOW)["sites"]
    return [(each["source"], each["last_sequence"], each["missing"]) for each in found]


def test_a_service_that_nobody_has_used_has_nothing_waiting(store: Store) -> None:
    assert told(store, Clock()) == {
        "service": "outcomes",
        "at": NOW.isoformat(),
        "outbox": {"waiting": 0, "oldest_s": 0.0},
        "lanes": {"parked": 0, "letters": 0, "oldest_s": 0.0},
        "deferred": 0,
        "consumer": [],
        "knowledge": [
            {"producer": each, "age_s": None} for each in ("intake", "scheduling", "session-record")
        ],
        "sites": [],
        "health": {"mongodb": "ok", "kafka": "unknown"},
        "processes": [],
    }


def test_what_is_not_on_kafka_waits_since_it_was_recorded(store: Store) -> None:
    clock = Clock()
    runner(store, clock).run([posted(site.ReferralReceived)])
    clock.move(MINUTE)
    runner(store, clock).run([posted(site.ReferralReceived, "patient-2")])
    clock.move(MINUTE)
    assert told(store, clock)["outbox"] == {"waiting": 2, "oldest_s": 120.0}

    Relay("intake", "relay-1", store, MemoryBroker(), clock).turn()

    assert told(store, clock)["outbox"] == {"waiting": 0, "oldest_s": 0.0}


def test_what_waits_for_something_else_is_counted(store: Store) -> None:
    runner(store).run([posted(site.ConsentSigned, f"patient-{n}") for n in range(3)])

    assert told(store, Clock())["deferred"] == 3


def test_the_lanes_are_counted_with_their_letters_and_the_oldest(store: Store) -> None:
    broker, clock = MemoryBroker(), Clock()
    what = intake.PatientRegistered("ptsd")
    late = [
        Event(f"e-{n}", f"/s/{p}", what.type, p, NOW, "riverside", what, sequence=n)
        for p, n in (("p-1", 2), ("p-1", 3), ("p-2", 2))
    ]
    broker.publish([to_kafka(each, "intake.patient") for each in late])
    subscription = MemorySubscription(broker, "outcomes", ["intake.patient"])
    run = runner(store, clock, "outcomes")
    Consumer("outcomes", subscription, run, ROUTES, lambda: True, lambda _n: None).turn()
    clock.move(MINUTE)

    assert told(store, clock)["lanes"] == {"parked": 2, "letters": 3, "oldest_s": 60.0}


def test_knowledge_is_as_old_as_its_last_heartbeat(store: Store) -> None:
    topics = ("intake.patient", "scheduling.course", "session-record.encounter")
    freshness.note(store.session(), [Beat(each, 0, NOW - MINUTE, 1) for each in topics])

    ages = {each["producer"]: each["age_s"] for each in told(store, Clock())["knowledge"]}
    assert ages == {"intake": 60.0, "scheduling": 60.0, "session-record": 60.0}


def test_the_members_of_a_group_say_together_how_far_it_is_behind(store: Store) -> None:
    session = store.session()
    for member, (records, seconds) in enumerate([(5, 90.0), (7, 30.0)]):
        lag = [{"topic": "intake.patient", "records": records, "seconds": seconds}]
        processes.say(session, "consumer", f"c-{member}", {"kafka": "ok", "lag": lag}, NOW)

    found = told(store, Clock())

    assert found["consumer"] == [{"topic": "intake.patient", "records": 12, "seconds": 90.0}]
    assert [each["instance"] for each in found["processes"]] == ["c-0", "c-1"]


def test_who_has_long_been_silent_is_not_counted_on(store: Store) -> None:
    session, clock = store.session(), Clock()
    processes.say(session, "consumer", "c-1", {"kafka": "ok", "lag": []}, NOW)
    clock.move(processes.LIVES - timedelta(seconds=1))
    assert told(store, clock)["health"]["kafka"] == "ok"

    clock.move(timedelta(seconds=1))
    assert told(store, clock)["health"]["kafka"] == "unknown"
    processes.say(session, "consumer", "c-1", {"kafka": "away", "lag": []}, clock())
    processes.say(session, "relay", "r-1", {"kafka": "ok", "leads": True}, clock())

    assert told(store, clock)["health"]["kafka"] == "away"


def test_a_site_is_seen_at_once_and_written_every_few_seconds_at_most(store: Store) -> None:
    clock = Clock()
    seen = Sightings(store.session, clock)
    seen.note(HOME, "riverside", 1)
    assert sites(store) == [(HOME, 1, [])]

    for number in range(2, 100):
        clock.move(timedelta(milliseconds=40))
        seen.note(HOME, "riverside", number)
    assert sites(store) == [(HOME, 1, [])]

    seen.flush()
    assert sites(store) == [(HOME, 99, [])]
    clock.move(EVERY)
    seen.note(HOME, "riverside", 100)
    assert sites(store) == [(HOME, 100, [])]


def test_a_number_that_was_sent_late_does_not_set_a_site_back(store: Store) -> None:
    clock = Clock()
    first, second = Sightings(store.session, clock), Sightings(store.session, clock)
    first.note(HOME, "riverside", 9)
    second.note(HOME, "riverside", 4)
    first.note(HOME, "riverside", 0)
    first.flush()

    assert sites(store) == [(HOME, 9, [])]


def test_a_sighting_that_could_not_be_written_is_written_later(store: Store) -> None:
    clock, away = Clock(), [True]

    def session() -> Any:
        if away[0]:
            raise Unavailable("MongoDB is away")
        return store.session()

    seen = Sightings(session, clock)
    seen.note(HOME, "riverside", 3)
    seen.note(OTHER, "harbor", 8)
    away[0] = False
    seen.note(HOME, "riverside", 2)
    seen.flush()

    assert sites(store) == [(OTHER, 8, []), (HOME, 3, [])]
    assert clinics(store.session()) == ["harbor", "riverside"]


def test_what_is_missing_is_found_and_found_no_more_when_it_came(store: Store) -> None:
    clock = Clock()
    seen = Sightings(store.session, clock)

    def take(*numbers: int) -> None:
        steps = [posted(site.ReferralReceived, f"p-{n}", sequence=n) for n in numbers]
        runner(store, clock).run(steps)
        seen.note(HOME, "riverside", max(numbers))
        seen.flush()
        look_for_gaps(store.session(), clock())

    take(1, 2, 5, 9)
    assert sites(store) == [(HOME, 9, [[3, 4], [6, 8]])]
    take(3, 4)
    assert sites(store) == [(HOME, 9, [[6, 8]])]
    take(6, 7, 8)
    assert sites(store) == [(HOME, 9, [])]


def test_of_many_sites_those_are_looked_at_that_waited_longest(store: Store) -> None:
    clock = Clock()
    seen = Sightings(store.session, clock)
    for number in range(LOOKED_AT_ONCE + 1):
        seen.note(f"/clinics/riverside/sites/{number:03}", "riverside", 2)
        clock.move(EVERY)

    look_for_gaps(store.session(), clock())
    assert [missing for _, _, missing in sites(store)] == [[[1, 2]]] * LOOKED_AT_ONCE + [[]]
    clock.move(EVERY)
    look_for_gaps(store.session(), clock())

    assert [missing for _, _, missing in sites(store)] == [[[1, 2]]] * (LOOKED_AT_ONCE + 1)


def test_no_more_numbers_are_looked_through_than_the_window(store: Store) -> None:
    runner(store).run([posted(site.ReferralReceived, "p", sequence=5)])

    assert missing_of(store.session(), HOME, 5000) == [[4001, 4999]]


def test_the_door_notes_who_posted_whatever_came_of_it(tmp_path: Path, store: Store) -> None:
    client = Toy(tmp_path, store).app().test_client()
    body = event(site.ReferralReceived.type, REFERRAL, sequence=7)

    client.post("/v1/events", json=body, content_type=ONE, headers=bearer())
    refused = event("no.such.type.v1", {}, source=OTHER)
    harbor = bearer(clinic="harbor", sub="harbor-main")
    assert (
        client.post("/v1/events", json=refused, content_type=ONE, headers=harbor).status_code == 400
    )

    answer = client.get("/v1/operations", headers=bearer(scope="ops:read", clinic=None, site=None))
    assert answer.status_code == 200
    [other, home] = answer.get_json()["sites"]
    assert (home["source"], home["clinic"], home["last_sequence"]) == (HOME, "riverside", 7)
    assert (other["clinic"], other["last_sequence"]) == ("harbor", 0)
    assert home["last_at"] == NOW.isoformat()


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_answers_operations_and_nobody_else(service: str) -> None:
    client = application(service).test_client()

    assert client.get("/v1/operations", headers=bearer()).status_code == 403
    described = client.get("/openapi.json").get_json()["paths"]["/v1/operations"]["get"]
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == set(told(MemoryStore(), Clock(), service))


def test_nothing_in_it_names_a_patient(tmp_path: Path, store: Store) -> None:
    client = Toy(tmp_path, store).app().test_client()
    body = event(site.ReferralReceived.type, REFERRAL, subject="patient-secret", id="event-secret")
    client.post("/v1/events", json=body, content_type=ONE, headers=bearer())
    assert store.session().where(JOURNAL, {"subject": "patient-secret"})

    text = client.get("/v1/operations", headers=bearer(scope="ops:read")).text

    assert store.session().where(SIGHTINGS, {})
    assert "secret" not in text
