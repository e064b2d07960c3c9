"""Releases on disk: what was once published is the truth, for it is what readers know (OUT-7)."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from services.outcomes.analytics.report.counts import Group


@dataclass(frozen=True)
class Release:
    """`cells`: every group that it names with the counts shown. `answers`: by the dimension's name
    ("" is the network), the report as analysts see it. Counted from 1 in its `series`, which
    begins anew where the releases before were lost."""

    series: str
    number: int
    made_at: datetime
    as_of: datetime
    cells: Mapping[Group, Mapping[str, int]]
    answers: Mapping[str, Any]

    @property
    def id(self) -> str:
        return f"{self.series}-{self.number}"

    def shown(self, group: Group, name: str) -> bool:
        return name in self.cells.get(group, {})


class Folder:
    """One file per release, never written twice. Another process may have the same folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def releases(self) -> list[Release]:
        """Oldest first."""
        files = sorted(self._path.glob("*.json"))
        return [_release(orjson.loads(file.read_bytes())) for file in files]

    def add(self, release: Release) -> None:
        """Whole or not at all. Raises FileExistsError where another process was faster."""
        self._path.mkdir(parents=True, exist_ok=True)
        target = self._path / f"{release.number:06}.json"
        begun = self._path / f".{release.id}.{os.getpid()}"
        try:
            _write(begun, _document(release))
            # A link, unlike a rename, never replaces what is there.
            target.hardlink_to(begun)
        finally:
            begun.unlink(missing_ok=True)
        _sync(self._path)


def _write(file: Path, document: Mapping[str, Any]) -> None:
    with file.open("wb") as stream:
        stream.write(orjson.dumps(document))
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _document(release: Release) -> dict[str, Any]:
    return {
        "series": release.series,
        "number": release.number,
        "made_at": release.made_at,
        "as_of": release.as_of,
        "cells": cells_document(release.cells),
        "answers": release.answers,
    }


def cells_document(cells: Mapping[Group, Mapping[str, int]]) -> Sequence[Mapping[str, Any]]:
    return [asdict(group) | {"counts": counts} for group, counts in sorted(cells.items())]


def _release(document: Mapping[str, Any]) -> Release:
    return Release(
        series=document["series"],
        number=document["number"],
        made_at=datetime.fromisoformat(document["made_at"]),
        as_of=datetime.fromisoformat(document["as_of"]),
        cells={
            Group(each["clinic"], each["indication"], each["route"], each["period"]): each["counts"]
            for each in document["cells"]
        },
        answers=document["answers"],
    )
