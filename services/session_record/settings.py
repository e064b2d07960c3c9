"""What a process of session-record must be told, read once from the environment."""

from dataclasses import dataclass, field

from shared.runtime.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Settings(ServiceSettings):
    """`process_note_key` wraps the keys of all process notes: 32 bytes in base64, and after a
    rotation the older ones behind it, separated by commas. It opens nothing else."""

    process_note_key: str = field(kw_only=True, repr=False)
