"""Every event gets its verdict once, in order, whatever the link does; alarms go first."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from services.site.agent.agent import SiteAgent
from services.site.agent.spool import TRAY, WAITING
from shared.client.errors import NotAllowed, NotAnswering, Refused
from shared.contracts import site
from shared.contracts.envelope import Event
from shared.kernel.errors import NotYet
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.site.network import (
    BREAKS,
    Fault,
    SiteNetwork,
    answers,
    cut_after,
    cut_before,
    draft,
    lost,
    twice,
)


@pytest.fixture
def network(tmp_path: Path) -> SiteNetwork:
    return SiteNetwork(tmp_path)


def post(agent: SiteAgent, count: int, subject: str = "patient-1") -> list[str]:
    events = [draft(site.DiagnosisMade, subject) for _ in range(count)]
    return [each.id for each in agent.post(events)]


@pytest.mark.parametrize("fault", [lost, cut_before, cut_after, twice, answers(503), answers(429)])
def test_an_event_takes_effect_once_whatever_becomes_of_the_first_attempt(
    network: SiteNetwork, fault: Fault
) -> None:
    agent = network.agent()
    ids = post(agent, 3)
    network.faults = [fault]

    done = agent.sync()

    assert (done.waiting, sum(done.verdicts.values())) == (0, 3)
    assert network.applied("intake") == ids


def test_a_backlog_goes_in_batches(network: SiteNetwork) -> None:
    agent = network.agent()
    ids = post(agent, 501)

    agent.sync()

    assert network.posts == [("intake", 500), ("intake", 1)]
    assert network.applied("intake") == ids


def test_alarms_go_before_the_backlog_with_what_they_need(network: SiteNetwork) -> None:
    agent = network.agent()
    post(agent, 3, "patient-2")
    before = post(agent, 1)
    alarm = agent.post([draft(site.ScreeningAnswered)])[0].id

    agent.sync()

    assert network.posts == [("intake", 2), ("intake", 3)]
    assert network.applied("intake") == [*before, alarm]


def test_while_the_door_throttles_alarms_go_alone_and_the_rest_waits_as_told(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    post(agent, 2, "patient-2")
    agent.post([draft(site.ScreeningAnswered, f"patient-{each}") for each in (3, 4)])
    network.faults = [answers(429, 7)]

    agent.sync()

    assert network.posts == [("intake", 1), ("intake", 1), ("intake", 2)]
    assert sum(network.waits) >= 7


def test_an_alarm_that_comes_while_the_backlog_is_throttled_goes_at_once(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    post(agent, 2, "patient-2")
    network.faults = [answers(429, 60)]
    network.during_wait = [lambda: None, lambda: alarm(network)]
    waited_before_alarm: list[int] = []

    def alarm(network: SiteNetwork) -> None:
        waited_before_alarm.append(len(network.waits))
        network.agent().post([draft(site.ScreeningAnswered)])

    agent.sync()

    assert network.posts == [("intake", 1), ("intake", 2)]
    assert waited_before_alarm == [2]
    assert sum(network.waits) >= 60, "the backlog waited all the same"


def test_a_service_that_is_away_holds_up_no_other_patient_and_no_alarm(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    network.away = {"intake"}
    agent.post([draft(site.DiagnosisMade), draft(site.EncounterFinished)])
    alarm = agent.post([draft(site.AssessmentAnswered)])[0].id
    other = agent.post([draft(site.EncounterFinished, "patient-2")])[0].id

    with pytest.raises(NotAnswering, match="2 events wait in the spool"):
        agent.sync()

    assert network.applied("outcomes") == [alarm]
    assert network.applied("session-record", "patient-2") == [other]
    assert network.applied("session-record") == [], "it waits for what came before it"


def test_patience_ends_and_everything_is_kept(network: SiteNetwork) -> None:
    agent = network.agent(attempts=3)
    ids = post(agent, 2)
    network.faults = [answers(503, 2)] * 9

    with pytest.raises(NotAnswering, match="doctor"):
        agent.sync()

    assert len(network.faults) == 6, "as often as patience says"
    assert [row.id for row in agent.spool.rows(WAITING)] == ids
    assert "wait in the spool" in agent.status(network.clock())["last_sync"]["stopped"]


def test_a_link_that_carries_only_small_messages_is_given_small_messages(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    ids = post(agent, 8)
    network.faults = [cut_before, cut_before, cut_before]

    agent.sync()

    assert [size for _, size in network.posts] == [1, 2, 4, 1]
    assert network.applied("intake") == ids


def test_a_batch_that_is_too_large_is_halved(network: SiteNetwork) -> None:
    agent = network.agent()
    ids = post(agent, 4)
    network.faults = [answers(413), answers(413)]

    agent.sync()

    assert network.applied("intake") == ids
    assert network.waits == []


def test_an_event_that_is_too_large_by_itself_is_in_the_tray(network: SiteNetwork) -> None:
    agent = network.agent()
    ids = post(agent, 1)
    network.faults = [answers(413)]

    agent.sync()

    row = agent.tray().get(ids[0])
    assert row.verdict["code"] == "too-large"


def test_a_revoked_site_stops_and_keeps_everything(network: SiteNetwork) -> None:
    agent = network.agent()
    post(agent, 2)
    network.revoked = True

    with pytest.raises(NotAllowed):
        agent.sync()
    network.faults = [answers(403)]
    network.revoked = False
    with pytest.raises(NotAllowed):
        agent.sync()

    assert agent.spool.waiting() == 2


def test_an_address_that_is_no_service_fills_no_tray(network: SiteNetwork) -> None:
    agent = network.agent()
    post(agent, 2)
    network.faults = [answers(404)]

    with pytest.raises(Refused):
        agent.sync()

    assert agent.spool.waiting() == 2


def test_a_verdict_that_refuses_puts_the_event_in_the_tray_and_the_next_one_goes(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    refused = agent.post([draft(site.ConsentWithdrawn)])[0].id
    ids = post(agent, 1)

    done = agent.sync()

    assert done.verdicts == {"rejected": 1, "accepted": 1}
    assert [row.id for row in agent.tray().rows()] == [refused]
    assert network.applied("intake") == ids


def test_a_refusal_whose_answer_was_lost_is_still_a_refusal(network: SiteNetwork) -> None:
    agent = network.agent()
    refused = agent.post([draft(site.ConsentWithdrawn)])[0].id
    network.faults = [cut_after]

    agent.sync()

    row = agent.tray().get(refused)
    assert (row.verdict["verdict"], row.verdict["first"]) == ("duplicate", "rejected")
    assert row.verdict["reason"] == "this one is always refused"


def test_an_event_that_breaks_the_service_is_found_and_put_aside_after_a_few_attempts(
    network: SiteNetwork,
) -> None:
    agent = network.agent(attempts=10)
    ids = post(agent, 3)
    poison = agent.post([draft(site.ClearanceRevoked, "patient-2")])[0].id
    ids += post(agent, 3)

    agent.sync()

    assert [(row.id, row.attempts, row.type) for row in agent.tray().rows()] == [
        (poison, 5, BREAKS)
    ]
    assert network.applied("intake") == ids


def test_a_batch_without_an_answer_is_halved_until_the_one_to_blame_is_alone(
    network: SiteNetwork,
) -> None:
    agent = network.agent(attempts=10)
    ids = [post(agent, 1, f"patient-{each}")[0] for each in range(5)]
    poison = ids[2]

    def breaks(request: httpx2.Request, go: Callable[[], httpx2.Response]) -> httpx2.Response:
        return answers(500)(request, go) if poison.encode() in request.content else go()

    network.faults = [breaks] * 60
    agent.sync()

    assert [row.id for row in agent.tray().rows()] == [poison]
    assert agent.spool.waiting() == 0


def test_a_service_that_breaks_at_everything_fills_no_tray(network: SiteNetwork) -> None:
    agent = network.agent()
    post(agent, 20)
    network.faults = [answers(500)] * 60

    with pytest.raises(NotAnswering):
        agent.sync()

    assert agent.spool.counts().get(TRAY, {}) == {}


def test_what_must_wait_for_somebody_is_sent_again_and_not_for_ever(network: SiteNetwork) -> None:
    agent = network.agent(attempts=40)
    ids = post(agent, 1)
    body = f'{{"verdict": "conflict", "id": "{ids[0]}", "code": "not-yet"}}'.encode()

    def not_yet(_request: httpx2.Request, _go: object) -> httpx2.Response:
        return httpx2.Response(409, content=body, headers={"Content-Type": "application/json"})

    network.faults = [not_yet] * 3
    agent.sync()
    assert network.applied("intake") == ids

    late = post(agent, 1)
    body = body.replace(ids[0].encode(), late[0].encode())
    network.faults = [not_yet] * 99
    agent.sync()
    assert agent.tray().get(late[0]).attempts == 30
    assert len(network.faults) == 69


def test_a_post_sends_its_own_subject_and_leaves_the_backlog(network: SiteNetwork) -> None:
    agent = network.agent()
    backlog = post(agent, 2, "patient-2")
    before = post(agent, 1)

    rows = agent.send(agent.post([draft(site.EncounterFinished)]))

    assert [row.verdict["verdict"] for row in rows] == ["accepted"]
    assert network.applied("intake") == before
    assert [row.id for row in agent.spool.rows(WAITING)] == backlog


def test_a_watching_sync_outlives_the_network_and_takes_what_comes(network: SiteNetwork) -> None:
    agent = network.agent(attempts=2)
    ids = post(agent, 1)
    network.faults = [answers(503)] * 2
    away: list[NotAnswering] = []
    rounds = iter((True, True, False))

    def goes_on() -> bool:
        ids.extend(post(agent, 1))
        return next(rounds)

    agent.watch(away=away.append, goes_on=goes_on)

    assert len(away) == 1
    assert network.applied("intake") == ids[:-1]


def test_what_the_network_put_off_and_refused_later_is_for_a_person(network: SiteNetwork) -> None:
    network.handles[site.EscortIntroduced.type] = wait_for_somebody
    agent = network.agent()
    late = agent.post([draft(site.EscortIntroduced)])[0].id
    agent.sync()
    assert agent.spool.deferred(9)

    network.refuse_deferred("intake", late)
    agent.sync()

    assert agent.tray().get(late).verdict["reason"] == "it waited too long"


def wait_for_somebody(event: Event, _uow: UnitOfWork) -> None:
    raise NotYet("told", event.subject)
