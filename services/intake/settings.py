"""What a process of intake must be told, read once from the environment."""

from dataclasses import dataclass

from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class TextSettings:
    """`instrument_texts` is a folder with the site's licensed questionnaires, if it has any."""

    instrument_texts: str = ""


@dataclass(frozen=True, slots=True)
class Settings(ServiceSettings):
    """Nothing beyond what every service needs."""
