"""The network's clinical policy: thresholds as data, so that a decision can name its version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PolicyReference:
    """What a decision stores: which policy it was made under, and the values it used."""

    id: str
    version: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CourseTemplate:
    """A protocol: preparation, then dosing and integration in turn. Lengths in minutes."""

    code: str
    version: str
    route: str
    preparations: int
    doses: int
    dose_gap_h: int
    preparation_min: int
    dosing_min: int
    integration_min: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One signed version of the policy document. Keys: clinical reference, section 7.5."""

    id: str
    version: str
    values: Mapping[str, float]
    protocols: Mapping[str, CourseTemplate]

    def __getitem__(self, key: str) -> float:
        return self.values[key]

    def days(self, key: str) -> timedelta:
        return timedelta(days=self.values[key])

    def hours(self, key: str) -> timedelta:
        return timedelta(hours=self.values[key])

    def minutes(self, key: str) -> timedelta:
        return timedelta(minutes=self.values[key])

    def reference(self, *keys: str) -> PolicyReference:
        return PolicyReference(self.id, self.version, {key: self.values[key] for key in keys})
