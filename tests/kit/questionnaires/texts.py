"""A site's folder of licensed questionnaires, as a clinic would mount it."""

from pathlib import Path
from typing import Any

import orjson

from shared.contracts.instruments import INSTRUMENTS

LICENCE = "site-licence-1"


def a_text(code: str, **changed: Any) -> dict[str, Any]:
    """Placeholder words: the real ones are not ours to carry."""
    instrument = INSTRUMENTS[code]
    items = [{"text": f"Words of item {item}"} for item in range(1, instrument.items + 1)]
    answers = [{"value": value, "text": f"Answer {value}"} for value in instrument.values(1)]
    return {
        "instrument": code,
        "licence": LICENCE,
        "title": f"Title of {code}",
        "instructions": "",
        "items": items,
        "answers": answers,
    } | changed


def a_record(code: str, expires: str = "9999-12-31") -> dict[str, str]:
    return {"instrument": code, "licence_id": LICENCE, "holder": "Riverside", "expires": expires}


def a_folder(path: Path, records: object, *texts: dict[str, Any]) -> str:
    """The name of a folder with these licence records and texts."""
    (path / "en").mkdir()
    (path / "licences.json").write_bytes(orjson.dumps(records))
    for text in texts:
        (path / "en" / f"{text['instrument']}.json").write_bytes(orjson.dumps(text))
    return str(path)
