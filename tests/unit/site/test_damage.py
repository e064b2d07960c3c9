"""A damaged spool is moved aside, never deleted, and what can be read of it is kept."""

import sqlite3
from pathlib import Path

import pytest

from services.site.agent.health.doctor import Doctor
from services.site.agent.spool import WAITING, Spool
from shared.contracts import site
from tests.kit.site.network import SiteNetwork, draft

PAGE = 4096


@pytest.fixture
def network(tmp_path: Path) -> SiteNetwork:
    return SiteNetwork(tmp_path)


def filled(network: SiteNetwork, count: int = 60) -> list[str]:
    agent = network.agent()
    spooled = agent.post([draft(site.DiagnosisMade, f"patient-{n}") for n in range(count)])
    agent.spool.close()
    return [each.id for each in spooled]


def overwrite(file: Path, first: int, content: bytes) -> None:
    whole = bytearray(file.read_bytes())
    whole[first : first + len(content)] = content
    file.write_bytes(whole)


def pages_of(file: Path, table: str) -> list[int]:
    """Where leaf pages of the table begin."""
    found = []
    whole = file.read_bytes()
    for start in range(PAGE, len(whole), PAGE):
        is_leaf_of_a_table = whole[start] == 0x0D
        if is_leaf_of_a_table and table.encode() in whole[start : start + PAGE]:
            found.append(start)
    return found


def test_a_broken_page_costs_what_was_on_it_and_nothing_else(network: SiteNetwork) -> None:
    ids = filled(network)
    leaves = pages_of(network.home().spool, "diagnosis")
    overwrite(network.home().spool, leaves[len(leaves) // 2], b"\xff" * PAGE)

    spool = network.agent().spool

    assert spool.salvage
    left = [row.id for row in spool.rows(WAITING)]
    assert 0 < len(ids) - len(left) < len(ids) // 2
    assert left == [each for each in ids if each in left], "in the old order"
    assert spool.salvage.aside.exists()
    assert "Run `kap site doctor`" in str(spool.salvage)


def test_the_numbers_go_on_after_all_that_were_given(network: SiteNetwork) -> None:
    filled(network)
    leaves = pages_of(network.home().spool, "diagnosis")
    overwrite(network.home().spool, leaves[-1], b"\xff" * PAGE)

    assert network.agent().post([draft(site.DiagnosisMade)])[0].sequence == 61


def test_doctor_names_the_numbers_that_were_lost(network: SiteNetwork) -> None:
    ids = filled(network)
    leaves = pages_of(network.home().spool, "diagnosis")
    overwrite(network.home().spool, leaves[len(leaves) // 2], b"\xff" * PAGE)
    agent = network.agent()
    agent.sync()
    left = {row.sequence for row in agent.spool.rows("taken")}
    lost = [number for number in range(1, len(ids) + 1) if number not in left]

    says = {each.check: each for each in Doctor(agent, network.clock).findings()}

    assert f"{lost[0]}-{lost[-1]}" in says["numbers of intake"].says
    assert "Post again" in says["numbers of intake"].remedy


@pytest.mark.parametrize("content", [b"no database at all" * 400, b"\0" * 3 * PAGE])
def test_a_file_of_which_nothing_can_be_read_is_kept_aside_too(
    network: SiteNetwork, content: bytes
) -> None:
    filled(network)
    network.home().spool.write_bytes(content)

    agent = network.agent()

    assert agent.spool.salvage
    assert agent.spool.salvage.aside.read_bytes() == content
    assert agent.post([draft(site.DiagnosisMade)])[0].sequence == 1


def test_a_second_damage_does_not_overwrite_what_is_left_of_the_first(network: SiteNetwork) -> None:
    asides = []
    for content in (b"first damage" * 500, b"second damage" * 500):
        filled(network, 1)
        network.home().spool.write_bytes(content)
        salvage = network.agent().spool.salvage
        assert salvage
        asides.append(salvage.aside)

    assert [each.read_bytes()[:6] for each in asides] == [b"first ", b"second"]


def test_a_sound_spool_is_left_alone(network: SiteNetwork) -> None:
    filled(network)

    assert network.agent().spool.salvage is None
    assert list(network.home().folder.glob("*damaged*")) == []


def test_a_write_that_was_cut_off_by_a_power_cut_is_undone(network: SiteNetwork) -> None:
    ids = filled(network, 2)
    other = sqlite3.connect(network.home().spool, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE event SET state = 'taken'")
    other.close()

    spool = Spool(network.home().spool)

    assert (spool.salvage, [row.id for row in spool.rows(WAITING)]) == (None, ids)
