"""What a process of outcomes must be told, read once from the environment."""

from dataclasses import dataclass, field
from pathlib import Path

from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Settings(ServiceSettings):
    """`analytics_dir`: where the analytics process keeps the records it has read.

    `stream_key` wraps the keys of all subjects of the analysts' stream: 32 bytes in base64, and
    after a rotation the older ones behind it, separated by commas. Whoever loses it has lost what
    was said on the stream, not what it was made of."""

    analytics_dir: Path = Path(".run/analytics")
    stream_key: str = field(kw_only=True, repr=False)
