"""A person who asks to be forgotten: nothing left can name them, and everybody else stays."""

from typing import Any
from uuid import uuid4

import bson
import pytest
from pymongo import MongoClient

from shared.contracts import site
from shared.contracts.intake import PatientErased
from tests.e2e.clinical.asked import start_of, statuses
from tests.e2e.published import everything, told
from tests.e2e.site_day import SiteDay, a_while_ago
from tests.kit.eventually import eventually


def database(network: dict[str, Any], service: str) -> dict[str, bytes]:
    """Every document of every collection, as the bytes that mongod keeps."""
    with MongoClient[dict[str, Any]](network["mongodb"][service]["uri"]) as client:
        found = client.get_default_database()
        return {
            name: b"".join(bson.encode(each) for each in found[name].find())
            for name in found.list_collection_names()
        }


def identity(day: SiteDay, patient: str) -> tuple[int, str]:
    answer = day.client.connection.send("intake", "GET", f"patients/{patient}/identity")
    return answer.status_code, answer.text


def test_who_is_erased_is_gone_from_every_answer_store_and_topic_and_nobody_else_is(
    network: dict[str, Any], riverside: SiteDay
) -> None:
    name, other_name = (f"Forgotten{uuid4().hex[:12]}" for _ in range(2))
    start = a_while_ago(190)
    other = riverside.refer(start, family_name=other_name)
    patient = riverside.admitted(start, family_name=name)
    assert identity(riverside, patient)[0] == 200
    assert name in identity(riverside, patient)[1]
    at = start_of(riverside.appointments(patient)[0])

    wanted = {"erased_by": "medical-director-1", "reason": "patient-request"}
    riverside.taken(site.IdentityErased, patient, at, **wanted)

    status, text = identity(riverside, patient)
    assert status == 410
    assert name not in text
    export = riverside.client.connection.send("intake", "GET", f"patients/{patient}/fhir")
    assert name not in export.text
    eventually(lambda: told(network, PatientErased, patient))
    eventually(lambda: statuses(riverside, patient) == {"pending"})
    for service in network["mongodb"]:
        kept = database(network, service)
        assert any(patient.encode() in each for each in kept.values()), service
        assert [where for where, each in kept.items() if name.encode() in each] == [], service
    topics = everything(network)
    assert patient.encode() in topics
    assert name.encode() not in topics
    assert identity(riverside, other)[0] == 200
    assert other_name in identity(riverside, other)[1]


@pytest.mark.parametrize("collection", ["identities", "persons"])
def test_what_was_sealed_for_the_erased_person_is_no_longer_kept(
    network: dict[str, Any], riverside: SiteDay, collection: str
) -> None:
    if not network["mongodb"]:
        pytest.skip("the databases of this network are private")
    patient = riverside.refer(a_while_ago(188))
    before = sealed(network, collection, patient)
    wanted = {"erased_by": "medical-director-1", "reason": "patient-request"}

    riverside.taken(site.IdentityErased, patient, a_while_ago(187), **wanted)

    assert before
    assert sealed(network, collection, patient) == {}


def sealed(network: dict[str, Any], collection: str, patient: str) -> dict[str, Any]:
    """The ciphertexts of the identity, or the wrapped keys of the person."""
    part = {"identities": "sealed", "persons": "keys"}[collection]
    with MongoClient[dict[str, Any]](network["mongodb"]["intake"]["uri"]) as client:
        found = client.get_default_database()[collection].find()
        [document] = [each for each in found if patient.encode() in bson.encode(each)]
    held: dict[str, Any] = document["state"][part]
    return held
