"""The end of a start: a code that a new site of the demo can use at once."""

import io
from pathlib import Path

from rich.console import Console

from shared.local.report import print_code
from tests.kit.issuer import World, on_a_port


def test_a_start_ends_with_a_code_that_works_for_an_hour(tmp_path: Path) -> None:
    world, said = World(tmp_path), io.StringIO()

    with on_a_port(world) as network:
        print_code(network, Console(file=said, soft_wrap=True))

    line = said.getvalue()
    code = line.split("kap site enrol ")[1].split()[0]
    world.clock.now += 3599
    status, told = world.register(code)
    assert line.startswith("A new site, riverside/annex?")
    assert (status, told["site"]) == (201, "annex")
