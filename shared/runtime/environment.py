"""Settings from the environment: read once, typed, every fault reported at once."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from os import environ
from pathlib import Path
from typing import TypeVar, get_type_hints

T = TypeVar("T")


class SettingsError(Exception):
    """Names that are missing or cannot be read; the message lists them all."""


def read(settings: type[T], variables: Mapping[str, str] = environ) -> T:
    """An instance of the dataclass `settings`: field `mongodb_uri` is variable `MONGODB_URI`.

    `MONGODB_URI_FILE` names a file that holds the value instead, as secrets are mounted.
    """
    hints, values, faults = get_type_hints(settings), {}, []
    for each in fields(settings):  # type: ignore[arg-type]  # any dataclass type will do
        name = each.name.upper()
        try:
            text = _text(variables, name)
            if not text and each.default is MISSING:
                faults.append(f"{name} is not set")
            elif text is not None:
                values[each.name] = hints[each.name](text)
        except OSError:
            faults.append(f"{name}_FILE cannot be read")
        except ValueError:
            faults.append(f"{name} is not a {hints[each.name].__name__}")
    if faults:
        raise SettingsError("; ".join(faults))
    return settings(**values)


def _text(variables: Mapping[str, str], name: str) -> str | None:
    if file := variables.get(f"{name}_FILE"):
        return Path(file).read_text(encoding="utf-8").strip()
    return variables.get(name)
