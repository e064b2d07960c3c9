"""One run: a site is enrolled, comes back after two days, and is killed at every step meanwhile."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any

from services.site.agent import enrolment
from services.site.agent.agent import SiteAgent
from services.site.agent.home import Home, Identity
from shared.client.calls import Calls
from shared.client.enrolment import Sites
from tests.chaos.site.agent import (
    AFTER_SPOOL,
    OFFLINE,
    POINTS,
    POST_AT_RANDOM,
    SYNC_AT_RANDOM,
    Agent,
    Process,
)
from tests.chaos.site.backlog import Draft, Site
from tests.chaos.site.checker import Evidence, Happened
from tests.chaos.site.evidence import duplicates, evidence, known_to_outcomes, waiting
from tests.chaos.site.proxy import TOXICS, Deck, bad_link
from tests.kit.eventually import eventually
from tests.kit.network import RunningNetwork

THROTTLED = {"QUOTA_BURST": "100", "QUOTA_EVENTS_S": "75", "QUOTA_BULK_PER_CLINIC": "1"}
PROCESSES: dict[str, dict[str, str]] = {
    "intake-api-1": THROTTLED,
    "intake-relay-1": {},
    "outcomes-api-1": THROTTLED,
    "outcomes-consumer-1": {},
}
"""What posts to intake and outcomes need, with a door that asks a backlog to wait."""
THROTTLE = "throttle"
"""No toxic of the link: the door's 429 with Retry-After."""
KNOWN_PATIENTS = 20
KILLED_WITHIN_S = 1.0
POST_KILLED_S = (0.4, 1.5)
TRIES_MAX = 12


@dataclass(frozen=True)
class Size:
    """`passes`: how often each kill is done; `fresh`: events that are posted meanwhile, each time;
    `stall_s`: the longest stall; `must_meet`: what a run without is no proof."""

    backlog: int
    passes: int
    fresh: int
    stall_s: float
    must_meet: tuple[str, ...] = tuple(TOXICS)


SHORT = Size(backlog=400, passes=1, fresh=5, stall_s=1.0)
LONG = Size(backlog=1500, passes=2, fresh=20, stall_s=35.0, must_meet=(*TOXICS, THROTTLE))
"""Stalls up to above the agent's own patience with one answer (30 s)."""


@dataclass(frozen=True)
class Outcome:
    evidence: Evidence
    happened: Happened
    statuses: dict[int, int]


def run(network: RunningNetwork, seed: int, size: Size) -> Outcome:
    home = Home(network.settings.home / f"site-{seed}")
    straight = _enrolled(network.addresses, home)
    said = Site(f"s{seed}", Random(seed))  # noqa: S311 - repeatable, no secret
    _before_the_outage(network.addresses, home, said)
    with _agent(home, straight, seed, size) as agent:
        drive = Drive(agent, said, size)
        drive.backlog()
        for _ in range(size.passes):
            drive.kill_everywhere()
        drive.until_empty()
        found = evidence(network.addresses, home, straight, said.said)
        met = agent.link.met + Counter({THROTTLE: agent.link.statuses[429]})
        happened = Happened(met, agent.kills, duplicates(home))
        return Outcome(found, happened, dict(agent.link.statuses))


@dataclass
class Drive:
    """What is done to the agent, step by step. Events are posted by one process after another, so
    that the order in which they were said is known."""

    agent: Agent
    site: Site
    size: Size

    def backlog(self) -> None:
        """All of two days; the process dies when it is spooled, and whoever does not know that
        posts it again."""
        self._spool(self.site.day(self.size.backlog), AFTER_SPOOL)

    def kill_everywhere(self) -> None:
        for point in self.agent.dice.sample(POINTS, len(POINTS)):
            self._again_and_again(point, partial(self._die_at, point))
        self._again_and_again(SYNC_AT_RANDOM, self._killed_at_work)
        self._again_and_again(POST_AT_RANDOM, self._post_killed)

    def until_empty(self) -> None:
        """Until nothing waits and every toxic was met."""
        for _ in range(TRIES_MAX):
            if not self._quiet_toxics() and not waiting(self.agent.home):
                return
            if self._quiet_toxics():
                self._spool(self.site.day(self.size.fresh))
            self.agent.ended(self.agent.sync())
        raise AssertionError(f"{waiting(self.agent.home)} still wait; {self._quiet_toxics()}")

    def _die_at(self, point: str) -> bool:
        nth = self.agent.dice.randint(1, 2)
        return self._meanwhile(
            self.agent.sync(f"{point}:{nth}"), lambda sync: self.agent.die_at(sync, point)
        )

    def _killed_at_work(self) -> bool:
        return self._meanwhile(
            self.agent.sync(), lambda sync: self.agent.kill_at_work(sync, KILLED_WITHIN_S)
        )

    def _post_killed(self) -> bool:
        """At any moment of a post that would send, too; then it is posted again."""
        drafts = self.site.day(self.size.fresh)
        died = self.agent.kill(self.agent.post(drafts), POST_AT_RANDOM, *POST_KILLED_S)
        self._spool(drafts)
        return died

    def _meanwhile(self, sync: Process, end: Callable[[Process], bool]) -> bool:
        """Another process posts while the sync is at work and its end comes."""
        drafts = self.site.day(self.size.fresh)
        post = self.agent.post(drafts)
        ended = end(sync)
        if not self.agent.well(post):
            self._spool(drafts)
        return ended

    def _spool(self, drafts: list[Draft], point: str = "") -> None:
        if point:
            assert self.agent.die_at(self.agent.post(drafts, OFFLINE, point=point), point)
        assert self.agent.well(self.agent.post(drafts, OFFLINE)), "a post that only spools failed"

    def _again_and_again(self, name: str, once: Callable[[], bool]) -> None:
        assert any(once() for _ in range(TRIES_MAX)), f"never killed: {name}"
        print(f"killed: {name}; {waiting(self.agent.home)} wait")

    def _quiet_toxics(self) -> list[str]:
        return [name for name in TOXICS if not self.agent.link.met[name]]


def _enrolled(network: dict[str, Any], home: Home) -> Identity:
    code = Sites(network).invite("riverside", home.folder.name)["code"]
    return enrolment.enrol(home, network["issuer"], code, Calls())


def _before_the_outage(network: dict[str, Any], home: Home, site: Site) -> None:
    """The patients of before, until every service knows them."""
    with SiteAgent.open(home) as agent:
        agent.post(site.refer(KNOWN_PATIENTS))
        agent.sync()
    eventually(lambda: known_to_outcomes(network) >= KNOWN_PATIENTS, within_s=60, every_s=0.2)


@contextmanager
def _agent(home: Home, straight: Identity, seed: int, size: Size) -> Iterator[Agent]:
    """The site behind the bad link."""
    wanted = {name: straight.services[name] for name in ("intake", "outcomes")}
    with bad_link(wanted, Deck(seed, clean_ways=2), size.stall_s) as link:
        home.keep(replace(straight, services={**straight.services, **link.urls}))
        yield Agent(home, link, Random(seed))  # noqa: S311 - repeatable, no secret
