"""Records that no consumer can apply, of every kind we could think of."""

from dataclasses import dataclass

_GOOD_HEADERS = (
    ("content-type", b"application/json"),
    ("ce_specversion", b"1.0"),
    ("ce_id", b"e-1"),
    ("ce_source", b"/clinics/riverside/intake/patients/p"),
    ("ce_type", b"intake.patient.registered.v1"),
    ("ce_subject", b"p"),
    ("ce_time", b"2026-03-02T12:00:00Z"),
    ("ce_clinic", b"riverside"),
    ("ce_sequence", b"1"),
)
_GOOD_VALUE = b'{"indication":"ptsd"}'


@dataclass(frozen=True)
class Poison:
    value: bytes | None = _GOOD_VALUE
    headers: tuple[tuple[str, bytes], ...] = _GOOD_HEADERS
    key: bytes | None = b"p"


def _with(name: str, value: bytes) -> tuple[tuple[str, bytes], ...]:
    return tuple((each, value if each == name else old) for each, old in _GOOD_HEADERS)


def _without(name: str) -> tuple[tuple[str, bytes], ...]:
    return tuple(each for each in _GOOD_HEADERS if each[0] != name)


POISON = {
    "bad JSON": Poison(b"{bad"),
    "no bytes": Poison(b""),
    "null value": Poison(None),
    "null value and key": Poison(None, key=None),
    "a key that is not text": Poison(b"{", key=b"\xff\xfe"),
    "not UTF-8": Poison(b'{"indication":"\xff"}'),
    "UTF-16": Poison('{"indication":"ptsd"}'.encode("utf-16")),
    "NaN": Poison(b'{"indication":NaN}'),
    "nested 5,000 deep": Poison(b"[" * 5000 + b"]" * 5000),
    "nested 100,000 deep": Poison(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "a number of a million digits": Poison(b'{"indication":' + b"9" * 1_000_000 + b"}"),
    "duplicate keys": Poison(b'{"indication":"ptsd","indication":"ptsd"}'),
    "a lone surrogate": Poison(b'{"indication":"\\ud800"}'),
    "NUL": Poison(b'{"indication":"\\u0000"}'),
    "an operator": Poison(b'{"indication":{"$ne":null}}'),
    "a list": Poison(b"[1]"),
    "a missing field": Poison(b"{}"),
    "a wrong type": Poison(b'{"indication":5}'),
    "a value not in the list": Poison(b'{"indication":"boredom"}'),
    "no headers": Poison(headers=()),
    "no type": Poison(headers=_without("ce_type")),
    "no id": Poison(headers=_without("ce_id")),
    "no time": Poison(headers=_without("ce_time")),
    "no clinic": Poison(headers=_without("ce_clinic")),
    "another spec version": Poison(headers=_with("ce_specversion", b"2.0")),
    "a header that is not text": Poison(headers=_with("ce_source", b"\xff")),
    "a time without offset": Poison(headers=_with("ce_time", b"2026-03-02T12:00:00")),
    "a time in year 9999": Poison(headers=_with("ce_time", b"9999-12-31T23:59:59-12:00")),
    "a sequence that is no number": Poison(headers=_with("ce_sequence", "٣".encode())),
    "an id of 5,000 letters": Poison(headers=_with("ce_id", b"e" * 5000)),
}
