"""Who sends too much is asked to come again, and a safety event that is alone always goes in."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import TooManyRequests
from werkzeug.test import TestResponse

from shared.contracts import site
from shared.contracts.topics import POSTED, ROUTINE_LANE, SAFETY, SAFETY_LANE, lane_of
from shared.runtime import metrics
from shared.web.operations.quota import LONGEST_S, Quota
from tests.kit.door import Toy, bearer, event
from tests.kit.toy import REFERRAL

ONE, MANY = "application/cloudevents+json", "application/cloudevents-batch+json"
LINES = "application/x-ndjson"


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def quota(seconds: Seconds, **limits: Any) -> Quota:
    return replace(Quota(events_s=10, burst=100, clock=seconds), **limits)


def refusal(quota: Quota, clinic: str, events: int) -> int:
    """After how many seconds it may come again; 0: it was let in."""
    try:
        quota.take(clinic, events)
    except TooManyRequests as refused:
        return int(str(refused.retry_after))
    return 0


def test_a_clinic_may_use_its_burst_and_then_what_comes_each_second(seconds: Seconds) -> None:
    own = quota(seconds)

    assert [refusal(own, "riverside", each) for each in (60, 40, 1)] == [0, 0, 1]
    seconds.now = 1.0
    assert [refusal(own, "riverside", each) for each in (10, 1)] == [0, 1]


def test_one_clinics_bucket_is_none_of_anothers(seconds: Seconds) -> None:
    own = quota(seconds)
    own.take("riverside", 100)

    assert (refusal(own, "riverside", 1), refusal(own, "harbor", 100)) == (1, 0)


def test_the_wait_is_as_long_as_the_bucket_needs_and_never_long(seconds: Seconds) -> None:
    own = quota(seconds)
    own.take("riverside", 100)

    assert refusal(own, "riverside", 45) == 5
    seconds.now = 4.4
    assert refusal(own, "riverside", 45) == 1
    slow = quota(seconds, events_s=0.1)
    slow.take("riverside", 100)
    assert refusal(slow, "riverside", 100) == LONGEST_S


def test_a_batch_larger_than_the_bucket_is_let_in_when_it_is_full_and_owed(
    seconds: Seconds,
) -> None:
    own = quota(seconds)

    assert [refusal(own, "riverside", each) for each in (150, 1)] == [0, 6]
    seconds.now = 5.1
    assert refusal(own, "riverside", 1) == 0


def test_a_clock_that_stands_still_never_fills_a_bucket_beyond_its_burst(
    seconds: Seconds,
) -> None:
    own = quota(seconds)
    own.take("riverside", 0)
    seconds.now = 10_000

    assert [refusal(own, "riverside", each) for each in (100, 1)] == [0, 1]


def holding(quota: Quota, clinics: Sequence[str]) -> int:
    """How many of these batches, all at the same time, are let in."""
    taken = 0
    with ExitStack() as stack:
        for clinic in clinics:
            try:
                stack.enter_context(quota.batch(clinic))
            except TooManyRequests:
                continue
            taken += 1
    return taken


@pytest.mark.parametrize(
    ("clinics", "taken"),
    [
        (["riverside"], 1),
        (["riverside"] * 2, 2),
        (["riverside"] * 8, 2),
        (["riverside"] * 8 + ["harbor"] * 8, 4),
        (["riverside"] * 8 + ["harbor"] * 8 + ["summit"] * 8, 5),
    ],
)
def test_batches_never_hold_all_the_threads_nor_one_clinic_those_of_all(
    seconds: Seconds, clinics: list[str], taken: int
) -> None:
    own = quota(seconds)

    assert holding(own, clinics) == taken
    assert holding(own, clinics) == taken, "all were given back"


def test_a_batch_that_breaks_down_gives_its_thread_back(seconds: Seconds) -> None:
    own = quota(seconds)
    for _ in range(10):
        with pytest.raises(ZeroDivisionError), own.batch("riverside"):
            raise ZeroDivisionError

    assert holding(own, ["riverside"] * 8) == 2


@pytest.fixture
def spent(tmp_path: Path) -> Toy:
    """A door at which riverside has no tokens left, in a bucket that never fills."""
    toy = Toy(tmp_path, quota=Quota(events_s=0.001, burst=1, clock=lambda: 0.0))
    toy.quota.take("riverside", 1)
    return toy


@pytest.fixture
def client(spent: Toy) -> FlaskClient:
    return spent.app().test_client()


def post(client: FlaskClient, body: Any, kind: str = ONE, **who: Any) -> TestResponse:
    return client.post("/v1/events", json=body, content_type=kind, headers=bearer(**who))


def throttled() -> float:
    name = 'events_throttled_total{clinic="riverside",service="intake"} '
    told = metrics.exposition().decode().splitlines()
    return sum(float(line.removeprefix(name)) for line in told if line.startswith(name))


def routine(**changes: Any) -> dict[str, Any]:
    return event(site.ReferralReceived.type, REFERRAL, **changes)


def answered(**changes: Any) -> dict[str, Any]:
    return event(site.ScreeningAnswered.type, {"instrument": "phq-9", "answers": []}, **changes)


@pytest.mark.parametrize("kind", [ONE, MANY, LINES])
def test_a_routine_post_above_the_share_is_told_when_to_come_again(
    client: FlaskClient, spent: Toy, kind: str
) -> None:
    before, body = throttled(), [routine()] if kind == MANY else routine()

    answer = post(client, body, kind)

    assert (answer.status_code, answer.content_type) == (429, "application/problem+json")
    assert int(answer.headers["Retry-After"]) >= 1
    assert "send the same again" in answer.get_json(force=True)["detail"]
    assert throttled() == before + 1
    assert spent.store.session().where("journal", {}) == []


def test_a_safety_event_alone_is_never_asked_to_come_again(client: FlaskClient) -> None:
    answers = [post(client, answered(id=f"answer-{number}")) for number in range(50)]

    assert 429 not in {each.status_code for each in answers}


def test_a_safety_event_among_many_goes_as_they_go(client: FlaskClient) -> None:
    assert post(client, [answered()], MANY).status_code == 429


@pytest.mark.parametrize("kind", [[], {}, None, 5, "x" * 200])
def test_a_type_that_is_no_type_is_no_way_round_the_quota(client: FlaskClient, kind: Any) -> None:
    assert post(client, routine(type=kind)).status_code == 429


def test_another_clinic_does_not_notice(client: FlaskClient) -> None:
    body = routine(source="/clinics/harbor/sites/main")

    assert post(client, body, clinic="harbor", sub="harbor-main").status_code == 202


def test_the_safety_lane_is_what_sites_may_post() -> None:
    posted = {contract.type for contracts in POSTED.values() for contract in contracts}

    assert posted >= SAFETY
    assert {lane_of(each) for each in SAFETY} == {SAFETY_LANE}
    assert lane_of(site.ReferralReceived.type) == ROUTINE_LANE
