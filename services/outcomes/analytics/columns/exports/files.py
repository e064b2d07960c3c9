"""A table as the bytes of a file, in pieces; never on a disk of ours, as it is no longer sealed."""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO

import polars as pl

PIECE_ROWS = 65_536
Pieces = Iterator[bytes]


def _csv(frame: pl.DataFrame, _about: Mapping[str, str]) -> Pieces:
    yield frame.clear().write_csv().encode()
    for piece in frame.iter_slices(PIECE_ROWS):
        yield piece.write_csv(include_header=False).encode()


def _ndjson(frame: pl.DataFrame, _about: Mapping[str, str]) -> Pieces:
    for piece in frame.iter_slices(PIECE_ROWS):
        yield piece.write_ndjson().encode()


def _parquet(frame: pl.DataFrame, about: Mapping[str, str]) -> Pieces:
    file = BytesIO()
    frame.write_parquet(file, compression="zstd", row_group_size=PIECE_ROWS, metadata=dict(about))
    yield from _pieces(file)


def _arrow(frame: pl.DataFrame, _about: Mapping[str, str]) -> Pieces:
    file = BytesIO()
    frame.write_ipc_stream(file, compression="zstd")
    yield from _pieces(file)


def _pieces(file: BytesIO, size: int = 1024 * 1024) -> Pieces:
    file.seek(0)
    while piece := file.read(size):
        yield piece


FORMATS: Mapping[str, tuple[str, Callable[[pl.DataFrame, Mapping[str, str]], Pieces]]] = {
    "parquet": ("application/vnd.apache.parquet", _parquet),
    "csv": ("text/csv; charset=utf-8", _csv),
    "ndjson": ("application/x-ndjson", _ndjson),
    "arrow": ("application/vnd.apache.arrow.stream", _arrow),
}
"""Media type, and how it is written; `about` goes into the file where the format has room."""
