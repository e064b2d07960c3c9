"""Every finding says what is wrong and what to do about it; what is well says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.site.agent.agent import SiteAgent
from services.site.agent.health.doctor import Doctor
from services.site.agent.health.findings import Finding
from services.site.agent.spool import TAKEN, WAITING, Settled
from shared.contracts import site
from tests.kit.site.network import SiteNetwork, draft


@pytest.fixture
def network(tmp_path: Path) -> SiteNetwork:
    return SiteNetwork(tmp_path)


def found(
    network: SiteNetwork, agent: SiteAgent | None = None, **changes: object
) -> dict[str, Finding]:
    plain = Doctor(agent or network.agent(), network.clock)
    doctor = replace(plain, **changes)  # type: ignore[arg-type]
    return {each.check: each for each in doctor.findings()}


def test_a_healthy_site_has_no_finding(network: SiteNetwork) -> None:
    agent = network.agent()
    agent.post([draft(site.DiagnosisMade)])
    agent.sync()

    assert [each for each in found(network, agent).values() if not each.is_well] == []


@pytest.mark.parametrize(
    ("ahead", "says"),
    [(timedelta(days=1), "86400 s ahead of"), (timedelta(days=-1), "86400 s behind")],
)
def test_a_clock_that_is_off_by_a_day_is_told_before_anybody_is_refused_for_it(
    network: SiteNetwork, ahead: timedelta, says: str
) -> None:
    network.date = datetime(2026, 3, 2, 12, tzinfo=UTC)
    network.clock.move(ahead)

    clock = found(network)["clock"]

    assert says in clock.says
    assert "NTP" in clock.remedy


@pytest.mark.parametrize(
    ("seconds", "is_well"), [(30, True), (31, False), (-30, True), (-31, False)]
)
def test_half_a_minute_is_what_a_clock_may_be_off(
    network: SiteNetwork, seconds: int, is_well: bool
) -> None:
    network.date = datetime(2026, 3, 2, 12, tzinfo=UTC)
    network.clock.move(timedelta(seconds=seconds))

    assert found(network)["clock"].is_well is is_well


def test_a_service_that_is_away_is_named_and_the_others_are_still_checked(
    network: SiteNetwork,
) -> None:
    network.away = {"scheduling"}

    checks = found(network)

    assert not checks["way to scheduling"].is_well
    assert checks["way to intake"].is_well
    assert "numbers of intake" in checks
    assert "numbers of scheduling" not in checks


def test_a_revoked_key_is_told_with_the_way_back(network: SiteNetwork) -> None:
    network.revoked = True

    assert "enrol" in found(network)["credential"].remedy


def test_little_room_is_told(network: SiteNetwork) -> None:
    assert not found(network, free_bytes=lambda _: 1024)["disk"].is_well


@pytest.mark.parametrize(("minutes", "is_well"), [(60, True), (61, False)])
def test_a_backlog_of_more_than_an_hour_is_told(
    network: SiteNetwork, minutes: int, is_well: bool
) -> None:
    agent = network.agent()
    agent.post([draft(site.DiagnosisMade)])
    network.clock.move(timedelta(minutes=minutes))

    assert found(network, agent)["backlog"].is_well is is_well


def test_what_is_in_the_tray_is_told(network: SiteNetwork) -> None:
    agent = network.agent()
    agent.post([draft(site.ConsentWithdrawn)])
    agent.sync()

    assert "tray list" in found(network, agent)["tray"].remedy


def test_files_that_others_can_read_are_told(network: SiteNetwork) -> None:
    network.home().identity_file.chmod(0o644)

    assert "site.json" in found(network)["folder"].says


def test_an_event_that_the_network_lost_is_found_and_sent_again(network: SiteNetwork) -> None:
    agent = network.agent()
    first, second = (agent.post([draft(site.DiagnosisMade)])[0].id for _ in range(2))
    agent.spool.settle([Settled(first, TAKEN, {"verdict": "accepted"})])
    agent.sync()
    assert (
        "1 events that were taken are not there" in found(network, agent)["numbers of intake"].says
    )

    agent.mend()
    assert [row.id for row in agent.spool.rows(WAITING)] == [first]
    agent.sync()

    assert network.applied("intake") == [second, first]
    assert found(network, agent)["numbers of intake"].is_well


@pytest.mark.parametrize("count", [3, 1100])
def test_a_spool_that_begins_anew_goes_on_after_the_numbers_that_the_network_has(
    network: SiteNetwork, count: int
) -> None:
    old = network.agent()
    old.post([draft(site.DiagnosisMade) for _ in range(count)])
    old.sync()
    new = network.agent(name="new-machine")
    assert f"up to {count}" in found(network, new)["numbers of intake"].says

    new.align()

    assert new.post([draft(site.DiagnosisMade)])[0].sequence == count + 1
