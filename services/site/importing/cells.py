"""Cells as values: what they say, exactly, or why not. Nothing is guessed, nothing rounded."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.site.importing.mapping import Cell

_FORMULA = re.compile(r"[=+\-@\t\r](?![\d ().-]+$)")
"""What a spreadsheet runs; a telephone number is none."""
_WHOLE, _DECIMAL = re.compile(r"[+-]?\d{1,15}"), re.compile(r"[+-]?\d{1,15}(\.\d{1,10})?")
_YES, _NO = {"yes", "true", "1", "y"}, {"no", "false", "0", "n"}
Patients = Callable[[str], str]
"""The patient's id in the network, by the number that the other system has for them."""


class BadCell(Exception):
    """The text says which column, and what is wrong with it."""


class Formula(BadCell):
    """A cell that a spreadsheet would run."""


def value_of(cell: Cell, cells: Mapping[str, str], patients: Patients) -> Any:
    """None: it is empty and may be. Raises BadCell."""
    if not cell.named:
        return cell.value
    found = [_value(cell, name, cells.get(name, ""), patients) for name in cell.named]
    return found if cell.columns else found[0]


def _value(cell: Cell, column: str, text: str, patients: Patients) -> Any:
    if not text:
        if cell.optional or cell.columns:  # a questionnaire's item that was not answered is null
            return None
        raise BadCell(f"{column} is empty")
    if cell.codes:
        if text not in cell.codes:
            raise BadCell(f"{column} is {text!r}, which the mapping's codes do not name")
        text = cell.codes[text]
    try:
        return _KINDS[cell.kind](cell, text, patients)
    except Formula as fault:
        raise Formula(f"{column} {fault}") from fault
    except (BadCell, ValueError) as fault:
        raise BadCell(f"{column} is {text!r}: {fault}") from fault


def _text(_cell: Cell, text: str, _patients: Patients) -> str:
    if _FORMULA.match(text):
        raise Formula(f"begins with {text[0]!r}, as a formula does: mend it where it came from")
    return text


def _integer(_cell: Cell, text: str, _patients: Patients) -> int:
    if not _WHOLE.fullmatch(text) or not text.isascii():
        raise BadCell("is no whole number")
    return int(text)


def _number(_cell: Cell, text: str, _patients: Patients) -> float:
    if not _DECIMAL.fullmatch(text) or not text.isascii():
        raise BadCell("is no number with a decimal point")
    return float(text)


def _yes_no(_cell: Cell, text: str, _patients: Patients) -> bool:
    if text.lower() not in _YES | _NO:
        raise BadCell("is neither yes nor no")
    return text.lower() in _YES


def _date(cell: Cell, text: str, _patients: Patients) -> str:
    return datetime.strptime(text, cell.format or "%Y-%m-%d").date().isoformat()  # noqa: DTZ007


def _moment(cell: Cell, text: str, _patients: Patients) -> str:
    found = (
        datetime.strptime(text, cell.format)  # noqa: DTZ007 - its zone is looked at next
        if cell.format
        else datetime.fromisoformat(text)
    )
    if found.tzinfo is None:
        found = _at_the_zone(found, cell.zone)
    return found.isoformat()


def _at_the_zone(moment: datetime, name: str) -> datetime:
    """A time that a clock showed never or twice is nobody's to choose."""
    if not name:
        raise BadCell("has no offset from UTC: give the mapping's `zone`")
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise BadCell(f"needs a zone, and {name!r} is none") from fault
    early, late = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        raise BadCell(f"was shown twice or never by the clocks of {name}: give it with its offset")
    return early


def _patient(_cell: Cell, text: str, patients: Patients) -> str:
    return patients(_text(_cell, text, patients))


_KINDS: dict[str, Callable[[Cell, str, Patients], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "yes-no": _yes_no,
    "date": _date,
    "moment": _moment,
    "patient": _patient,
}
