"""The clock as a port: decisions take time as a value, only the runtime reads it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns now as an aware UTC datetime in whole milliseconds (what MongoDB can hold)."""
