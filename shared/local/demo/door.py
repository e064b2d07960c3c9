"""Where the demo posts and waits: one client per clinic, every verdict counted."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Any

from shared.client.calls import Calls
from shared.client.events import SERVICE_OF, Numbering
from shared.client.site import EVENTS_MAX, SiteClient
from shared.codec.schema import moment
from shared.contracts.site import CourseBookingRequested
from shared.local.demo.clinics import CLINICS
from shared.local.demo.story import Appointment, Happening
from shared.local.engines import Problem
from shared.storage.steps import Verdict

Progress = Callable[[int, int], None]
LOOK_EVERY_S = 0.1
PATIENCE_S = 90
QUIET = timedelta(hours=3)
SURPRISES_SHOWN = 20
MAY_BE_REFUSED = frozenset({CourseBookingRequested.type})
"""A full calendar is an answer, not a fault."""
STANDS = ("booked", "fulfilled")


@dataclass(frozen=True)
class Summary:
    """What feeding came to. `surprises`: verdicts that the demo did not mean to get."""

    events: int
    seconds: float
    verdicts: Mapping[str, int]
    patients: int
    doses: int
    surprises: tuple[str, ...]


@dataclass
class Door:
    """`expected`: about how many events there will be, for the progress bar alone."""

    network: Mapping[str, Any]
    progress: Progress
    expected: int
    verdicts: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    deferred: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        calls = Calls()
        self.sites = {
            clinic.name: SiteClient.of(self.network, clinic.client_id, Numbering(), calls)
            for clinic in CLINICS
        }

    def post(self, clinic: str, happenings: Iterable[Happening]) -> None:
        """In order of time, a batch at a time."""
        for batch in batches(sorted(happenings, key=lambda each: each.time)):
            self._post(clinic, batch)

    def await_deferred(self) -> None:
        """Until whatever had to wait for something is decided."""
        self.wait(self._has_decided_all, "deferred events are not taken up")

    def wait(self, is_so: Callable[[], bool], trouble: str) -> None:
        until = monotonic() + PATIENCE_S
        pause = Event()
        while not is_so():
            if monotonic() > until:
                raise Problem(
                    f"The demo was not fed: after {PATIENCE_S} s {trouble}. See .run/logs;"
                    " `make run` again goes on where it stopped, `make clean run` starts anew."
                )
            pause.wait(LOOK_EVERY_S)

    def _post(self, clinic: str, told: Sequence[Happening]) -> None:
        site = self.sites[clinic]
        events = [
            site.event(each.data, each.subject, time=each.time, event_id=each.event_id)
            for each in told
        ]
        for event, verdict in zip(events, site.post_batch(events), strict=True):
            self._count(clinic, event["type"], verdict)
        done = self.verdicts.total()
        self.progress(done, max(done, self.expected))

    def _count(self, clinic: str, kind: str, verdict: Verdict) -> None:
        self.verdicts[verdict.verdict] += 1
        if verdict.verdict == "deferred":
            self.deferred.append((clinic, kind, verdict.id))
        elif not verdict.is_taken and kind not in MAY_BE_REFUSED:
            self._surprise(f"{kind} {verdict.id}: {verdict.verdict} {verdict.reason}")

    def _has_decided_all(self) -> bool:
        waiting = []
        for clinic, kind, event_id in self.deferred:
            found = self.sites[clinic].get(SERVICE_OF[kind], f"events/{event_id}")
            verdict = next(each for each in found["handled"] if each["by"] == "site")
            if verdict["verdict"] == "deferred":
                waiting.append((clinic, kind, event_id))
            elif verdict["verdict"] != "accepted":
                self._surprise(f"{kind} {event_id}, deferred: {verdict['reason']}")
        self.deferred = waiting
        return not waiting

    def _surprise(self, words: str) -> None:
        if len(self.surprises) < SURPRISES_SHOWN:
            self.surprises.append(words)


def batches(told: Sequence[Happening]) -> Iterator[Sequence[Happening]]:
    """Cut where the clinic is quiet: of a session that is half told the clock would ask for
    readings that are on their way."""
    start = 0
    while start < len(told):
        end = min(start + EVENTS_MAX, len(told))
        quiet = (at for at in range(end, start, -1) if _is_quiet(told, at))
        end = next(quiet, end)
        yield told[start:end]
        start = end


def _is_quiet(told: Sequence[Happening], at: int) -> bool:
    return at == len(told) or told[at].time - told[at - 1].time > QUIET


def appointments(site: SiteClient) -> dict[str, list[Appointment]]:
    """What stands in the clinic's calendar: by patient, in order of time."""
    found: defaultdict[str, list[Appointment]] = defaultdict(list)
    for each in site.items("scheduling", "appointments"):
        if each["status"] in STANDS:
            start = moment(each["start"])
            one = Appointment(each["appointment_id"], each["session"], each["dose_number"], start)
            found[each["patient_id"]].append(one)
    return {who: sorted(those, key=lambda one: one.start) for who, those in found.items()}


def readiness(site: SiteClient, patient_id: str, appointment: Appointment) -> Any | None:
    """session-record's answer; None while it has not heard of the appointment."""
    path = f"patients/{patient_id}/readiness"
    return site.find("session-record", path, appointment_id=appointment.id)


def has_heard(site: SiteClient, service: str, event_id: str, listener: str) -> bool:
    """What the service told because of this event has reached the listener."""
    found = site.get(service, f"events/{event_id}")
    told = [each for handled in found["handled"] for each in handled["published"]]
    verdicts = [
        each["verdict"]
        for record in told
        for each in record["consumers"]
        if each["service"] == listener
    ]
    return bool(verdicts) and all(each == "accepted" for each in verdicts)
