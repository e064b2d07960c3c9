"""Whatever is posted, sent, lost, repeated or killed, and when: each event takes effect once, and
each subject's events in the order in which they were spooled."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.site.agent.spool import MENDED, TAKEN, TRAY, WAITING, Row
from shared.client.errors import ClientError
from shared.contracts import site
from shared.contracts.topics import SERVICES
from shared.runtime import failpoints
from tests.kit.site.network import (
    Fault,
    SiteNetwork,
    answers,
    cut_after,
    cut_before,
    draft,
    lost,
    twice,
)

STEPS = ("after_spool", "before_send", "after_send", "before_mark", "after_mark")
KINDS = (
    *(site.DiagnosisMade, site.ScreeningAnswered, site.EncounterFinished),
    *(site.AssessmentAnswered, site.ConsentWithdrawn, site.ClearanceRevoked),
)
FAULTS: dict[str, Fault] = {
    "lost": lost,
    "stalled": cut_before,
    "reset after send": cut_after,
    "twice": twice,
    **{str(status): answers(status, 1) for status in (429, 500, 502, 503, 413)},
}


class Killed(BaseException):
    """The process ends here: nothing after it runs."""


@dataclass
class Life:
    """A site from its first event on: the program is started anew after every kill."""

    network: SiteNetwork
    patch: pytest.MonkeyPatch
    spooled: list[str] = field(default_factory=list)

    def post(self, subject: str, kinds: list[Any], kill: str) -> None:
        events = [
            draft(kind, subject, id=f"event-{len(self.spooled) + n}")
            for n, kind in enumerate(kinds)
        ]
        self._run(lambda: self.network.agent(attempts=2).post(events), kill)
        spool = self.network.agent().spool
        self.spooled += [each["id"] for each in events if spool.get(each["id"])]

    def sync(self, faults: list[str], kill: str) -> None:
        self.network.faults = [FAULTS[each] for each in faults]
        self._run(lambda: self.network.agent(attempts=2).sync(), kill)

    def heal(self) -> None:
        self.network.faults = []
        self._run(lambda: self.network.agent(attempts=12).sync(), "")

    def _run(self, work: Callable[[], object], kill: str) -> None:
        def reach(name: str) -> None:
            if name == f"site.{kill}":
                raise Killed(name)

        self.patch.setattr(failpoints, "reach", reach)
        try:
            work()
        except (ClientError, Killed):
            return


kills = st.sampled_from(("", "", *STEPS))
posts = st.tuples(
    st.just("post"),
    st.sampled_from(("patient-1", "patient-2")),
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=4),
    kills,
)
syncs = st.tuples(st.just("sync"), st.lists(st.sampled_from(sorted(FAULTS)), max_size=3), kills)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(posts, syncs), min_size=1, max_size=8))
def test_each_event_once_and_each_subject_in_order(actions: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        life = Life(SiteNetwork(Path(folder)), patch)
        for name, *details in actions:
            getattr(life, name)(*details)
        life.heal()
        _check(life)


def _check(life: Life) -> None:
    spool = life.network.agent().spool
    rows = [row for each in life.spooled if (row := spool.get(each))]
    assert [row.id for row in rows] == life.spooled, "nothing is dropped"
    assert spool.rows(WAITING) == []
    assert spool.rows(MENDED) == []
    for service in SERVICES:
        mine = [row for row in rows if row.service == service]
        assert [row.sequence for row in mine] == list(range(1, len(mine) + 1)), "no gap, no reuse"
        for subject in ("patient-1", "patient-2"):
            _check_subject(
                life.network.applied(service, subject),
                [row for row in mine if row.subject == subject],
            )
    refused = {site.ConsentWithdrawn.type, site.ClearanceRevoked.type}
    assert {row.state for row in rows if row.type in refused} <= {TRAY}


def _check_subject(applied: list[str], rows: list[Row]) -> None:
    """Once each, in order. A fault may blame an event that is innocent, or has taken effect: it is
    in the tray, where a person sends it again under its id."""
    blamed = {row.id for row in rows if row.verdict.get("code") in ("too-large", "error")}
    assert applied == [row.id for row in rows if row.id in applied]
    assert [each for each in applied if each not in blamed] == [
        row.id for row in rows if row.state == TAKEN and row.id not in blamed
    ]
