"""What a process of scheduling must be told, read once from the environment."""

from dataclasses import dataclass

from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Settings(ServiceSettings):
    """Nothing beyond what every service needs."""
