"""Every check, each by itself: one that fails does not hide the others."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2

from services.site.agent.agent import SiteAgent
from services.site.agent.health.findings import Finding
from services.site.agent.health.numbers import Numbers, compared
from services.site.agent.spool import TRAY
from shared.client.calls import Calls
from shared.client.errors import ClientError, NotAllowed
from shared.contracts.topics import SERVICES
from shared.runtime.clock import utc_now

SKEW_MAX = timedelta(seconds=30)
"""Half of how long a site's signature is good for."""
DISK_FREE_MIN = 200 * 1024**2
OLD = timedelta(hours=1)
ATTEMPTS = 2
CODE = "ask operations for a new code and run `kap site enrol CODE`"


@dataclass(frozen=True)
class Doctor:
    agent: SiteAgent
    now: Callable[[], datetime] = utc_now
    free_bytes: Callable[[str], int] = lambda folder: shutil.disk_usage(folder).free

    def findings(self) -> list[Finding]:
        return [*self._here(), *self._there()]

    def _here(self) -> Iterator[Finding]:
        home, spool = self.agent.home, self.agent.spool
        yield _spool(str(spool.salvage or ""))
        yield _folder([each.name for each in home.open_to_others()])
        yield _disk(self.free_bytes(str(home.folder)))
        oldest = spool.oldest_waiting()
        since = datetime.fromisoformat(oldest.spooled_at) if oldest else None
        yield _backlog(spool.waiting(), since, self.now())
        yield _tray(len(spool.rows(TRAY)))

    def _there(self) -> Iterator[Finding]:
        calls = self._few_attempts()
        identity = self.agent.home.identity()
        answers: dict[str, httpx2.Response | None] = {}
        for service in SERVICES:
            url = f"{identity.services.get(service, '').rstrip('/')}/health/live"
            answers[service] = _asked(calls, url)
            yield _reachable(service, url, answers[service])
        dates = [each.headers.get("Date", "") for each in answers.values() if each is not None]
        yield _clock(next(filter(None, dates), ""), self.now())
        allowed = self._credential(calls)
        yield allowed
        if allowed.is_well:
            yield from self._numbers(calls, [each for each in SERVICES if _is_up(answers[each])])

    def _credential(self, calls: Calls) -> Finding:
        check = "credential"
        try:
            self.agent.home.tokens(calls).token()
        except NotAllowed as refused:
            return Finding(check, str(refused), f"If the clock is right, {CODE}.")
        except ClientError as error:
            return Finding(check, str(error), "Check the way to the network, then run this again.")
        return Finding(check, "The network knows this site's key.")

    def _numbers(self, calls: Calls, services: list[str]) -> Iterator[Finding]:
        client = replace(self.agent, calls=calls).client()
        for service in services:
            try:
                yield _gaps(compared(self.agent.spool, client, service))
            except ClientError as error:
                yield Finding(f"numbers of {service}", str(error), "Run this again later.")

    def _few_attempts(self) -> Calls:
        calls = self.agent.calls
        return replace(calls, patience=replace(calls.patience, attempts=ATTEMPTS))


def _asked(calls: Calls, url: str) -> httpx2.Response | None:
    try:
        return calls.call("GET", url)
    except (ClientError, httpx2.HTTPError, httpx2.InvalidURL):
        return None


def _is_up(answer: httpx2.Response | None) -> bool:
    return answer is not None and answer.is_success


def _spool(salvage: str) -> Finding:
    if salvage:
        return Finding("spool", salvage, "Post again what is missing, and have the disk checked.")
    return Finding("spool", "The spool is sound.")


def _folder(open_files: list[str]) -> Finding:
    if not open_files:
        return Finding("folder", "Only its owner can read the site's files.")
    names = ", ".join(open_files)
    return Finding(
        "folder", f"Others can read {names}.", f"chmod 600 {names}, then rotate the key."
    )


def _disk(free: int) -> Finding:
    says = f"{free // 1024**2} MB are free on the spool's disk."
    return Finding("disk", says, "Make room before the spool is full." * (free < DISK_FREE_MIN))


def _backlog(waiting: int, since: datetime | None, now: datetime) -> Finding:
    if since is None:
        return Finding("backlog", "Nothing waits to be sent.")
    age = max(now - since, timedelta())
    says = f"{waiting} events wait, the oldest for {str(age).partition('.')[0]}."
    return Finding("backlog", says, "Run `kap site sync`." * (age > OLD))


def _tray(count: int) -> Finding:
    remedy = "Look at each with `kap site tray list`, and fix, resend or dismiss it."
    return Finding("tray", f"{count} refused events are in the tray.", remedy * (count > 0))


def _reachable(service: str, url: str, answer: httpx2.Response | None) -> Finding:
    check = f"way to {service}"
    if _is_up(answer):
        return Finding(check, f"{url} answers.")
    what = f"answers {answer.status_code}" if answer is not None else "does not answer"
    remedy = (
        "Check this machine's network and proxy; if others reach it, tell operations. Posting goes"
        " on into the spool meanwhile."
    )
    return Finding(check, f"{url} {what}.", remedy)


def _clock(date: str, now: datetime) -> Finding:
    try:
        skew = now - parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return Finding("clock", "Nobody said what time it is, so the clock was not compared.")
    seconds = round(abs(skew).total_seconds())
    if abs(skew) <= SKEW_MAX:
        return Finding("clock", f"The clock is within {seconds} s of the network's.")
    word = "ahead of" if skew > timedelta() else "behind"
    return Finding(
        "clock",
        f"The clock is {seconds} s {word} the network's: keys are refused, and events from the"
        " future are.",
        "Set this machine's clock (NTP). Events in the spool keep their times; whatever was"
        " refused for its time is in the tray: `kap site tray fix ID --time …`.",
    )


def _gaps(numbers: Numbers) -> Finding:
    check, remedies = f"numbers of {numbers.service}", []
    says = [f"{numbers.on_the_way} numbers wait here or are in the tray."] * bool(
        numbers.on_the_way
    )
    if numbers.lost:
        says.append(f"{len(numbers.lost)} events that were taken are not there.")
        remedies.append("`kap site doctor --mend` queues them again; they take effect once.")
    if numbers.unknown:
        says.append(f"Nothing is known here of {_listed(numbers.unknown)}, and they never came.")
        remedies.append("Post again what your own records have of that time.")
    if numbers.highest:
        says.append(f"The network has numbers up to {numbers.highest}, which were not given here.")
        remedies.append(
            "The spool is an old copy, or a second one is in use: stop the other one, then"
            " `kap site doctor --mend` goes on after its numbers."
        )
    return Finding(check, " ".join(says) or "No number is missing.", " ".join(remedies))


def _listed(ranges: list[list[int]]) -> str:
    return ", ".join(f"{a}-{b}" if a != b else str(a) for a, b in ranges)
