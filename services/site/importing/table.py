"""A file as rows: CSV or NDJSON, read whole, so that nothing of a file half read is imported."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.client.errors import BadEvent
from shared.codec import strict_json
from shared.kernel.errors import Malformed

BYTES_MAX = 200 * 1024**2
_SURPLUS = "(more cells than columns)"


@dataclass(frozen=True, slots=True)
class TableRow:
    """`line`: where it begins in the file, from 1. `fault`: why it cannot be read as a row."""

    line: int
    cells: Mapping[str, str]
    fault: str = ""


def read_bytes(file: Path) -> bytes:
    """Raises BadEvent."""
    try:
        if file.stat().st_size > BYTES_MAX:
            raise BadEvent(f"{file} is larger than {BYTES_MAX // 1024**2} MB: split it by rows.")
        return file.read_bytes()
    except OSError as error:
        raise BadEvent(
            f"{file} cannot be read ({error.strerror}): name a file that can."
        ) from error


def read_text(content: bytes, encoding: str) -> str:
    """Never a guess: a wrong encoding would change names unseen. Raises BadEvent."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = content.decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
    except LookupError as error:
        raise BadEvent(f"{encoding!r} is no encoding: utf-8, cp1252 or utf-16.") from error
    except UnicodeError as error:
        place = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise BadEvent(
            f"Line {place} is not {encoding}: export the file as UTF-8, or say what it is"
            " (--encoding cp1252 is what Excel writes in Western Europe and the Americas)."
        ) from error
    if "\0" in text:
        raise BadEvent(f"The file is no text in {encoding}: export it as CSV in UTF-8.")
    return text


def csv_rows(text: str) -> tuple[tuple[str, ...], list[TableRow]]:
    """(columns, rows). The separator is that of the first line. Raises BadEvent."""
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = tuple(each.strip() for each in next(reader, []))
        _check_columns(columns)
        return columns, list(_rows(reader, columns))
    except csv.Error as error:
        raise BadEvent(
            f"Line {reader.line_num} is no CSV ({error}): is a quotation mark not closed?"
        ) from error


def ndjson_rows(text: str) -> tuple[tuple[str, ...], list[TableRow]]:
    """(columns, rows) of one flat JSON object per line."""
    rows = [_object(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    columns = dict.fromkeys(name for row in rows for name in row.cells)
    return tuple(columns), rows


def _check_columns(columns: tuple[str, ...]) -> None:
    if not any(columns):
        raise BadEvent("The file has no first line with the names of its columns.")
    twice = sorted({each for each in columns if columns.count(each) > 1})
    if twice:
        raise BadEvent(f"The column {twice[0]!r} is there twice: rename one of the two.")


def _rows(reader: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[TableRow]:
    line = 2
    for cells in reader:
        if any(each.strip() for each in cells):
            yield _row(line, cells, columns)
        line = getattr(reader, "line_num", line) + 1


def _row(line: int, cells: list[str], columns: tuple[str, ...]) -> TableRow:
    known = dict(zip(columns, (each.strip() for each in cells), strict=False))
    if len(cells) > len(columns):
        known[_SURPLUS] = str(len(cells) - len(columns))
    fault = ""
    if len(cells) != len(columns):
        fault = f"has {len(cells)} cells where {len(columns)} columns are named"
    return TableRow(line, known, fault)


def _object(line: int, text: str) -> TableRow:
    try:
        value = strict_json.loads(text.encode())
    except Malformed as fault:
        return TableRow(line, {}, f"is no JSON: {fault.reason}")
    if not isinstance(value, dict) or any(isinstance(each, dict | list) for each in value.values()):
        return TableRow(line, {}, "is no flat JSON object")
    return TableRow(line, {name: _plain(each) for name, each in value.items()})


def _plain(value: object) -> str:
    return "" if value is None else str(value).strip()
