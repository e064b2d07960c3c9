"""What was refused waits for a person, who mends it, sends it again or gives it up, on record."""

from pathlib import Path

import pytest

from services.site.agent.agent import SiteAgent
from services.site.agent.faults import NotThere
from services.site.agent.spool import DISMISSED, MENDED, WAITING
from shared.client.errors import BadEvent
from shared.contracts import site
from shared.kernel.errors import Rejected
from tests.kit.site.network import REFUSED, SiteNetwork, answers, draft


@pytest.fixture
def network(tmp_path: Path) -> SiteNetwork:
    return SiteNetwork(tmp_path)


def refused(agent: SiteAgent) -> str:
    """The id of an event that the network has rejected."""
    event_id = agent.post([draft(site.ConsentWithdrawn)])[0].id
    agent.sync()
    return event_id


def invalid(agent: SiteAgent) -> str:
    """The id of an event that the network found invalid: it is of the future there."""
    event = draft(site.DiagnosisMade) | {"time": "2026-03-09T12:00:00Z"}
    event_id = agent.post([event])[0].id
    agent.sync()
    return event_id


def test_a_mended_event_is_a_new_one_that_names_the_old_one(network: SiteNetwork) -> None:
    agent = network.agent()
    old = refused(agent)

    new = agent.tray().fix(old, {"reason": "moved-away"})

    row = agent.spool.get(new.id)
    assert row
    assert (row.amends, row.event["causationid"], row.state) == (old, old, WAITING)
    assert row.event["data"] == {"reason": "moved-away"}
    mended = agent.spool.get(old)
    assert mended
    assert (mended.state, mended.note) == (MENDED, new.id)
    assert agent.tray().rows() == []


def test_it_goes_before_what_was_spooled_after_the_one_it_replaces(network: SiteNetwork) -> None:
    agent = network.agent()
    old = refused(agent)
    later = agent.post([draft(site.DiagnosisMade)])[0].id

    new = agent.tray().fix(old, {"reason": "moved-away"})

    assert [row.id for row in agent.spool.ready("intake", 10)] == [new.id, later]


def test_a_number_that_the_network_never_kept_is_taken_over_and_one_it_kept_is_not(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    kept, never = refused(agent), invalid(agent)

    again = agent.tray().fix(kept, {"reason": "moved-away"})
    mended = agent.tray().fix(never, {}, time="2026-03-02T11:00:00Z")

    assert (again.sequence, mended.sequence) == (3, 2)
    agent.sync()
    assert agent.client().gaps("intake", 4) == []


def test_a_mended_event_is_checked_before_anything_changes(network: SiteNetwork) -> None:
    agent = network.agent()
    old = refused(agent)

    with pytest.raises(BadEvent, match="/colour"):
        agent.tray().fix(old, {"colour": "red"})

    assert [row.id for row in agent.tray().rows()] == [old]


def test_null_takes_a_field_out(network: SiteNetwork) -> None:
    agent = network.agent()
    event = draft(site.ScreeningAnswered)
    event["time"] = "2026-03-09T12:00:00Z"
    old = agent.post([event])[0].id
    agent.sync()

    new = agent.tray().fix(old, {"total": None}, time="2026-03-02T11:00:00Z")

    row = agent.spool.get(new.id)
    assert row
    assert "total" not in row.event["data"]


def test_what_the_network_does_not_hold_is_sent_again_under_the_same_id(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    event_id = agent.post([draft(site.DiagnosisMade)])[0].id
    network.faults = [answers(413)]
    agent.sync()

    again = agent.tray().resend(event_id)
    agent.sync()

    assert (again.id, network.applied("intake")) == (event_id, [event_id])


def test_what_the_network_has_rejected_is_sent_again_under_a_new_id(network: SiteNetwork) -> None:
    allowed: list[bool] = []

    def refuse_at_first(_event: object, _uow: object) -> None:
        if not allowed:
            raise Rejected("not-today", "come back when it is allowed")

    network.handles[REFUSED] = refuse_at_first
    agent = network.agent()
    old = refused(agent)
    allowed.append(True)

    new = agent.tray().resend(old)
    done = agent.sync()

    assert new.id != old
    assert done.verdicts == {"accepted": 1}


def test_a_rejection_that_came_back_as_a_duplicate_is_one_still(network: SiteNetwork) -> None:
    agent = network.agent()
    old = refused(agent)
    agent.spool.put([draft(site.DiagnosisMade, id="other") | {"source": "s"}])
    with agent.spool.writing():
        agent.spool.change(old, WAITING)
    agent.sync()

    assert agent.tray().resend(old).id != old


def test_giving_up_needs_a_reason_which_stays_on_record(network: SiteNetwork) -> None:
    agent = network.agent()
    event_id = refused(agent)

    with pytest.raises(BadEvent, match="--reason"):
        agent.tray().dismiss(event_id, " ")
    row = agent.tray().dismiss(event_id, "entered for the wrong patient")

    assert (row.state, row.note) == (DISMISSED, "entered for the wrong patient")
    assert row.event["data"] == {"reason": "patient-request"}
    assert agent.status(network.clock())["dismissed"] == 1


def test_only_what_is_in_the_tray_can_be_decided_about(network: SiteNetwork) -> None:
    agent = network.agent()
    taken = agent.post([draft(site.DiagnosisMade)])[0].id
    agent.sync()

    with pytest.raises(NotThere, match="it is taken"):
        agent.tray().dismiss(taken, "by mistake")
    with pytest.raises(NotThere, match="never spooled here"):
        agent.tray().resend("nobody")
