"""Files that are there whole or not at all, and that say when they have changed."""

import os
from collections.abc import Callable
from hashlib import file_digest
from pathlib import Path


def place(file: Path, write: Callable[[Path], object]) -> None:
    """Writes beside, makes it last, then gives it its name."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.draft")
    write(draft)
    _sync(draft)
    draft.replace(file)
    _sync(file.parent)


def sha256_of(file: Path) -> str:
    """Empty where there is no such file."""
    try:
        with file.open("rb") as content:
            return file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
