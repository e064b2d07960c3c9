"""The real clock and the real dice."""

import random
import secrets
import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Now in UTC, in whole milliseconds: what MongoDB keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def random_token() -> str:
    return secrets.token_hex(16)


def backoff(attempt: int, base_s: float = 0.002, longest_s: float = 0.2) -> None:
    """Waits before attempt `attempt` + 1: doubling, with full jitter."""
    time.sleep(random.uniform(0, min(longest_s, base_s * 2**attempt)))  # noqa: S311 - no secret
