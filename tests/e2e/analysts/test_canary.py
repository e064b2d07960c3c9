"""OUT-6, OUT-9 on real processes: what was said upstream is in no byte that analysts can get, and
who withdrew is in no later one."""

from typing import Any

import bson
import pytest
from kafka import KafkaProducer
from pymongo import MongoClient

from shared.client.connection import connect
from shared.client.outcomes import OutcomesStream
from shared.contracts import site
from shared.contracts.outcomes import OutcomeResult, StreamSealed, SubjectWithdrawn
from shared.contracts.topics import OUTCOMES, STREAM, dead_letter_topic
from shared.messaging.kafka_reader import TopicReader
from tests.e2e import published
from tests.e2e.analysts import reachable
from tests.e2e.analysts.planted import NOTE, SHORTEST, Journey, PlantedDay, journey
from tests.e2e.clinical import written
from tests.e2e.site_day import PHQ_9_MILD, PHQ_9_SEVERE, SiteDay, a_while_ago
from tests.kit.canary import PLANTED, Canaries, records_as_output
from tests.kit.eventually import eventually
from tests.kit.network import RunningNetwork

NOT_OURS = ("patient", "site", "clinic", "encounter", "course")
"""Words of `PLANTED` that stand for what a running network names itself."""
CLINICS = {f"clinic {each}": each for each in ("riverside", "harbor", "/clinics/")}
BY_CLINIC = ("reports/", "releases", "chart ")
"""Operations' names of clinics may be in what is counted by clinic: OUT-7 guards it, not OUT-6."""


@pytest.fixture(scope="module")
def day(riverside: SiteDay) -> PlantedDay:
    return PlantedDay(riverside.client)


@pytest.fixture(scope="module")
def lived(network: dict[str, Any], day: PlantedDay) -> Journey:
    """A journey that has arrived on the stream, to its last result."""
    stream = OutcomesStream.of(network)
    before = {row["subject_token"] for row in stream.subjects()}
    found = journey(day, a_while_ago(119))
    note = f"encounters/{found.encounters[1]}/process-note"
    put = written.author(network, "riverside").send(
        "session-record", "PUT", note, json={"text": NOTE}
    )
    assert put.status_code == 200, put.text
    eventually(lambda: _measured(stream, before), within_s=60)
    return found


def _measured(stream: OutcomesStream, before: set[str]) -> bool:
    scores = [
        row["score"]
        for row in stream.results()
        if row["subject_token"] not in before and row["after_dose"] == 1
    ]
    return sorted(scores) == [sum(PHQ_9_MILD), sum(PHQ_9_SEVERE)]


def canaries(day: PlantedDay, *more: dict[str, str]) -> Canaries:
    return Canaries({name: word for each in (day.words(), *more) for name, word in each.items()})


def test_the_planted_words_are_found_where_they_belong(
    network: dict[str, Any], day: PlantedDay, lived: Journey
) -> None:
    """So that a search that finds nothing elsewhere has looked."""
    seen = canaries(day).sightings(_upstream(network, day, lived))

    words = {name for name in PLANTED if name not in NOT_OURS}
    found = {name for name in words for each in seen if each.startswith(f"{name} in ")}
    assert words - found == set()
    assert any(each.startswith(f"said: {lived.patient} in topics") for each in seen)
    assert any(each.startswith(f"said: {lived.encounters[1]} in topics") for each in seen)


def _upstream(network: dict[str, Any], day: PlantedDay, lived: Journey) -> dict[str, Any]:
    """What those who care for the patient may read, and what services tell each other."""
    patient, encounter = lived.patient, lived.encounters[1]
    paths = {
        "intake": (f"patients/{patient}/identity", f"patients/{patient}/fhir"),
        "session-record": (f"encounters/{encounter}/record", f"patients/{patient}/fhir"),
    }
    answers = {
        f"{service} {path}": day.client.connection.send(service, "GET", path).content
        for service, each in paths.items()
        for path in each
    }
    return {"topics": published.everything(network), **answers}


