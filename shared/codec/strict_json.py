"""JSON as we accept it: what MongoDB cannot hold, or two parsers could read in two ways, is out.

Refused: other encodings than UTF-8, NaN and infinities, numbers beyond 64 bit, duplicate keys,
keys with `$`, `.` or NUL, NUL and lone surrogates in strings, nesting deeper than 20.
"""

import json
import re
from typing import Any, Never

import orjson

from shared.kernel.errors import Malformed

DEPTH_MAX = 20
_INT_64 = 2**63
_UNSAFE_KEY = re.compile(r"[$.\x00]")
_ESCAPE_TO_CHECK = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_LONGEST_NUMBER = 40


def loads(body: bytes) -> Any:
    """The value of one JSON text. Raises Malformed with what is wrong."""
    try:
        text = body.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise Malformed("", "the body is not UTF-8") from error
    except RecursionError as error:
        raise Malformed("", f"nested deeper than {DEPTH_MAX}") from error
    except ValueError as error:
        raise Malformed("", f"not JSON: {error}") from error
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX:
        _check_depth(value)
    if _ESCAPE_TO_CHECK.search(body):
        _check_strings(value, "")
    return value


def dumps(value: object) -> bytes:
    """Compact JSON with sorted keys: the canonical form that hashes are taken of."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("", "an object has the same key twice")
    if _UNSAFE_KEY.search("".join(found)):
        raise Malformed("", "a key has '$', '.' or NUL in it")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER or not -_INT_64 <= (number := int(digits)) < _INT_64:
        raise Malformed("", "a whole number does not fit 64 bit")
    return number


def _float(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise Malformed("", "a number is out of range")
    return number


def _constant(name: str) -> Never:
    raise Malformed("", f"{name} is not JSON")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        containers = [each for each in level if isinstance(each, dict | list)]
        level = [
            child
            for each in containers
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not containers:
            return
    raise Malformed("", f"nested deeper than {DEPTH_MAX}")


def _check_strings(value: Any, path: str) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise Malformed(path, "a string has NUL or half a surrogate pair in it")
    elif isinstance(value, dict):
        for key, child in value.items():
            _check_strings(key, path)
            _check_strings(child, f"{path}/{key}")
    elif isinstance(value, list):
        for position, child in enumerate(value):
            _check_strings(child, f"{path}/{position}")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
)
