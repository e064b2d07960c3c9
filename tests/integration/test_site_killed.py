"""`kap site` killed at every step, as kill -9 does it: each event once, in order, none dropped."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.site.agent.home import Home
from services.site.agent.spool import TAKEN, WAITING, Spool
from shared.contracts import site
from shared.runtime.failpoints import EXIT_CODE
from tests.kit.site.network import SiteNetwork, draft
from tests.kit.site.server import served

ROOT = Path(__file__).parents[2]
STEPS = ("after_spool", "before_send", "after_send", "before_mark", "after_mark")


def kap(home: Home, *words: str, failpoint: str = "") -> int:
    variables = {**os.environ, "KAP_SITE_HOME": str(home.folder), "FAILPOINT": failpoint}
    command = [sys.executable, "-m", "services.site", "site", *words]
    ran = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, check=False)
    return ran.returncode


@pytest.mark.parametrize("step", STEPS)
def test_a_post_that_is_killed_is_finished_by_the_next_sync(tmp_path: Path, step: str) -> None:
    network = SiteNetwork(tmp_path)
    file = tmp_path / "events.json"
    ids = [f"event-{number}" for number in range(3)]
    file.write_text(json.dumps([draft(site.DiagnosisMade, id=each) for each in ids]))

    with capture_logs(), served(network) as home:
        killed = kap(home, "post", str(file), failpoint=f"site.{step}")
        again = kap(home, "post", str(file), "--offline")
        synced = kap(home, "sync")

    assert (killed, again, synced) == (EXIT_CODE, 0, 0)
    assert network.applied("intake") == ids
    with Spool(home.spool) as spool:
        assert [(row.id, row.sequence) for row in spool.rows(TAKEN)] == list(
            zip(ids, (1, 2, 3), strict=True)
        )
        assert spool.rows(WAITING) == []
