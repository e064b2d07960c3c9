"""From a code to the first accepted event; a key that is never lost half-way and nobody reads."""

from pathlib import Path

import pytest

from services.site.agent import enrolment
from services.site.agent.agent import SiteAgent
from services.site.agent.faults import NeedsALook, NotEnrolled
from services.site.agent.home import Home, write_private
from services.site.agent.spool import Spool
from shared.client.errors import NotAllowed, NotAnswering
from shared.contracts import site
from tests.kit.issuer import URL, World
from tests.kit.site.network import SiteNetwork, cut_after, draft


@pytest.fixture
def network(tmp_path: Path) -> SiteNetwork:
    return SiteNetwork(tmp_path).with_issuer()


def world(network: SiteNetwork) -> World:
    assert network.issuer
    return network.issuer


def enrolled(network: SiteNetwork, place: str = "main") -> Home:
    home = Home(network.folder / "site")
    enrolment.enrol(home, URL, world(network).code(place), network.calls())
    return home


def opened(network: SiteNetwork, home: Home) -> SiteAgent:
    return SiteAgent(home, Spool(home.spool), network.calls(), network.clock)


def test_one_code_and_one_address_lead_to_an_accepted_event(network: SiteNetwork) -> None:
    agent = opened(network, enrolled(network))

    rows = agent.send(agent.post([draft(site.DiagnosisMade)]))

    assert [row.verdict["verdict"] for row in rows] == ["accepted"]


def test_the_key_and_the_credentials_are_the_owners_alone(network: SiteNetwork) -> None:
    home = enrolled(network)

    assert {each.name for each in home.folder.iterdir()} == {"site.json", "key.json"}
    assert {each.stat().st_mode & 0o777 for each in home.folder.iterdir()} == {0o600}
    assert home.folder.stat().st_mode & 0o777 == 0o700
    shown = repr(home.identity())
    assert home.identity().registration_access_token not in shown


def test_an_enrolment_whose_answer_was_lost_goes_on_with_the_same_code(
    network: SiteNetwork,
) -> None:
    home, code = Home(network.folder / "site"), world(network).code("main")
    network.faults = [cut_after]
    with pytest.raises(NotAnswering):
        enrolment.enrol(home, URL, code, network.calls(attempts=1))

    assert enrolment.enrol(home, URL, code, network.calls()).clinic == "riverside"


def test_a_used_code_changes_nothing_here(network: SiteNetwork) -> None:
    code = world(network).code("main")
    enrolment.enrol(Home(network.folder / "other"), URL, code, network.calls())
    home = Home(network.folder / "site")

    with pytest.raises(NotAllowed, match="used already"):
        enrolment.enrol(home, URL, code, network.calls())
    with pytest.raises(NotEnrolled, match="kap site enrol"):
        home.identity()


def test_a_rotated_key_works_and_a_rotation_that_was_cut_off_is_finished_by_the_next(
    network: SiteNetwork,
) -> None:
    home = enrolled(network)
    before = home.key()
    network.faults = [cut_after]
    with pytest.raises(NotAnswering):
        enrolment.rotate(home, network.calls(attempts=1))
    assert home.key() == before

    enrolment.rotate(home, network.calls())

    assert home.key()["d"] != before["d"]
    agent = opened(network, home)
    assert agent.send(agent.post([draft(site.DiagnosisMade)]))[0].state == "taken"


def test_a_revoked_site_is_told_the_way_back_and_loses_nothing(network: SiteNetwork) -> None:
    home = enrolled(network)
    agent = opened(network, home)
    spooled = agent.post([draft(site.DiagnosisMade)])
    world(network).revoke(home.identity().client_id)

    with pytest.raises(NotAllowed, match="kap site enrol CODE"):
        agent.sync()

    enrolment.enrol(home, URL, world(network).code("main"), network.calls())
    assert opened(network, home).send(spooled)[0].state == "taken"


def test_a_code_of_another_site_does_not_take_over_a_folder_with_events(
    network: SiteNetwork,
) -> None:
    home = enrolled(network)
    opened(network, home).post([draft(site.DiagnosisMade)])

    with pytest.raises(NeedsALook, match="1 events of /clinics/riverside/sites/main"):
        enrolment.enrol(home, URL, world(network).code("annex"), network.calls())

    assert home.identity().site == "main"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"network": 1'])
def test_a_damaged_identity_is_a_sentence_and_the_spool_is_untouched(
    network: SiteNetwork, content: bytes
) -> None:
    home = enrolled(network)
    home.identity_file.write_bytes(content)

    with pytest.raises(NeedsALook, match="spool is untouched"):
        home.identity()


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"

    write_private(file, b"first")
    write_private(file, b"second")

    assert file.read_bytes() == b"second"
    assert [each.name for each in file.parent.iterdir()] == ["file"]


def test_a_folder_is_found_by_name_or_where_the_system_keeps_such_things(tmp_path: Path) -> None:
    assert Home.at(tmp_path).folder == tmp_path
    assert Home.at().folder.parts[-2:] == ("kap", "site")
