"""Where a reader of the stream stands, as text that only we can write and anybody may keep.

Opaque to readers: version, place per partition and the stream's own identity, under our signature.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from services.outcomes.analytics.view import Log, Places

VERSION = "1"
MAC_BYTES = 16
LONGEST = 2000
PURPOSE = "outcomes.stream cursor"
"""What the signing key is derived for (`Wrapping.derived`)."""


class CursorError(Exception):
    """The text says what to do next."""


class CursorInvalid(CursorError):
    """Not one of ours, or changed since, or of a time that has not come."""


class CursorExpired(CursorError):
    """Once ours; what comes after it is not there any more. `oldest`: where the stream begins."""

    def __init__(self, oldest: str) -> None:
        super().__init__(
            "What came after this cursor is not kept, or the stream was made anew. Drop the rows"
            " you have and read again: from `oldest`, or take an export and its cursor."
        )
        self.oldest = oldest


class NotReadYet(CursorError):
    """Ours, but further than what has been read back after a start."""


@dataclass(frozen=True)
class Cursors:
    """Writes and reads them. `key`: 32 secret bytes. `epoch`: changes when the topic is made anew,
    as offsets then begin again."""

    key: bytes
    epoch: Callable[[], str]

    def text(self, places: Places) -> str:
        """URL-safe. Places are of this epoch."""
        where = ",".join(f"{each:x}.{places[each]:x}" for each in sorted(places))
        content = f"{VERSION}|{where}|{self.epoch()}".encode()
        return urlsafe_b64encode(self._mac(content) + content).decode().rstrip("=")

    def places(self, text: str, log: Log, caught_up: Callable[[], bool]) -> Places:
        """Where to go on; empty text: from the beginning. Raises CursorError."""
        oldest, upcoming = log.places()
        if not text:
            return oldest
        epoch, places = self._read(text)
        if epoch != self.epoch() or _any_below(places, oldest):
            raise CursorExpired(self.text(oldest))
        if _any_below(upcoming, places):
            raise _too_far(caught_up())
        return places

    def _read(self, text: str) -> tuple[str, Places]:
        content = self._genuine(text)
        version, where, epoch = content.decode().split("|", 2)
        if version != VERSION:
            raise CursorInvalid(_NOT_OURS)
        pairs = (each.split(".") for each in where.split(",") if each)
        return epoch, {int(partition, 16): int(offset, 16) for partition, offset in pairs}

    def _genuine(self, text: str) -> bytes:
        try:
            raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        except ValueError as error:
            raise CursorInvalid(_NOT_OURS) from error
        mac, content = raw[:MAC_BYTES], raw[MAC_BYTES:]
        canonical = urlsafe_b64encode(raw).decode().rstrip("=") == text
        if not canonical or not hmac.compare_digest(mac, self._mac(content)):
            raise CursorInvalid(_NOT_OURS)
        return content

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self.key, content, sha256)[:MAC_BYTES]


_NOT_OURS = (
    "This is no cursor of this stream: send back one that you were given, unchanged,"
    " or none to read from the beginning."
)


def _any_below(some: Mapping[int, int], others: Mapping[int, int]) -> bool:
    """Whether a place of `some` comes before that of `others`."""
    return any(some.get(each, 0) < place for each, place in others.items())


def _too_far(caught_up: bool) -> CursorError:
    if caught_up:
        return CursorInvalid(
            "This cursor is ahead of the stream: something was lost here. Drop the rows you have"
            " and read from the beginning, or take an export and its cursor."
        )
    return NotReadYet("The stream is being read back after a start: send the same again shortly.")
