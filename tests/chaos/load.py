"""The load of a chaos run: sites that post to intake and never give up, and what they were told."""

import itertools
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event
from typing import Any

from shared.client.calls import Calls, Patience
from shared.client.errors import ClientError
from shared.client.events import Numbering
from shared.client.site import SiteClient
from shared.contracts import site
from shared.storage.steps import Verdict
from tests.kit.toy import REFERRAL

SITES = ("riverside-main", "harbor-main", "summit-main")
PATIENTS_A_BATCH = 5
BETWEEN_BATCHES_S = 0.3
BEFORE_TRYING_AGAIN_S = 0.1
ANSWERS = [[1, 2, 1, 2, 1, 2, 1, 2, 0], [0] * 9, [3] * 8 + [1]]


@dataclass
class History:
    """What was posted, and the verdict of everything that was answered."""

    posted: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: dict[str, Verdict] = field(default_factory=dict)
    interrupted: int = 0

    def has_answered(self, events: int) -> bool:
        return len(self.answered) >= events

    @property
    def taken(self) -> list[str]:
        return [event_id for event_id, verdict in self.answered.items() if verdict.is_taken]


@contextmanager
def posting(network: dict[str, Any], history: History) -> Iterator[None]:
    """Posts from every site until the block ends; then every batch is posted to its end."""
    stop = Event()
    with ThreadPoolExecutor(len(SITES)) as pool:
        posts = [pool.submit(_post, network, client, history, stop) for client in SITES]
        try:
            yield
        finally:
            stop.set()
            _raise_first(posts)


def _post(network: dict[str, Any], client_id: str, history: History, stop: Event) -> None:
    once = Calls(patience=Patience(attempts=1))  # so that every interruption is seen here
    client = SiteClient.of(network, client_id, Numbering(), once)
    for batch in itertools.count():
        if stop.wait(BETWEEN_BATCHES_S):
            return
        patients = [f"{client_id}-{batch}-{n}" for n in range(PATIENTS_A_BATCH)]
        events = [event for patient in patients for event in _patient(client, patient)]
        history.posted |= {event["id"]: event for event in events}
        _until_answered(client, events, history)


def _until_answered(client: SiteClient, events: list[dict[str, Any]], history: History) -> None:
    """Sends the very same events again and again, as a site with a spool does."""
    while True:
        try:
            verdicts = client.post_batch(events)
        except ClientError:
            history.interrupted += 1
            Event().wait(BEFORE_TRYING_AGAIN_S)
        else:
            history.answered |= {verdict.id: verdict for verdict in verdicts}
            return


def _patient(client: SiteClient, patient: str) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    screenings = [
        client.event(site.ScreeningAnswered, patient, time=now, instrument="phq-9", answers=answers)
        for answers in ANSWERS
    ]
    own = {**REFERRAL, "family_name": f"Family-{patient}", "given_name": f"Given-{patient}"}
    return [client.event(site.ReferralReceived, patient, time=now, **own), *screenings]


def _raise_first(posts: list[Future[None]]) -> None:
    for post in posts:
        post.result()
