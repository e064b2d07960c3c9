"""Events that waited: taken up when what they need is there, refused after the patience."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from shared.codec import schema, strict_json
from shared.codec.cloudevents import from_structured
from shared.kernel.clock import Clock
from shared.kernel.errors import Conflict, Unavailable
from shared.messaging.consumer import step_of
from shared.runtime.logs import logger
from shared.storage.journal import JOURNAL, unpacked
from shared.storage.runner import Runner
from shared.storage.steps import SITE, Origin, Routes, Step
from shared.storage.store import Document, Session

PAGE = 500


@dataclass(frozen=True)
class Deferrals:
    """Swept by the consumer process, which is the one that hears what they wait for."""

    service: str
    runner: Runner
    routes: Routes
    clock: Clock
    patience: timedelta

    def sweep(self) -> int:
        """How many were decided."""
        session = self.runner.store.session()
        waiting = session.where(JOURNAL, {"verdict": "deferred"}, order="order", limit=PAGE)
        present = _present(session, waiting)
        return sum(self._take(each, each["_id"] in present) for each in waiting)

    def _take(self, document: Document, ready: bool) -> bool:
        waited = self.clock() - document["recorded_at"]
        # What Kafka told is a fact: it waits as long as it takes.
        over = document["reader"] == SITE and waited > self.patience
        if not (ready or over):
            return False
        try:
            verdict = self.runner.resume(step_again(document, self.routes), document)
            if over and verdict.verdict == "deferred":
                self.runner.refuse(document, "waited-too-long", "what it needs was never heard of")
                return True
        except Conflict:
            return False  # somebody else wrote; the next sweep sees the outcome
        except Unavailable:
            raise
        except Exception as bug:  # noqa: BLE001 - a bug of ours must not stop the others
            logger().error("deferred event fails", document=document["_id"], exc_info=bug)
            return False
        return verdict.verdict != "deferred"


def step_again(document: Document, routes: Routes) -> Step:
    """The step whose content the journal kept. It was understood once, so it is now."""
    if "origin" in document:
        return step_of(_origin(document), document["reader"], routes)
    content = strict_json.loads(document["content"])
    envelope = from_structured(content, document["clinic"])
    route = routes[envelope.type]
    data = schema.load(route.data, content["data"], closed=True)
    return Step(document["reader"], envelope, document["sha256"], document["content"], route, data)


def _origin(document: Document) -> Origin:
    topic, partition, offset = document["origin"].split("/")
    key, headers = document["subject"].encode(), unpacked(document["headers"])
    return Origin(topic, int(partition), int(offset), key, document["content"], headers)


def _present(session: Session, waiting: list[Document]) -> set[str]:
    """Ids of the journal documents whose awaited document is there now. (A refusal that waits
    behind another event is decided anew each time: what it waits for may also just be over.)"""
    wanted = defaultdict(set)
    for document in waiting:
        wanted[document["waits_in"]].add(document["waits_for"])
    there = {
        (collection, found["_id"])
        for collection, ids in wanted.items()
        for found in session.find(collection, ids)
    }
    return {each["_id"] for each in waiting if (each["waits_in"], each["waits_for"]) in there}
