"""Who is who between another system and the network: a random id per record number, kept here.

Random, because an id computed from a record number could be found by trying all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from services.site.agent.home import write_private
from shared.client.errors import BadEvent
from shared.codec import strict_json
from shared.kernel.errors import Malformed


@dataclass
class KnownPatients:
    """`file` is read once and written by `keep`; new numbers get ids from `new_id` meanwhile."""

    file: Path
    new_id: Callable[[], str]
    _ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file.exists():
            try:
                self._ids = dict(strict_json.loads(self.file.read_bytes()))
            except (Malformed, ValueError, TypeError) as fault:
                raise BadEvent(
                    f"{self.file} cannot be read, and without it people would get second ids: put"
                    " it back from a copy."
                ) from fault

    def __call__(self, record_number: str) -> str:
        return self._ids.setdefault(record_number, self.new_id())

    def keep(self) -> None:
        """Before the events are spooled: an id that travels must be known here for ever."""
        write_private(self.file, strict_json.dumps(self._ids))
