"""What a process of outcomes must be told, read once from the environment."""

from dataclasses import dataclass
from pathlib import Path

from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Settings(ServiceSettings):
    """`analytics_dir`: where the analytics process keeps the records it has read."""

    analytics_dir: Path = Path(".run/analytics")
