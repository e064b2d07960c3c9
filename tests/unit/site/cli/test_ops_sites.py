"""`kap ops sites` on a real issuer: a code, a list, an end; and an answer to every slip."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.site.cli.ops import ops
from shared.client.errors import NotAllowed, NotAnswering, Refused
from tests.kit.issuer import World, on_a_port


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def network_file(world: World) -> Iterator[Path]:
    file = world.home / "network.json"
    with on_a_port(world) as network:
        file.write_text(json.dumps(network))
        yield file


def kap(network_file: Path, *words: str) -> Result:
    return CliRunner().invoke(ops, ["sites", *words, "--network-file", str(network_file)])


def test_an_invited_site_enrols_is_listed_and_is_revoked(world: World, network_file: Path) -> None:
    invited = json.loads(kap(network_file, "invite", "riverside/annex", "--json").stdout)
    _, told = world.register(invited["code"])

    revoked = kap(network_file, "revoke", told["client_id"])
    listed = json.loads(kap(network_file, "list", "--json").stdout)

    assert invited["network"].startswith("http://127.0.0.1:")
    assert "within 60 s" in revoked.stdout
    assert [(each["site"], each["revoked"]) for each in listed] == [("annex", int(world.clock.now))]


def test_what_people_read_can_be_typed_at_the_site(world: World, network_file: Path) -> None:
    shown = kap(network_file, "invite", "riverside/annex", "--valid-min", "5").stdout
    code = shown.split("kap site enrol ")[1].split()[0]

    assert " --network http://127.0.0.1:" in shown
    assert world.register(code)[0] == 201
    assert "riverside-annex-" in kap(network_file, "list").stdout


@pytest.mark.parametrize("place", ["riverside", "riverside/", "/annex", "a/b/c", ""])
def test_a_place_is_a_clinic_and_a_site(network_file: Path, place: str) -> None:
    done = kap(network_file, "invite", place)

    assert done.exit_code == 2
    assert "CLINIC/SITE" in done.output


def test_slips_are_told_with_what_to_do(network_file: Path) -> None:
    broken, nowhere = network_file.with_name("broken.json"), network_file.with_name("none.json")
    broken.write_text("{")

    assert isinstance(kap(network_file, "revoke", "nobody").exception, Refused)
    assert isinstance(kap(network_file, "invite", "River/Side").exception, Refused)
    assert isinstance(kap(network_file, "list", "--client", "analyst").exception, NotAllowed)
    assert isinstance(kap(network_file, "list", "--client", "nobody").exception, NotAllowed)
    assert "`make run`" in str(kap(nowhere, "list").exception)
    assert isinstance(kap(broken, "list").exception, NotAnswering)
