"""Waiting for a state, never for a time: bounded, and it says what was last seen."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T | None], within_s: float = 30.0, every_s: float = 0.05) -> T:
    """What `look` returns once it is true; an AssertionError after `within_s`."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"still not so after {within_s} s: last seen {seen!r}")
        time.sleep(every_s)
