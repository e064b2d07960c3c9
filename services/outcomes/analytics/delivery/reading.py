"""One reader's way through the stream: what is there and what comes are read alike, page by page.

Back-fill and live are one loop over the log, so that no seam between them can lose or repeat.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.outcomes.analytics.delivery.cursor import Cursors
from services.outcomes.analytics.view import Entry, Log, Places
from shared.contracts.envelope import SPEC_VERSION
from shared.contracts.outcomes import SubjectWithdrawn

SOURCE = "/outcomes/stream"
LOOK_S = 0.5
"""How long one wait for news lasts before it is asked whether to go on."""


@dataclass(frozen=True)
class Wanted:
    """What a reader asked for; empty: all.

    Withdrawals and later revisions come whatever they say: they may end a row that the reader has.
    """

    instrument: str = ""
    indication: str = ""

    def has(self, entry: Entry) -> bool:
        if entry.type == SubjectWithdrawn.type:
            return True
        data = entry.data
        if self.instrument not in ("", data.get("instrument", self.instrument)):
            return False
        return data["revision"] > 0 or self.indication in ("", data["indication"])


@dataclass(frozen=True)
class Page:
    """Events as they travel, and where they end (further, where records were skipped)."""

    events: Sequence[Mapping[str, Any]]
    places: Places


@dataclass(frozen=True)
class Reader:
    log: Log
    cursors: Cursors
    wanted: Wanted = Wanted()

    def page(self, after: Places, limit: int) -> Page:
        entries, end = self.log.entries(after, limit)
        events, places = [], dict(after)
        for entry in entries:
            places[entry.partition] = entry.offset + 1
            if self.wanted.has(entry):
                events.append(_event(entry, self.cursors.text(places)))
        return Page(events, end)

    def awaited(self, after: Places, limit: int, goes_on: Callable[[], bool]) -> Page:
        """The next page that has an event; an empty one when it no longer goes on."""
        page = self.page(after, limit)
        while not page.events and goes_on():
            if page.places == after:
                self.log.wait(after, LOOK_S)
            after = page.places
            page = self.page(after, limit)
        return page

    def pages(self, after: Places, limit: int, goes_on: Callable[[], bool]) -> Iterator[Page]:
        """Page after page, also empty ones: about each `LOOK_S` while nothing comes."""
        while goes_on():
            page = self.page(after, limit)
            if page.places == after:
                self.log.wait(after, LOOK_S)
            after = page.places
            yield page


def _event(entry: Entry, cursor: str) -> dict[str, Any]:
    """A CloudEvent without a time: that would be the day, which nobody is told."""
    return {
        "specversion": SPEC_VERSION,
        "id": f"{entry.partition}-{entry.offset}",
        "source": SOURCE,
        "type": entry.type,
        "subject": entry.data["subject_token"],
        "cursor": cursor,
        "data": entry.data,
    }
