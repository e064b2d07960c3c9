"""Single values out of whatever brought them: a person's reading or a device's measurement."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from services.session_record.domain.encounter import Encounter, Measurement, Reading

ATTRIBUTES = {
    "systolic": "systolic",
    "diastolic": "diastolic",
    "heart-rate": "heart_rate",
    "oxygen-saturation": "oxygen_saturation",
    "respiratory-rate": "respiratory_rate",
    "moaas": "moaas",
    "body-weight": "weight_kg",
}
"""The measure, and the attribute of a Reading that has it."""


@dataclass(frozen=True, slots=True)
class Sample:
    at: datetime
    device: str
    measure: str
    value: float


def of_reading(reading: Reading) -> Iterator[Sample]:
    for measure, attribute in ATTRIBUTES.items():
        value = getattr(reading, attribute)
        if value is not None:
            yield Sample(reading.at, reading.device, measure, value)


def of_measurement(measurement: Measurement) -> Sample:
    return Sample(measurement.at, measurement.device, measurement.measure, measurement.value)


def samples(encounter: Encounter) -> Iterator[Sample]:
    for reading in encounter.readings:
        yield from of_reading(reading)
    yield from map(of_measurement, encounter.measurements)


def latest(
    found: Iterable[Sample], measure: str, until: datetime, since: datetime | None = None
) -> list[Sample]:
    """The newest values of a measure in the time: several only where two are of one moment."""
    wanted = [
        each
        for each in found
        if each.measure == measure and each.at <= until and (since is None or since <= each.at)
    ]
    newest = max((each.at for each in wanted), default=None)
    return [each for each in wanted if each.at == newest]