def _documents(network: dict[str, Any], service: str) -> list[bytes]:
    with MongoClient[dict[str, Any]](network["mongodb"][service]["uri"]) as client:
        found = client.get_default_database()
        return [
            bson.encode(e) for name in found.list_collection_names() for e in found[name].find()
        ]


def test_nothing_that_was_said_upstream_is_in_any_byte_that_analysts_can_get(
    network: dict[str, Any], day: PlantedDay, lived: Journey
) -> None:
    found = reachable.everything(network)

    of_people = {place: each for place, each in found.items() if not place.startswith(BY_CLINIC)}

    assert lived.patient in day.words().values()
    assert len(found) > len(of_people) > 0
    assert canaries(day, day.days(), _ids_inside(network, lived)).sightings(found) == []
    assert Canaries(CLINICS).sightings(of_people) == []


def _ids_inside(network: dict[str, Any], lived: Journey) -> dict[str, str]:
    """Which the services gave: of events, assessments, appointments, the course."""
    ids = {each for each in published.ids_about(network, lived.patient) if len(each) >= SHORTEST}
    assert len(ids) > 10
    return {f"id {each}": each for each in ids}


def test_nothing_that_was_said_upstream_is_in_metrics_or_dead_letters(
    network: dict[str, Any], day: PlantedDay, lived: Journey
) -> None:
    letters = TopicReader(network["kafka"]["bootstrap_servers"], dead_letter_topic(OUTCOMES))
    found = reachable.metrics(network) | {"dead letters": records_as_output(letters.records())}

    assert lived.patient in day.words().values()
    assert canaries(day).sightings(found) == []


@pytest.mark.usefixtures("lived")
def test_a_poisoned_record_of_the_stream_is_passed_over_and_its_content_is_logged_nowhere(
    running: RunningNetwork | None, network: dict[str, Any], day: PlantedDay
) -> None:
    if running is None:
        pytest.skip("the logs of this network are not ours to read")
    patient, token = _somebody(network, day, 96)
    _poison(network, token)

    day.assess(patient, a_while_ago(86), PHQ_9_MILD)

    stream = OutcomesStream.of(network)
    eventually(lambda: len(_of(stream, token)) == 3, within_s=60)
    logs = {name: each.log.read_bytes() for name, each in running.processes.items()}
    analysts = {name: each for name, each in logs.items() if "analytics" in name}
    said = [each for each in Canaries().sightings(logs) if not each.startswith("event in ")]
    assert said == []  # a log may say which event it is about, and nothing of what is in it
    assert all(b"records skipped" in each for each in analysts.values())
    assert canaries(day).sightings(analysts) == []


def _poison(network: dict[str, Any], token: str) -> None:
    """On the token's partition, so that whoever reads what comes next has read it."""
    sealed = f'{{"subject_token":"{token}","jwe":"{NOTE}"}}'
    unknown = f'{{"subject_token":"{PLANTED["record number"]}","note":"{NOTE}"}}'
    unopened = f'{{"subject_token":"{PLANTED["event"]}","jwe":"a..{PLANTED["event"]}.b.c"}}'
    kinds = {
        StreamSealed.type: (unknown.replace("note", "jwe"), unopened),
        "outcomes.stream.note.v9": (sealed, unknown),
    }
    reader = TopicReader(network["kafka"]["bootstrap_servers"], STREAM.name)
    known = [each for each in reader.records() if each.key == token.encode()]
    producer = KafkaProducer(bootstrap_servers=network["kafka"]["bootstrap_servers"])
    for kind, value in ((kind, each) for kind, values in kinds.items() for each in values):
        headers = [("ce_type", kind.encode()), ("ce_id", PLANTED["event"].encode())]
        sent = producer.send(STREAM.name, value.encode(), token.encode(), headers).get(30)
        assert sent.partition in {each.partition for each in known if each.offset < sent.offset}
    producer.close()


