"""What a process of intake must be told, read once from the environment."""

from dataclasses import dataclass, field

from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class TextSettings:
    """`instrument_texts` is a folder with the site's licensed questionnaires, if it has any."""

    instrument_texts: str = ""


@dataclass(frozen=True, slots=True)
class Settings(ServiceSettings):
    """`identity_key` wraps the keys of all identities: 32 bytes in base64, and after a rotation
    the older ones behind it, separated by commas. Whoever loses it has lost every name."""

    identity_key: str = field(kw_only=True, repr=False)
