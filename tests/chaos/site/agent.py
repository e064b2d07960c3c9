"""The agent as what it is at a site: processes of `kap site`, started, killed, and run again."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from os import environ
from random import Random
from typing import Any

from services.site.agent.home import Home
from services.site.cli.output import Exit
from shared.runtime.failpoints import EXIT_CODE
from tests.chaos.site.proxy import BadLink
from tests.kit.eventually import eventually

COMMAND = (sys.executable, "-m", "services.site", "site")
ENDS_WITHIN_S = 180
OFFLINE = "--offline"
POINTS = ("site.before_send", "site.after_send", "site.before_mark", "site.after_mark")
AFTER_SPOOL = "site.after_spool"
SYNC_AT_RANDOM, POST_AT_RANDOM = "sync at a random moment", "post at a random moment"
KILLS = (*POINTS, AFTER_SPOOL, SYNC_AT_RANDOM, POST_AT_RANDOM)
Process = subprocess.Popen[bytes]


@dataclass
class Agent:
    """`kills`: how often a process died where, by its failpoint or by our SIGKILL."""

    home: Home
    link: BadLink
    dice: Random
    kills: Counter[str] = field(default_factory=Counter)
    _files: int = 0

    def post(self, drafts: Sequence[dict[str, Any]], *options: str, point: str = "") -> Process:
        """`kap site post` of these, in a process of its own."""
        self._files += 1
        file = self.home.folder / f"events-{self._files}.json"
        file.write_text(json.dumps(list(drafts)), encoding="utf-8")
        return self._start("post", str(file), *options, point=point)

    def sync(self, point: str = "") -> Process:
        return self._start("sync", point=point)

    def die_at(self, process: Process, point: str) -> bool:
        """Whether it ended at its failpoint, and not before it got there."""
        died = self.ended(process) == EXIT_CODE
        self.kills[point] += died
        return died

    def kill_at_work(self, process: Process, within_s: float) -> bool:
        """kill -9 within so many seconds of its first request; whether it was still at work."""
        before = self.link.posts
        eventually(lambda: self.link.posts > before or process.poll() is not None, ENDS_WITHIN_S)
        return self.kill(process, SYNC_AT_RANDOM, 0, within_s)

    def kill(self, process: Process, name: str, earliest_s: float, latest_s: float) -> bool:
        try:
            process.wait(self.dice.uniform(earliest_s, latest_s))
        except subprocess.TimeoutExpired:
            process.kill()
        died = process.wait() < 0
        self.kills[name] += died
        return died

    def ended(self, process: Process) -> int:
        return process.wait(ENDS_WITHIN_S)

    def well(self, process: Process) -> bool:
        """Whether it did its work; what the tray holds is for the checker."""
        return self.ended(process) in (Exit.DONE, Exit.LOOK)

    def _start(self, *words: str, point: str) -> Process:
        """What it says to people is in the log; a post's rows, event by event, are not."""
        environment = {**environ, "KAP_SITE_HOME": str(self.home.folder), "FAILPOINT": point}
        with (self.home.folder / "agent.log").open("ab") as log:
            out = subprocess.DEVNULL if "post" in words else log
            return subprocess.Popen(
                [*COMMAND, *words, "--json"], stdout=out, stderr=log, env=environment
            )
