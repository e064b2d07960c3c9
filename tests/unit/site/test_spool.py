"""What is spooled is there, numbered without gaps, once, and in order; or it is refused whole."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from services.site.agent.faults import SpoolBusy, SpoolFull
from services.site.agent.spool import TAKEN, WAITING, Settled, Spool, Which
from shared.client.errors import BadEvent
from shared.contracts import site
from tests.kit.site.network import SiteNetwork, draft
from tests.kit.toy import Clock


@pytest.fixture
def network(tmp_path: Path) -> SiteNetwork:
    return SiteNetwork(tmp_path)


def test_each_service_has_its_own_numbers_without_a_gap(network: SiteNetwork) -> None:
    agent = network.agent()

    spooled = agent.post([draft(site.DiagnosisMade), draft(site.EncounterFinished)])
    spooled += agent.post([draft(site.DiagnosisMade)])

    assert [(each.service, each.sequence) for each in spooled] == [
        ("intake", 1),
        ("session-record", 1),
        ("intake", 2),
    ]


def test_numbers_go_on_where_they_were_when_the_program_starts_again(network: SiteNetwork) -> None:
    network.agent().post([draft(site.DiagnosisMade)])

    assert network.agent().post([draft(site.DiagnosisMade)])[0].sequence == 2


def test_one_bad_event_keeps_all_of_them_out_and_takes_no_number(network: SiteNetwork) -> None:
    agent = network.agent()
    bad = draft(site.DiagnosisMade, data={"diagnosis": "not a code"})

    with pytest.raises(BadEvent, match="/diagnosis"):
        agent.post([draft(site.DiagnosisMade), bad])

    assert agent.spool.waiting() == 0
    assert agent.post([draft(site.DiagnosisMade)])[0].sequence == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"subject": ""}, "/subject: is missing"),
        ({"subject": "x" * 65}, "/subject: longer than 64"),
        ({"time": "2026-03-02T12:00:00"}, "/time"),
        ({"id": "a b"}, "/id"),
        ({"colour": "red"}, "/colour: unknown attribute"),
        ({"source": "/clinics/harbor/sites/main"}, "this site is /clinics/riverside/sites/main"),
        ({"type": "intake.patient.registered.v1"}, "no type that sites post"),
        ({"data": []}, "/data: an event's data is a JSON object"),
    ],
)
def test_what_the_network_would_find_invalid_is_refused_with_the_place(
    network: SiteNetwork, wrong: dict[str, object], says: str
) -> None:
    with pytest.raises(BadEvent, match=says):
        network.agent().post([draft(site.DiagnosisMade) | wrong])


def test_the_same_event_is_spooled_once_and_an_id_has_one_content(network: SiteNetwork) -> None:
    agent = network.agent()
    first = draft(site.DiagnosisMade, id="event-1")

    agent.post([first])
    again = agent.post([first | {"time": "2026-03-02T07:00:00-05:00"}])[0]

    assert (again.fresh, again.sequence, agent.spool.waiting()) == (False, 1, 1)
    with pytest.raises(BadEvent, match="other content"):
        agent.post([draft(site.DiagnosisMade, subject="patient-2", id="event-1")])


def test_order_is_the_order_of_spooling_whatever_the_clock_says(network: SiteNetwork) -> None:
    agent = network.agent()
    first = agent.post([draft(site.DiagnosisMade)])[0].id
    network.clock.move(-timedelta(days=2))
    second = agent.post([draft(site.DiagnosisMade)])[0].id

    assert [row.id for row in agent.spool.ready("intake", 10)] == [first, second]
    assert agent.status(network.clock())["oldest_s"] == 0


def test_the_time_stays_as_the_sender_wrote_it(network: SiteNetwork) -> None:
    agent = network.agent()
    written = "2026-03-02T07:00:00-05:00"

    spooled = agent.post([draft(site.DiagnosisMade) | {"time": written}])[0]

    row = agent.spool.get(spooled.id)
    assert row
    assert (row.time, row.event["time"]) == (written, written)


def test_an_event_waits_for_earlier_ones_of_its_subject_at_other_services(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    kinds = (site.DiagnosisMade, site.EncounterFinished, site.DiagnosisMade)
    mine = [each.id for each in agent.post([draft(kind) for kind in kinds])]
    other = agent.post([draft(site.EncounterFinished, "patient-2")])[0].id
    spool = agent.spool

    assert [row.id for row in spool.ready("intake", 10)] == [mine[0]]
    assert [row.id for row in spool.ready("session-record", 10)] == [other]
    spool.settle([Settled(mine[0], TAKEN, {"verdict": "accepted"})])
    assert [row.id for row in spool.ready("session-record", 10)] == [mine[1], other]


def test_an_alarm_takes_along_what_must_go_before_it_and_nothing_else(network: SiteNetwork) -> None:
    agent = network.agent()
    agent.post([draft(site.DiagnosisMade, "patient-2")])
    before = agent.post([draft(site.DiagnosisMade)])[0].id
    alarm = agent.post([draft(site.ScreeningAnswered)])[0].id
    agent.post([draft(site.DiagnosisMade)])

    urgent = agent.spool.ready("intake", 10, Which(urgent=True))

    assert [row.id for row in urgent] == [before, alarm]


def test_an_alarm_does_not_wait_for_a_service_that_is_away_but_keeps_its_own_order(
    network: SiteNetwork,
) -> None:
    agent = network.agent()
    kinds = (site.EncounterFinished, site.DiagnosisMade, site.ScreeningAnswered, site.DiagnosisMade)
    ids = [each.id for each in agent.post([draft(kind) for kind in kinds])]

    assert agent.spool.ready("intake", 10) == []
    ready = agent.spool.ready("intake", 10, Which(away={"session-record"}))
    assert [row.id for row in ready] == ids[1:3]


def test_a_full_spool_says_so_and_keeps_nothing_of_what_came(tmp_path: Path) -> None:
    network = SiteNetwork(tmp_path)
    network.agent().post([draft(site.DiagnosisMade)])
    small = Spool(network.home().spool, cap_bytes=1)
    event = draft(site.DiagnosisMade, id="event-2") | {"source": "s"}

    with pytest.raises(SpoolFull, match="kap site sync"):
        small.put([event])
    assert small.waiting() == 1


def test_a_full_disk_fails_the_whole_post_and_the_next_one_works(network: SiteNetwork) -> None:
    agent = network.agent()
    agent.post([draft(site.DiagnosisMade)])
    pages = agent.spool._database.execute("PRAGMA page_count").fetchone()[0]
    agent.spool._database.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(SpoolFull, match="make room"):
        agent.post([draft(site.DiagnosisMade) for _ in range(200)])
    assert agent.spool.waiting() == 1

    agent.spool._database.execute("PRAGMA max_page_count = 1000000")
    assert agent.post([draft(site.DiagnosisMade)])[0].sequence == 2


def test_several_programs_may_post_at_once_and_one_may_sync(network: SiteNetwork) -> None:
    one, other = network.agent(), network.agent()

    numbers = [each.post([draft(site.DiagnosisMade)])[0].sequence for each in (one, other, one)]

    assert numbers == [1, 2, 3]
    with one.spool.alone(), pytest.raises(SpoolBusy, match="already at work"), other.spool.alone():
        pass


def test_the_content_of_what_was_taken_long_ago_is_let_go_but_never_its_id(
    network: SiteNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.site.agent.spool.BODIES_KEPT", 2)
    agent = network.agent()
    old = draft(site.DiagnosisMade, id="event-1")
    spooled = agent.post([old, *(draft(site.DiagnosisMade) for _ in range(3))])

    agent.spool.settle([Settled(each.id, TAKEN, {"verdict": "accepted"}) for each in spooled])

    bodies = [bool(row.body) for row in agent.spool.rows(TAKEN)]
    assert bodies == [False, False, True, True]
    assert agent.post([old])[0].state == TAKEN


def test_a_commit_is_on_the_disk_before_the_post_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    database = Spool(tmp_path / "spool.db", Clock())._database

    assert database.execute("PRAGMA synchronous").fetchone()[0] == 2, "FULL"
    assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_only_the_owner_can_read_the_spool(network: SiteNetwork) -> None:
    agent = network.agent()
    agent.post([draft(site.DiagnosisMade)])

    assert agent.home.open_to_others() == []
    modes = {file.stat().st_mode & 0o777 for file in agent.home.folder.glob("spool.db*")}
    assert modes == {0o600}


def test_two_events_never_share_a_number(network: SiteNetwork) -> None:
    agent = network.agent()
    agent.post([draft(site.DiagnosisMade)])
    agent.spool._database.execute("UPDATE counter SET last = 0 WHERE name = 'intake'")

    with pytest.raises(sqlite3.IntegrityError):
        agent.post([draft(site.DiagnosisMade)])
    assert agent.spool.waiting() == 1
    assert agent.spool.rows(WAITING)[0].sequence == 1
