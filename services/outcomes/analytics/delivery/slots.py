"""How many may hold a thread of the server at once: a reader that waits must not starve reports."""

from threading import BoundedSemaphore

LIVE, POLLS = 16, 8
"""Of the server's threads; the rest answers at once."""


class Slots:
    def __init__(self, count: int) -> None:
        self.count = count
        self._free = BoundedSemaphore(count)

    def take(self) -> bool:
        """Whether there was a free one; whoever has it gives it back."""
        return self._free.acquire(blocking=False)

    def give_back(self) -> None:
        self._free.release()
