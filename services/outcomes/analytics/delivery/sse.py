"""The stream as server-sent events (WHATWG HTML, section 9.2): what `curl -N` and browsers read."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.outcomes.analytics.delivery.reading import Page, Reader
from services.outcomes.analytics.view import Places
from shared.codec import strict_json

CONTENT_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""Proxies on the way keep nothing and hold nothing back."""
PAGE, PING_S, RETRY_MS = 500, 15.0, 1000
LONGEST_S = 900.0
"""Then the reader comes again, with a token that is still good."""


@dataclass
class Live:
    """One connection. `sent`: events so far."""

    reader: Reader
    stops: Callable[[], object]
    clock_s: Callable[[], float] = time.monotonic
    sent: int = 0

    def text(self, after: Places) -> Iterator[bytes]:
        yield f"retry: {RETRY_MS}\n\n".encode()
        began_s = spoke_s = self.clock_s()
        for page in self.reader.pages(after, PAGE, lambda: self._goes_on(began_s)):
            now_s = self.clock_s()
            if page.events or now_s - spoke_s >= PING_S:
                spoke_s = now_s
                self.sent += len(page.events)
                yield self._told(page)
        yield b": this connection ends; come again with the last id\n\n"

    def _goes_on(self, began_s: float) -> bool:
        return not self.stops() and self.clock_s() - began_s < LONGEST_S

    def _told(self, page: Page) -> bytes:
        """An empty page is a sign of life, with a cursor behind all that was skipped."""
        if not page.events:
            return f": ping\nid: {self.reader.cursors.text(page.places)}\n\n".encode()
        return b"".join(
            b"id: %b\nevent: %b\ndata: %b\n\n"
            % (each["cursor"].encode(), each["type"].encode(), strict_json.dumps(each))
            for each in page.events
        )
