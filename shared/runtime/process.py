"""A process that ends well: SIGTERM sets a flag, loops see it, finish their turn and leave."""

import gc
import signal
from collections.abc import Callable
from threading import Event, Thread
from types import FrameType


class Drain:
    """True once the process was asked to stop. Waiting on it is how loops pause."""

    def __init__(self) -> None:
        self._asked = Event()

    def on_signals(self) -> "Drain":
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)
        return self

    def ask(self) -> None:
        self._asked.set()

    def __bool__(self) -> bool:
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Waits so long, or less if asked to stop; whether it was asked."""
        return self._asked.wait(seconds)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()


def background(name: str, run: Callable[[], None]) -> Thread:
    """A thread beside those that answer, for what must go on between requests. It is started, and
    ends with the process: `run` should heed a drain."""
    thread = Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def settle() -> None:
    """After start-up: what is loaded stays, and collections come less often.

    A batch makes some hundred thousand short-lived objects, none of them in cycles; at Python's
    defaults the collector walks them all several times (measured: a third of a batch's time).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)
