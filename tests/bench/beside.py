"""A clinic's safety events, one after the other: alone, and beside another's two-day backlog.

The backlog comes in batches from eight connections, as fast as the door lets it in.
"""

from shared.contracts.instruments import C_SSRS
from shared.web.ingest import BATCH as BATCHED
from shared.web.ingest import STRUCTURED
from tests.bench.measures import BATCH, Run, Scale
from tests.bench.ours.bodies import Visits, batched, one_each, questionnaire
from tests.bench.ours.ingest import API
from tests.bench.ours.load import Client, Job, closed_loop
from tests.bench.stage import Stage, until
from tests.kit.fairness.backlog import Backlog, Tally

BUSY, QUIET = "riverside-main", "harbor-main"
ALONE, BESIDE = "safety, alone", "safety, beside a backlog"


def measure(stage: Stage, scale: Scale) -> None:
    """`scale.posts` of each in pairs: the noise of the machine is in both."""
    stage.only(API)
    visits, alarms = Visits(), scale.posts // scale.rounds
    for _ in range(scale.rounds):
        stage.found.add(ALONE, _alarms(stage, scale, visits, alarms))
        backlog = _backlog(stage, visits)
        stage.found.add(BESIDE, _alarms(stage, scale, visits, alarms))
        _note(stage, backlog.stop())


def _backlog(stage: Stage, visits: Visits) -> Backlog:
    """It is being decided."""
    source = stage.source(BUSY)
    backlog = Backlog(
        stage.url("intake"), stage.token(BUSY), lambda: batched(visits.referrals(source, BATCH))
    ).start()
    until(lambda: backlog.taken > 0, 30)
    return backlog


def _alarms(stage: Stage, scale: Scale, visits: Visits, count: int) -> Run:
    """Answers of patients who were put on file before any clock started."""
    source, token = stage.source(QUIET), stage.token(QUIET)
    referred = visits.referrals(source, count)
    files = [batched(referred[at : at + BATCH]).content for at in range(0, count, BATCH)]
    patients = [str(each.content["subject"]) for each in referred]
    answers = one_each([questionnaire(source, each, C_SSRS.code) for each in patients])
    url = stage.url("intake")
    closed_loop(Job(url, BATCHED, (Client(token, tuple(files)),), scale.limit_s))
    client = Client(token, tuple(each.content for each in answers))
    return closed_loop(Job(url, STRUCTURED, (client,), scale.limit_s))


def _note(stage: Stage, told: Tally) -> None:
    stage.found.values["backlog batches"].append(told.taken)
    stage.found.values["backlog refused"].append(told.refused)