def _somebody(network: dict[str, Any], day: PlantedDay, days_ago: int) -> tuple[str, str]:
    """(patient, token) of somebody who has two results on the stream."""
    stream = OutcomesStream.of(network)
    before = {row["subject_token"] for row in stream.subjects()}
    patient = day.refer(a_while_ago(days_ago), family_name=f"{PLANTED['family name']} {days_ago}")
    day.screen(patient, a_while_ago(days_ago - 1))
    day.assess(patient, a_while_ago(days_ago - 2), PHQ_9_SEVERE)
    [token] = eventually(lambda: {row["subject_token"] for row in stream.subjects()} - before)
    eventually(lambda: len(_of(stream, token)) == 2)
    return patient, token


def _of(stream: OutcomesStream, token: str) -> list[dict[str, Any]]:
    """Of the PHQ-9; other screenings arrive too."""
    of_phq_9 = (row for row in stream.results() if row["instrument"] == "phq-9")
    return [row for row in of_phq_9 if row["subject_token"] == token]


def test_who_withdrew_is_in_no_later_byte_and_everybody_else_is_as_before(
    network: dict[str, Any], day: PlantedDay
) -> None:
    patient, token = _somebody(network, day, 94)
    stream = OutcomesStream.of(network)
    ids = {each["result_id"] for each in _of(stream, token)}
    gone = Canaries({f"result {each}": each for each in ids})
    others = [row for row in stream.results() if row["subject_token"] != token]
    counted = _counted(network)

    day.taken(site.ConsentWithdrawn, patient, a_while_ago(80))

    eventually(lambda: not _named(network, token), within_s=60)
    later = _unsealed(network)
    assert gone.sightings(later) == []
    assert canaries(day, day.days()).sightings(later) == []
    assert Canaries({"token": token}).sightings(reachable.exports(network)) == []
    for events in (stream.events(), OutcomesStream.on_kafka(network).events()):
        said = [each.data for each in events if each.data.subject_token == token]
        assert said == [SubjectWithdrawn(token)]
    assert sorted(map(repr, stream.results())) == sorted(map(repr, others))
    assert _counted(network) == counted


def _named(network: dict[str, Any], token: str) -> bool:
    """Whether anything but the word of the withdrawal still says the token."""
    stream, analyst = OutcomesStream.of(network), connect(network, "analyst")
    keys = analyst.get("outcomes", "stream/keys", kid=token)["keys"]
    rows = [row for row in stream.subjects() if row["subject_token"] == token]
    results = [
        each
        for each in stream.events()
        if isinstance(each.data, OutcomeResult) and each.data.subject_token == token
    ]
    return bool(keys or rows or _of(stream, token) or results)


def _unsealed(network: dict[str, Any]) -> dict[str, Any]:
    return {
        **reachable.exports(network),
        **reachable.streams(network),
        "opened records": reachable.on_kafka(network)["opened records"],
    }


def _counted(network: dict[str, Any]) -> list[dict[str, Any]]:
    """The network's report, as operations see it."""
    report = connect(network, "operations").get("analytics", "reports/outcomes", by="indication")
    rows: list[dict[str, Any]] = report["items"]
    return rows


def test_after_a_withdrawal_no_document_of_outcomes_holds_both_the_patient_and_the_token(
    network: dict[str, Any], day: PlantedDay
) -> None:
    if not network["mongodb"]:
        pytest.skip("the databases of this network are private")
    patient, token = _somebody(network, day, 92)
    assert _with_both(network, patient, token), "the link that a withdrawal has to cut"

    day.taken(site.ConsentWithdrawn, patient, a_while_ago(79))

    eventually(lambda: not _named(network, token), within_s=60)
    assert _with_both(network, patient, token) == []


def _with_both(network: dict[str, Any], patient: str, token: str) -> list[bytes]:
    """The documents that say whose token it is."""
    documents = _documents(network, "outcomes")
    return [each for each in documents if patient.encode() in each and token.encode() in each]
