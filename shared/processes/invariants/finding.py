"""What a look at an invariant found."""

from collections.abc import Iterable
from dataclasses import dataclass, field

WITNESSES_MAX = 5


@dataclass
class Finding:
    """`checked`: how many were looked at. `notes`: what could not be looked at, and why."""

    invariant: str
    checked: int = 0
    violations: int = 0
    witnesses: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def blame(self, witnesses: Iterable[str]) -> None:
        """Each is a violation; the first few are kept to be looked at."""
        for each in witnesses:
            self.violations += 1
            if len(self.witnesses) < WITNESSES_MAX:
                self.witnesses.append(each)
