"""At the real door: a backlog delays nobody's alarm, and replicas' numbers add up."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

from shared.contracts.instruments import C_SSRS
from shared.contracts.topics import INTAKE
from shared.local import status
from shared.local.engines import Engines
from shared.local.engines.ports import free_engine_ports
from shared.local.services import Backends, ServiceProcess, child_process
from shared.local.settings import Settings
from shared.storage.mongo import MongoStore
from shared.storage.store import JOURNAL
from shared.web.ingest import BATCH, STRUCTURED
from tests.bench.ours.bodies import Visits, batched, one_each, questionnaire
from tests.kit.door import ISSUER, bearer, jwks_file, token
from tests.kit.engines import fresh_database
from tests.kit.eventually import eventually
from tests.kit.fairness.backlog import Backlog

RIVERSIDE, HARBOR = "/clinics/riverside/sites/main", "/clinics/harbor/sites/main"
AT_HARBOR = {"clinic": "harbor", "sub": "harbor-main"}
EVENTS, ALARMS = 500, 60


@dataclass(frozen=True)
class Door:
    """One api process of intake."""

    port: int
    uri: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(self, content: bytes, kind: str, **who: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = bearer(**who) | {"Content-Type": kind}
        connection.request("POST", "/v1/events", content, headers)
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    def counted(self, metric: str) -> Counter[str]:
        """The metric's values by its labels, as Prometheus reads them from this process."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        found = re.findall(rf"^{metric}(\{{.*\}}) (\S+)$", text, re.MULTILINE)
        return Counter({labels: float(value) for labels, value in found})


@contextmanager
def doors(engines: Engines, home: Path, count: int) -> Iterator[list[Door]]:
    """So many replicas over one database."""
    uri = fresh_database(engines)
    backends = Backends(engines.bootstrap_servers, engines.mongodb_uri)
    tokens = {"TOKEN_ISSUER": ISSUER, "TOKEN_JWKS": str(jwks_file(home)), "MONGODB_URI": uri}
    with ExitStack() as stack:
        found = []
        for number in range(count):
            process = ServiceProcess(INTAKE, "api", free_engine_ports().kafka)
            own = Settings(home=home / f"api-{number}", environment=os.environ)
            child = child_process(process, own, backends, **tokens, INSTANCE=f"api-{number}")
            stack.callback(child.stop)
            child.start()
            child.wait_until(partial(status.answers, process.port, "/health/ready"), 60)
            found.append(Door(process.port, uri))
        yield found


def test_while_one_clinic_drains_a_backlog_anothers_safety_events_all_go_in(
    engines: Engines, tmp_path: Path
) -> None:
    visits = Visits()
    with doors(engines, tmp_path, 1) as [door]:
        on_file = visits.referrals(HARBOR, ALARMS)
        assert door.post(batched(on_file).content, BATCH, **AT_HARBOR)[0] == 200
        patients = [each.content["subject"] for each in on_file]
        alarms = one_each([questionnaire(HARBOR, each, C_SSRS.code) for each in patients])
        backlog = Backlog(
            door.url, token(), lambda: batched(visits.referrals(RIVERSIDE, EVENTS))
        ).start()
        eventually(lambda: backlog.taken >= 2)

        answers = [door.post(each.content, STRUCTURED, **AT_HARBOR) for each in alarms]

        assert backlog.is_sending, "it was beside the alarms to the last of them"
        before, told = backlog.taken, backlog.stop()
        assert {status for status, _ in answers} == {202}
        assert all(b'"verdict":"accepted"' in said for _, said in answers)
        assert before > 2, "the backlog went on meanwhile"
        assert told.refused > 0, "and was held to its share"
        assert (told.events, told.others) == (told.taken * EVENTS, ())
        throttled = door.counted("events_throttled_total")
        assert throttled == {'{clinic="riverside",service="intake"}': told.refused}
        store = MongoStore(door.uri)
        stored = store.session().count(JOURNAL, {"verdict": "accepted"}, limit=1_000_000)
        store.close()
        assert stored == told.events + 2 * ALARMS, "each once"


def test_the_numbers_of_two_replicas_add_up_to_what_was_posted(
    engines: Engines, tmp_path: Path
) -> None:
    visits = Visits()
    with doors(engines, tmp_path, 2) as replicas:
        for replica, events in zip(replicas, (30, 12), strict=True):
            body = batched(visits.referrals(RIVERSIDE, events))
            assert replica.post(body.content, BATCH)[0] == 200
            assert replica.post(body.content, BATCH)[0] == 200, "again: duplicates"

        each = [replica.counted("event_verdicts_total") for replica in replicas]

        added = {re.findall(r'verdict="(\w+)"', labels)[0]: n for labels, n in sum_of(each).items()}
        assert added == {"accepted": 42.0, "duplicate": 42.0}
        up = sum_of([replica.counted("dependency_up") for replica in replicas])
        assert up == {'{dependency="mongodb",service="intake"}': 2.0}


def sum_of(counted: list[Counter[str]]) -> Counter[str]:
    return sum(counted, Counter())
