"""Sites race over HTTP for one time while the api is killed: one gets it, and is told once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest

from shared.client.calls import Calls, Patience
from shared.client.errors import ClientError
from shared.client.events import CloudEvent
from shared.client.site import SiteClient
from shared.contracts import scheduling, site
from shared.contracts.site import WeeklyHours
from shared.runtime.clock import utc_now
from shared.storage.journal import JOURNAL, records_of
from shared.storage.mongo import MongoStore
from shared.storage.steps import Verdict
from tests.chaos.faults import deaths
from tests.kit.calendar.load import put
from tests.kit.calendar.overlap import sweep
from tests.kit.calendar.racing import Entry, run_all
from tests.kit.eventually import eventually
from tests.kit.network import RunningNetwork
from tests.kit.scheduling import KINDS, a_resource, cleared, roster_of

API, SITE, CLINIC = "scheduling-api-1", "summit-main", "summit"
CLIENTS, PLENTY = 30, 4
DAY = timedelta(days=1)
ALWAYS = tuple(WeeklyHours(day, "00:00", "24:00") for day in range(7))
BEFORE_TRYING_AGAIN_S = 0.05
DEATHS = ("", "", "api.after_commit", "store.before_commit")
"""One for each round, in which everybody wants the time of another day: kill -9 as soon as one has
an answer, or between two steps that should be one."""


@dataclass
class Race:
    """What was posted and answered. An answer to what was sent again counts as the first one."""

    answered: dict[str, Verdict] = field(default_factory=dict)
    interrupted: int = 0

    def of(self, outcome: str) -> list[str]:
        return [name for name, each in self.answered.items() if _outcome(each) == outcome]

    def has_begun(self, answers: int) -> bool:
        return len(self.answered) >= answers


@pytest.fixture
def store(running: RunningNetwork | None) -> Iterator[MongoStore]:
    if running is None:
        pytest.skip("the processes of containers are not ours to kill")
    store = MongoStore(running.addresses["mongodb"]["scheduling"]["uri"])
    yield store
    store.close()


def test_whoever_kills_the_api_one_gets_the_time_and_is_told_once(
    running: RunningNetwork, store: MongoStore
) -> None:
    morning = utc_now().replace(hour=12, minute=0, second=0, microsecond=0) + 7 * DAY
    _staff_and_clear(store, len(DEATHS) * CLIENTS)
    race = Race()

    for number, point in enumerate(DEATHS):
        _round(running, race, number, morning + number * DAY, point)

    assert race.interrupted > 0, "no post was ever interrupted: the faults did not bite"
    assert Counter(map(_outcome, race.answered.values())) == {
        "accepted": len(DEATHS),
        "rejected": len(DEATHS) * (CLIENTS - 1),
    }
    assert {each.code for each in race.answered.values()} == {"", "no-capacity"}
    assert sweep(store) == []
    assert _told(store) == dict.fromkeys(race.of("accepted"), 1)


def _staff_and_clear(store: MongoStore, patients: int) -> None:
    """One monitor; of all else there is plenty."""
    resources = [
        a_resource(kind, f"{kind}-{number}", zone="Etc/UTC", hours=ALWAYS)
        for kind in KINDS
        for number in range(1 if kind == "monitor" else PLENTY)
    ]
    put(store, CLINIC, roster_of(*resources), [])
    now = utc_now()
    known = cleared(signed_at=now, first_dose_by=now + 30 * DAY, valid_until=now + 90 * DAY)
    opening = [
        Entry(CLINIC, f"cleared-{name}", name, known, heard=True)
        for name in map(_patient, range(patients))
    ]
    assert all(each.verdict == "accepted" for each in run_all(store, opening))


def _round(running: RunningNetwork, race: Race, number: int, start: datetime, point: str) -> None:
    """Everybody posts at once, until everybody has an answer."""
    client = SiteClient.of(running.addresses, SITE, calls=Calls(patience=Patience(attempts=1)))
    before, barrier = len(race.answered), Barrier(CLIENTS)
    if point:
        running.processes[API].stop()
        _started(running, FAILPOINT=f"{point}:3")
    died = deaths(running, API)
    with ThreadPoolExecutor(CLIENTS) as pool:
        posts = [
            pool.submit(_until_answered, client, _request(client, each, start), race, barrier)
            for each in range(number * CLIENTS, (number + 1) * CLIENTS)
        ]
        if point:
            eventually(lambda: deaths(running, API) > died)
        else:
            eventually(partial(race.has_begun, before + 1), every_s=0.005)
        running.processes[API].kill()
        _started(running)
        _raise_first(posts)


def _started(running: RunningNetwork, **environment: str) -> None:
    running.start(API, **environment)
    running.wait_ready(API)


def _request(client: SiteClient, patient: int, start: datetime) -> CloudEvent:
    slots = [{"session": "dosing", "number": 1, "start": start.isoformat()}]
    data: dict[str, Any] = {"earliest": utc_now().isoformat(), "slots": slots}
    return client.event(site.CourseBookingRequested, _patient(patient), **data)


def _until_answered(client: SiteClient, event: CloudEvent, race: Race, barrier: Barrier) -> None:
    """The very same event again and again, as a site with a spool does."""
    barrier.wait()
    while True:
        try:
            race.answered[event["id"]] = client.post(event)
        except ClientError:
            race.interrupted += 1
            Event().wait(BEFORE_TRYING_AGAIN_S)
        else:
            return


def _told(store: MongoStore) -> Counter[str]:
    """How often a booking was told, by the id of the event that caused it."""
    told: Counter[str] = Counter()
    numbered: set[tuple[str, str]] = set()
    for document in store.session().where(JOURNAL, {"clinic": CLINIC}):
        for record in records_of(document):
            headers = {name: value.decode() for name, value in record.headers}
            place = headers["ce_source"], headers["ce_sequence"]
            assert place not in numbered, "one place in a sequence was given twice"
            numbered.add(place)
            if headers["ce_type"] == scheduling.AppointmentBooked.type:
                told[headers["ce_causationid"]] += 1
    return told


def _patient(number: int) -> str:
    return f"racer-{number}"


def _outcome(verdict: Verdict) -> str:
    return verdict.first or verdict.verdict


def _raise_first(posts: list[Future[Any]]) -> None:
    for each in posts:
        each.result()
