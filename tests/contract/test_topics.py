"""The catalogue: every topic has an owner and a purpose, every route a listed event."""

import re

import pytest

from shared.contracts.time import HeadAnchored, Heartbeat
from shared.contracts.topics import (
    POSTED,
    SERVICES,
    STREAM,
    TOPIC_OF,
    TOPICS,
    Topic,
    beating,
    dead_letter_topic,
    heard_by,
)
from shared.local.services import PACKAGES
from shared.storage.documents import NETWORK
from shared.web.descriptions import CONTRACTS
from tests.contract.catalogue import POLICY, service_named

BY_NAME = {topic.name: topic for topic in TOPICS}
TYPE = re.compile(r"[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*){2}\.v[1-9][0-9]*")


@pytest.mark.parametrize("topic", BY_NAME.values(), ids=BY_NAME)
def test_a_topic_has_an_owner_a_purpose_and_partitions(topic: Topic) -> None:
    assert topic.producer in SERVICES
    assert topic.name.startswith(f"{topic.producer}.")
    assert re.fullmatch(r"[a-z-]+\.[a-z-]+", topic.name)
    assert topic.description.endswith(".")
    assert topic.partitions >= 1
    assert topic.types


@pytest.mark.parametrize("topic", BY_NAME.values(), ids=BY_NAME)
def test_a_topic_is_heard_by_services_other_than_its_own_each_once(topic: Topic) -> None:
    assert set(topic.heard_by) <= set(SERVICES) - {topic.producer}
    assert len(set(topic.heard_by)) == len(topic.heard_by)


def test_every_name_is_used_once() -> None:
    kinds = [kind.type for topic in TOPICS for kind in topic.types]
    kinds += [kind.type for service in SERVICES for kind in POSTED[service]]
    kinds += [Heartbeat.type, HeadAnchored.type]

    assert len(BY_NAME) == len(TOPICS)
    assert len(set(kinds)) == len(kinds) == len(CONTRACTS)


@pytest.mark.parametrize("kind", CONTRACTS)
def test_a_type_is_named_after_its_owner_and_has_a_version(kind: str) -> None:
    assert TYPE.fullmatch(kind)
    if kind in (Heartbeat.type, HeadAnchored.type):
        assert kind.startswith(f"{NETWORK}.")
    elif topic := TOPIC_OF.get(kind):
        assert kind.startswith(f"{topic.name}.")
    else:
        takers = [each for each in SERVICES if CONTRACTS[kind] in POSTED[each]]
        assert kind.startswith(f"{takers[0]}.")


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_routes_are_what_it_takes_and_part_of_what_it_hears(name: str) -> None:
    service = service_named(name)
    heard = {kind.type for topic in heard_by(name) for kind in topic.types}

    routes = service.routes(POLICY)

    assert service.posted <= set(routes), "a type that sites may post has no route"
    assert set(routes) - service.posted <= heard, "a route for what never arrives"
    assert {kind for kind, route in routes.items() if route.data is not CONTRACTS[kind]} == set()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_acts_on_something_of_every_topic_it_hears(name: str) -> None:
    routes = service_named(name).routes(POLICY)

    idle = [
        topic.name
        for topic in heard_by(name)
        if not {kind.type for kind in topic.types} & set(routes)
    ]
    assert idle == []


@pytest.mark.parametrize("name", SERVICES)
def test_posted_events_need_a_role_and_heard_ones_do_not(name: str) -> None:
    service = service_named(name)

    with_roles = {kind for kind, route in service.routes(POLICY).items() if route.roles}

    assert with_roles == service.posted


def test_whatever_a_service_hears_beats_and_the_analysts_stream_does_not() -> None:
    beats = {topic.name for producer in SERVICES for topic in beating(producer)}

    assert beats == {topic.name for group in SERVICES for topic in heard_by(group)}
    assert STREAM.name not in beats


def test_every_consumer_group_has_a_dead_letter_topic_that_is_nobody_elses() -> None:
    letters = {group: dead_letter_topic(group) for group in SERVICES}

    assert letters == {group: f"{group}.dlq" for group in SERVICES}
    assert not set(letters.values()) & set(BY_NAME)


def test_the_services_of_the_catalogue_are_those_that_run() -> None:
    assert tuple(PACKAGES) == SERVICES
    assert {name: service_named(name).name for name in SERVICES} == {
        name: name for name in SERVICES
    }
