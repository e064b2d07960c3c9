"""What the archive holds: each segment with its rows, hash and places, and of which Kafka."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl

from services.outcomes.analytics.columns.archive.files import place

FILE = "manifest.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Segment:
    """`file` below the archive's folder. `places`: partition -> (first offset, after the last);
    partitions are text, as JSON wants them."""

    file: str
    topic: str
    month: str
    rows: int
    sha256: str
    places: Mapping[str, tuple[int, int]]

    def holds(self, partition: int, offset: int) -> bool:
        """Whether there may be something of that partition from that offset on."""
        return self.places.get(str(partition), (0, 0))[1] > offset


@dataclass(slots=True)
class Manifest:
    segments: list[Segment] = field(default_factory=list)
    identity: dict[str, str] = field(default_factory=dict)
    next_number: int = 0

    def places(self, topic: str) -> dict[int, int]:
        """Per partition, the offset that comes next."""
        found: dict[int, int] = {}
        for segment in self.of(topic):
            for partition, (_, after) in segment.places.items():
                found[int(partition)] = max(after, found.get(int(partition), 0))
        return found

    def of(self, topic: str) -> list[Segment]:
        return [each for each in self.segments if each.topic == topic]

    def write(self, folder: Path) -> None:
        text = json.dumps({"version": VERSION, **asdict(self)}, indent=1)
        place(folder / FILE, lambda draft: draft.write_text(text))


def read(folder: Path) -> Manifest:
    """An empty one where there is none that can be read: the topics have everything."""
    try:
        found = json.loads((folder / FILE).read_text())
        if found.pop("version") != VERSION:
            return Manifest()
        segments = [Segment(**each) for each in found.pop("segments")]
        return Manifest(segments, **found)
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest()


def places_of(records: pl.DataFrame) -> dict[str, tuple[int, int]]:
    bounds = records.group_by("partition").agg(
        pl.col("offset").min().alias("first"), (pl.col("offset").max() + 1).alias("after")
    )
    return {str(partition): (first, after) for partition, first, after in bounds.iter_rows()}
