"""Fairness at the door: one clinic's backlog must not stand before another clinic's alarm.

A clinic has a bucket of tokens for its routine events, and so many of the process's threads for
its batches; who is above is asked to come again. A safety event that is posted alone always goes
in. Of one process: each replica counts for itself.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

from werkzeug.exceptions import TooManyRequests

BULK_AGAIN_S, LONGEST_S = 1, 60
BUCKETS_MAX = 1000
TOO_MANY_BATCHES = (
    "as many batches as may are being decided; send this one again after the time in Retry-After,"
    " and never more than one at a time from a site"
)
TOO_MANY_EVENTS = (
    "the clinic has sent more events than its share; send the same again after the time in"
    " Retry-After. A safety event that is posted alone is always taken"
)


@dataclass
class _Bucket:
    tokens: float
    at: float


@dataclass
class Quota:
    """`events_s`: how many routine events a second a clinic may send for ever; `burst`: how many
    more at once after a quiet time. `bulk`: how many batches are decided at the same time,
    `bulk_per_clinic` of one clinic's at most; both well below the threads that answer."""

    events_s: float = 2000
    burst: float = 20_000
    bulk: int = 5
    bulk_per_clinic: int = 2
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _deciding: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def batch(self, clinic: str) -> Iterator[None]:
        """Around all of a batch, its reading too. Raises TooManyRequests."""
        with self._lock:
            own, all_ = self._deciding[clinic], self._deciding.total()
            if own >= self.bulk_per_clinic or all_ >= self.bulk:
                raise TooManyRequests(TOO_MANY_BATCHES, retry_after=BULK_AGAIN_S)
            self._deciding[clinic] += 1
        try:
            yield
        finally:
            with self._lock:
                self._deciding[clinic] -= 1
                self._deciding += Counter()  # without those that are at none

    def take(self, clinic: str, events: int) -> None:
        """Raises TooManyRequests, having taken nothing. More than the bucket holds is let in when
        it is full, and owed."""
        with self._lock:
            bucket = self._filled(clinic)
            lacking = min(events, self.burst) - bucket.tokens
            if lacking > 0:
                seconds = min(LONGEST_S, max(1, ceil(lacking / self.events_s)))
                raise TooManyRequests(TOO_MANY_EVENTS, retry_after=seconds)
            bucket.tokens -= events

    def _filled(self, clinic: str) -> _Bucket:
        now = self.clock()
        if clinic not in self._buckets and len(self._buckets) >= BUCKETS_MAX:
            self._buckets = {name: each for name, each in self._buckets.items() if each.tokens < 0}
        bucket = self._buckets.setdefault(clinic, _Bucket(self.burst, now))
        bucket.tokens = min(self.burst, bucket.tokens + (now - bucket.at) * self.events_s)
        bucket.at = now
        return bucket
