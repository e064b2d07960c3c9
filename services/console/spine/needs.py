"""What needs somebody now: each a sentence that says what is wrong and what to do next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.console.reading import Answer
from services.console.spine.rows import Row
from services.console.spine.sites import Site
from services.console.words import number, ranges, span


@dataclass(frozen=True, slots=True)
class Need:
    """`path`: the page that helps, or empty."""

    state: str
    what: str
    next: str
    path: str = ""


def needs_of(rows: Sequence[Row], sites: Sequence[Site], analytics: Answer) -> list[Need]:
    """The worst first."""
    found = [need for row in rows for need in _of_service(row)]
    if analytics.status != 200:
        what = analytics.fault or "analytics is not ready."
        found.append(Need("bad", what, "Read its log: reports and charts are away, nothing else."))
    found += [need for site in sites for need in _of_site(site)]
    return sorted(found, key=lambda need: need.state != "bad")


def _of_service(row: Row) -> Iterator[Need]:
    if row.fault:
        yield Need("bad", row.fault, "If it stays so, read its log and start it again.")
        return
    for part in (*row.processes, *row.stores):
        if part.state == "bad":
            what = f"{row.service}: {part.name} is {part.words}."
            yield Need("bad", what, f"Read the log of {row.service}, and start it again.")
    if row.outbox_state != "ok":
        what = f"{row.service}: an event has waited {span(row.oldest_s)} for Kafka."
        yield Need("warn", what, "See that Kafka and the relay are up; they go on by themselves.")
    if row.lag_state != "ok":
        what = f"{row.service} is {span(row.behind_s)} behind: {number(row.behind)} records."
        yield Need("warn", what, "If the number does not fall, start a second consumer.")
    if row.parked:
        what = f"{row.service}: events of {number(row.parked)} patients wait in lanes."
        path = f"/operations/lanes/{row.service}"
        yield Need("warn", what, "Read why, remove the cause, replay.", path)
    for each in row.old_knowledge:
        age = "never" if each["age_s"] is None else f"{span(each['age_s'])} ago"
        what = f"{row.service} heard {each['producer']} out {age}."
        yield Need("warn", what, f"See that {each['producer']}'s relay is up.")


def _of_site(site: Site) -> Iterator[Need]:
    name = f"{site.clinic}/{site.name}"
    if site.state == "bad":
        what = f"{name} has been silent for {span(site.age_s)} though it is open."
        yield Need("bad", what, "Telephone the clinic; kap site doctor there says what to do.")
    for door in site.doors:
        if door.ranges:
            what = f"{name}: numbers {ranges(door.ranges)} never came to {door.service}."
            yield Need("warn", what, "kap site sync there sends what its spool still holds.")
