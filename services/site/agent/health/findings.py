"""What a check found, in words for the person who has to do something about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy` is empty when all is well."""

    check: str
    says: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        return not self.remedy
