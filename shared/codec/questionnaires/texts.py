"""The text of instruments: ours where everybody may show it, a site's where it has a licence.

A site's folder holds `licences.json`, a list of records, and `en/<instrument>.json` for each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

from shared.codec import schema, strict_json
from shared.contracts.instruments import INSTRUMENTS, Instrument, InstrumentCode
from shared.contracts.shapes import Between, Id, Items, Text
from shared.kernel.errors import Malformed, Rejected
from shared.runtime.environment import SettingsError

LANGUAGE = "en"
Words = Annotated[str, Text(1000)]


@dataclass(frozen=True, slots=True)
class AnswerText:
    value: Annotated[int, Between(0, 100)]
    text: Words


@dataclass(frozen=True, slots=True)
class ItemText:
    """`answers`: where this item has answers of its own."""

    text: Words
    answers: Annotated[tuple[AnswerText, ...], Items(101)] = ()


@dataclass(frozen=True, slots=True)
class InstrumentText:
    """`answers` are those of every item that has none of its own."""

    instrument: InstrumentCode
    licence: Id
    title: Words
    instructions: Annotated[str, Text(4000, shortest=0)]
    items: Annotated[tuple[ItemText, ...], Items(40, 1)]
    answers: Annotated[tuple[AnswerText, ...], Items(101)] = ()

    def answers_to(self, item: int) -> Mapping[int, str]:
        """The words of each value of an item, as far as there are any."""
        given = self.items[item - 1].answers or self.answers
        return {each.value: each.text for each in given}


@dataclass(frozen=True, slots=True)
class LicenceRecord:
    """A site's right to show an instrument, until the end of the day `expires`."""

    instrument: InstrumentCode
    licence_id: Id
    holder: Annotated[str, Text(200)]
    expires: date


@dataclass(frozen=True)
class Texts:
    """All texts at hand, by instrument; `records` of those that need a licence."""

    texts: Mapping[str, InstrumentText]
    records: Mapping[str, LicenceRecord] = field(default_factory=dict)

    def of(self, instrument: Instrument, today: date) -> InstrumentText:
        """The text to show. Raises Rejected where nobody here may show it, or no longer."""
        if not instrument.licence.embed:
            self._must_be_licensed(instrument, today)
        return self.texts[instrument.code]

    def _must_be_licensed(self, instrument: Instrument, today: date) -> None:
        record = self.records.get(instrument.code)
        if record is None:
            raise Rejected(
                "text-not-licensed",
                f"The text of the {instrument.title} may be shown under a licence only: obtain one"
                " and put its record and the text into the folder of INSTRUMENT_TEXTS.",
            )
        if today > record.expires:
            raise Rejected(
                "text-licence-expired",
                f"The licence for the {instrument.title} expired on {record.expires}: renew it"
                " and enter the new date into licences.json.",
            )


def load(folder: str = "") -> Texts:
    """Our texts, and those of a site's folder if one is named.

    Raises SettingsError with the file that cannot be used.
    """
    ours = files("shared.contracts.instruments") / "texts"
    free = {code: each.licence.id for code, each in INSTRUMENTS.items() if each.licence.embed}
    texts = _texts(ours, free)
    if not folder:
        return Texts(texts)
    records: dict[str, LicenceRecord] = {each.instrument: each for each in _records(Path(folder))}
    own = _texts(Path(folder), {code: each.licence_id for code, each in records.items()})
    return Texts(own | texts, records)


def _texts(folder: Traversable, licences: Mapping[str, str]) -> dict[str, InstrumentText]:
    return {code: _text(folder, code, licence) for code, licence in licences.items()}


def _records(folder: Path) -> list[LicenceRecord]:
    found = _read(folder / "licences.json")
    if not isinstance(found, list):
        raise SettingsError("INSTRUMENT_TEXTS: licences.json is not a list of records")
    return [_loaded(LicenceRecord, each, "licences.json") for each in found]


def _text(folder: Traversable, code: str, licence: str) -> InstrumentText:
    name = f"{LANGUAGE}/{code}.json"
    text: InstrumentText = _loaded(InstrumentText, _read(folder / LANGUAGE / f"{code}.json"), name)
    if fault := _fault(text, code, licence):
        raise SettingsError(f"INSTRUMENT_TEXTS: {name}: {fault}")
    return text


def _fault(text: InstrumentText, code: str, licence: str) -> str:
    instrument = INSTRUMENTS[code]
    if (text.instrument, text.licence) != (code, licence):
        return f"it must be of {code} under the licence {licence}"
    if len(text.items) != instrument.items:
        return f"{code} has {instrument.items} items, the text has {len(text.items)}"
    for item in range(1, instrument.items + 1):
        if not set(text.answers_to(item)) <= set(instrument.values(item)):
            return f"item {item} has answers that are not in its range"
    return ""


def _loaded(contract: Any, content: object, name: str) -> Any:
    try:
        return schema.load(contract, content, closed=True)
    except Malformed as error:
        raise SettingsError(f"INSTRUMENT_TEXTS: {name}: {error}") from error


def _read(file: Traversable) -> object:
    try:
        return strict_json.loads(file.read_bytes())
    except (OSError, Malformed) as error:
        raise SettingsError(f"INSTRUMENT_TEXTS: {file.name} cannot be read: {error}") from error
