"""Zones made up for tests: files as the IANA database has them, that a test may replace."""

import struct
import zoneinfo
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

TOWN = "Test/Town"


def publish(folder: Path, *changes: tuple[datetime, timedelta], first: timedelta) -> None:
    """Makes TOWN known with these rules: from `first` on, and what it is from each change on."""
    path = folder / TOWN
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(_file(first, changes))
    others = [each for each in zoneinfo.TZPATH if each != str(folder)]
    zoneinfo.reset_tzpath(to=[str(folder), *others])
    zoneinfo.ZoneInfo.clear_cache()


def _file(first: timedelta, changes: Sequence[tuple[datetime, timedelta]]) -> bytes:
    """RFC 8536, version 2: the old block is empty, the new one has 64-bit times."""
    offsets = [first, *(offset for _, offset in changes)]
    names = b"TWN\0"
    empty = _header(0, 1, len(names)) + _kind(first) + names
    times = b"".join(struct.pack(">q", int(at.timestamp())) for at, _ in changes)
    kinds = bytes(range(1, len(offsets)))
    body = times + kinds + b"".join(map(_kind, offsets)) + names
    return empty + _header(len(changes), len(offsets), len(names)) + body + b"\n\n"


def _header(times: int, kinds: int, letters: int) -> bytes:
    return b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, times, kinds, letters)


def _kind(offset: timedelta) -> bytes:
    return struct.pack(">lbb", int(offset.total_seconds()), 0, 0)
