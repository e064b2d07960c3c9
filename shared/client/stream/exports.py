"""Exports: the rows as they are now, as one file, with the cursor of exactly that moment."""

from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import Any, Literal

import httpx2
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from shared.client.connection import Connection
from shared.client.errors import NotAnswering
from shared.client.stream.over_http import ANALYTICS

What = Literal["results", "subjects"]
Format = Literal["parquet", "arrow", "csv", "ndjson"]


@dataclass(frozen=True)
class Export:
    """`cursor`: what comes after these rows."""

    content: bytes
    cursor: str


def download(
    connection: Connection, what: What, form: Format, *, progress: bool | None = None
) -> Export:
    """`progress`: a bar on standard error; None: where that is a terminal."""
    body = BytesIO()
    try:
        with (
            connection.opened(ANALYTICS, f"exports/{what}.{form}") as answer,
            _bar(progress) as bar,
        ):
            size = answer.headers.get("Content-Length")
            task = bar.add_task(what, total=int(size) if size else None)
            for chunk in answer.iter_bytes():
                body.write(chunk)
                bar.advance(task, len(chunk))
    except httpx2.TransportError as error:
        raise NotAnswering(f"The export of {what} broke off in the middle: ask again.") from error
    return Export(body.getvalue(), answer.headers["Kap-Cursor"])


def library(name: str, instead: str) -> Any:
    """An analyst's own library, which this client does without. Raises ImportError."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f"{name} is not installed: install it, or use {instead}.") from error


def _bar(progress: bool | None) -> Progress:
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    wanted = console.is_terminal if progress is None else progress
    return Progress(*columns, console=console, disable=not wanted, transient=True)
