"""The site's numbers against the network's: which never came, and which came from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.site.agent.spool import TAKEN, TRAY, WAITING, Row, Spool
from shared.client.site import SiteClient
from shared.contracts.topics import SERVICES

SEEN = 999
"""How many numbers below the one asked about a service looks through (shared.web.gaps)."""
BLOCKS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one service. `lost`: taken once, and not there; `unknown`: ranges of which the spool has
    nothing; `highest`: the network's last number, where it is above ours."""

    service: str
    lost: list[Row]
    unknown: list[list[int]]
    on_the_way: int
    highest: int


def compared(spool: Spool, client: SiteClient, service: str) -> Numbers:
    """Raises NotAnswering, NotAllowed, Refused."""
    last = spool.last_number(service)
    missing = client.gaps(service, last + 1)
    rows = {row.sequence: row for one in missing for row in spool.numbered(service, *one)}
    numbers = (number for first, end in missing for number in range(first, end + 1))
    unknown = list(_ranges(number for number in numbers if number not in rows))
    on_the_way = sum(row.state in (WAITING, TRAY) for row in rows.values())
    lost = [row for row in rows.values() if row.state == TAKEN]
    there = highest(client, service, last)
    return Numbers(service, lost, unknown, on_the_way, there if there > last else 0)


def highest(client: SiteClient, service: str, above: int) -> int:
    """The last number of this site that the service has heard, or `above` if none is higher."""
    found, first = above, above + 1
    for _ in range(BLOCKS_MAX):
        ranges = client.gaps(service, first + SEEN)
        missing = {number for low, high in ranges for number in range(low, high + 1)}
        there = [number for number in range(first, first + SEEN) if number not in missing]
        if not there:
            return found
        found, first = there[-1], first + SEEN
    return found


def align(spool: Spool, client: SiteClient) -> dict[str, int]:
    """Goes on after the numbers that the network has from this site, by service."""
    known = {each: highest(client, each, spool.last_number(each)) for each in SERVICES}
    ahead = {each: last for each, last in known.items() if last > spool.last_number(each)}
    for service, last in ahead.items():
        spool.give_up_to(service, last)
    return ahead


def mend(spool: Spool, client: SiteClient) -> tuple[int, dict[str, int]]:
    """Queues again what the network has lost, and aligns the numbers. How many, and what moved."""
    lost = [row for each in SERVICES for row in compared(spool, client, each).lost if row.body]
    with spool.writing():
        for row in lost:
            spool.change(row.id, WAITING)
    return len(lost), align(spool, client)


def _ranges(numbers: Iterator[int]) -> Iterator[list[int]]:
    current: list[int] = []
    for number in numbers:
        if current and current[1] == number - 1:
            current[1] = number
            continue
        if current:
            yield current
        current = [number, number]
    if current:
        yield current
