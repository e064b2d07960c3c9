"""Ingest through HTTP at the real api process, each variant followed at once by its raw limit.

Durable and acknowledged is what counts: verdicts `accepted`, checked against the journal after.
"""

from dataclasses import dataclass, replace

from shared.web.ingest import BATCH as BATCHED
from shared.web.ingest import STRUCTURED
from tests.bench.measures import BATCH, SITES, Run, Scale
from tests.bench.ours.bodies import Body, Visits, batched, one_each
from tests.bench.ours.load import Client, Job, closed_loop
from tests.bench.raw import mongo
from tests.bench.raw.documents import Written, without_state, written
from tests.bench.stage import Stage, service, site_of

API = "intake-api-1"


@dataclass(frozen=True, slots=True)
class Variant:
    name: str
    clients: int
    batched: bool

    def posts_each(self, scale: Scale) -> int:
        if not self.batched:
            return scale.posts // self.clients
        # More batches where more clients share them, so that both variants last alike.
        return scale.batches if self.clients == 1 else scale.batches // 2


VARIANTS = (
    Variant("batch x1", 1, batched=True),
    Variant("batch x4", 4, batched=True),
    Variant("single x8", 8, batched=False),
    Variant("single x32", 32, batched=False),
)


class Ingest:
    """The patients of all rounds are put on file first, which warms everything up as well."""

    def __init__(self, stage: Stage, scale: Scale) -> None:
        self._stage, self._scale = stage, scale
        self._visits = Visits()
        self._database = stage.database("intake")
        self._accepted = 0

    def put_on_file(self) -> None:
        events = sum(
            each.clients * each.posts_each(self._scale) * (BATCH if each.batched else 5)
            for each in VARIANTS
        )
        count = self._scale.rounds * events // 5 // len(SITES) * 2
        for site in SITES:
            source = self._stage.source(site)
            bodies = [
                batched(self._visits.referrals(source, BATCH)) for _ in range(count // BATCH + 1)
            ]
            self._posted(BATCHED, [(site, bodies)])

    def round(self) -> None:
        for variant in VARIANTS:
            bodies = [(site_of(n), self._bodies(variant, n)) for n in range(variant.clients)]
            kind = BATCHED if variant.batched else STRUCTURED
            self._stage.found.add(variant.name, self._posted(kind, bodies))
            self._raw(variant, [body for _, own in bodies for body in own])

    def check(self) -> None:
        """Nothing was counted that is not in the journal."""
        stored = self._database["journal"].count_documents({"verdict": "accepted"})
        assert stored == self._accepted, f"{self._accepted} acknowledged, {stored} stored"

    def _bodies(self, variant: Variant, client: int) -> list[Body]:
        source, posts = self._stage.source(site_of(client)), variant.posts_each(self._scale)
        if variant.batched:
            return [batched(self._visits.mixed(source, BATCH)) for _ in range(posts)]
        return one_each(self._visits.mixed(source, posts))

    def _posted(self, content_type: str, bodies: list[tuple[str, list[Body]]]) -> Run:
        tokens = {site: self._stage.token(site) for site, _ in bodies}
        clients = tuple(
            Client(tokens[site], tuple(body.content for body in own)) for site, own in bodies
        )
        job = Job(self._stage.url("intake"), content_type, clients, self._scale.limit_s)
        cpu_s = self._stage.cpu_s(API)
        run = self._stage.apart(closed_loop, job)
        run = replace(run, cpu_s=self._stage.cpu_s(API) - cpu_s)
        self._accepted += run.count
        sizes = [len(body.content) / body.events for _, own in bodies for body in own]
        self._stage.found.values["event bytes"].append(sum(sizes) / len(sizes))
        return run

    def _raw(self, variant: Variant, bodies: list[Body]) -> None:
        groups = [body.journal_ids for body in bodies]
        stored = self._stored(groups)
        done = written(self._database, stored, "patients")
        self._write_raw(f"raw {variant.name}", variant, done)
        if not variant.batched:
            self._write_raw(f"raw {variant.name}, one document", variant, without_state(done))

    def _write_raw(self, name: str, variant: Variant, done: Written) -> None:
        uri = self._stage.raw_uri(service("intake"))
        limit_s = self._scale.limit_s
        run = self._stage.apart(mongo.transactions, uri, done, variant.clients, limit_s)
        self._stage.found.add(name, run)

    def _stored(self, groups: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """The groups that arrived before the time limit: a transaction is whole or not there."""
        firsts = [group[0] for group in groups]
        found = self._database["journal"].find({"_id": {"$in": firsts}}, {"_id": 1})
        there = {each["_id"] for each in found}
        return [group for group in groups if group[0] in there]
