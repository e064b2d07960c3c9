"""Contracts to marshmallow: one schema per dataclass, derived once, strict in every field.

marshmallow's own fields are lenient (3.7 is an Integer, a naive time is a DateTime); ours are not.
"""

import re
import types
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, validate
from marshmallow import fields as ma

from shared.contracts.shapes import Between, Items, Text
from shared.kernel.errors import Malformed

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BASIC: dict[type, Callable[..., ma.Field[Any]]]
_Plain = Callable[[list[Any]], bool]


class _Moment(ma.Field[datetime]):
    """RFC 3339 with an offset; kept as UTC in whole milliseconds, as MongoDB keeps it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        try:
            return moment(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


class _Day(ma.Field[date]):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> date:
        try:
            if not isinstance(value, str) or not _DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError as error:
            raise ValidationError("not a date as 2026-01-31") from error

    def _serialize(self, value: date | None, *_: Any, **__: Any) -> str | None:
        return value.isoformat() if value else None


class _Number(ma.Field[float]):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("not a number")
        return float(value)


class _Whole(ma.Field[int]):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if type(value) is not int:
            raise ValidationError("not a whole number")
        return value


class _YesNo(ma.Field[bool]):
    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("not true or false")
        return value


class _Tuple(ma.List[Any]):
    """`plain` tells of some lists at once that every item is valid: answers come in thousands."""

    def __init__(self, item: ma.Field[Any], plain: _Plain | None, **options: Any) -> None:
        super().__init__(item, **options)
        self._plain = plain

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, list):
            raise ValidationError("not a list")
        if self._plain and self._plain(value):
            return tuple(value)
        return tuple(super()._deserialize(value, attr, data, **kwargs))


_BASIC = {
    str: ma.String,
    int: _Whole,
    float: _Number,
    bool: _YesNo,
    datetime: _Moment,
    date: _Day,
}


def moment(value: object) -> datetime:
    """An RFC 3339 time as aware UTC. Raises ValueError in words for a person."""
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise ValueError("not a time as 2026-01-31T09:00:00+01:00")
    parsed = datetime.fromisoformat(value.upper())
    if parsed.tzinfo is None:
        raise ValueError("a time needs its offset from UTC")
    try:
        utc = parsed.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside the years 1900 to 2199") from error
    if not _EARLIEST <= utc < _LATEST:
        raise ValueError("a time outside the years 1900 to 2199")
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def load(contract: Any, data: object, *, closed: bool) -> Any:
    """An instance of `contract` from decoded JSON. `closed`: unknown fields are refused.

    Raises Malformed with a JSON Pointer to the first fault.
    """
    if not isinstance(data, dict):
        raise Malformed("", "not an object")
    try:
        return _instance(contract, _schema(contract, closed).load(data))
    except ValidationError as error:
        raise Malformed(*_first_fault(error.messages)) from error


def schema_class(contract: Any, *, closed: bool = True) -> type[Schema]:
    """The marshmallow schema of a contract dataclass, the same one each time."""
    return _schema_class(contract, closed)


@cache
def _schema_class(contract: Any, closed: bool) -> type[Schema]:
    hints = get_type_hints(contract, include_extras=True)
    members: dict[str, Any] = {
        each.name: _field(hints[each.name], _options(each), closed) for each in fields(contract)
    }
    members["Meta"] = type("Meta", (), {"unknown": RAISE if closed else EXCLUDE})
    return type(f"{contract.__name__}Schema", (Schema,), members)


@cache
def _schema(contract: Any, closed: bool) -> Schema:
    return schema_class(contract, closed=closed)()


def _options(each: Field[Any]) -> dict[str, Any]:
    optional = each.default is not MISSING or each.default_factory is not MISSING
    return {"required": not optional}


def _field(hint: Any, options: dict[str, Any], closed: bool) -> ma.Field[Any]:
    hint, limits = _split(hint)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = next(each for each in get_args(hint) if each is not type(None))
        if limits:
            inner = Annotated[inner, *limits]
        return _field(inner, options | {"allow_none": True}, closed)
    if origin is Literal:
        return ma.String(validate=validate.OneOf(get_args(hint)), **options)
    checks = [_check(limit) for limit in limits]
    if origin is tuple:
        item = get_args(hint)[0]
        return _Tuple(_field(item, {}, closed), _plain(item), validate=checks, **options)
    if is_dataclass(hint):
        nested: Any = hint  # mypy sees an instance here, of which there is none
        return ma.Nested(schema_class(nested, closed=closed), validate=checks, **options)
    return _BASIC[hint](validate=checks, **options)


def _plain(hint: Any) -> _Plain | None:
    """For whole numbers within limits, which may be null; None for every other kind of item."""
    kinds: set[type] = {int}
    if get_origin(hint) in (Union, types.UnionType):
        kinds = set(get_args(hint)[1:]) | {int}
        hint = get_args(hint)[0]
    whole, limits = _split(hint)
    if whole is int and len(limits) == 1 and isinstance(limits[0], Between):
        return partial(_are_whole, kinds=kinds, limits=limits[0])
    return None


def _are_whole(items: list[Any], *, kinds: set[type], limits: Between) -> bool:
    """By type, because True and 1.0 equal 1."""
    if not kinds.issuperset(map(type, items)):
        return False
    numbers = [each for each in items if each is not None]
    return not numbers or (limits.low <= min(numbers) and max(numbers) <= limits.high)


def _split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is Annotated:
        inner, *limits = get_args(hint)
        return inner, tuple(limits)
    return hint, ()


def _check(limit: Any) -> Callable[[Any], Any]:
    match limit:
        case Between(low, high):
            return validate.Range(low, high)
        case Text(longest, pattern, shortest):
            return _text_check(longest, pattern, shortest)
        case Items(most, fewest):
            return validate.Length(fewest, most)
    raise TypeError(f"no such limit: {limit!r}")


def _text_check(longest: int, pattern: str, shortest: int) -> Callable[[str], None]:
    expression = re.compile(pattern) if pattern else None

    def check(value: str) -> None:
        if not shortest <= len(value) <= longest:
            raise ValidationError(f"must have {shortest} to {longest} characters")
        if expression and not expression.fullmatch(value):
            raise ValidationError(f"must match {pattern}")

    return check


@cache
def _plan(contract: Any) -> tuple[tuple[str, type[Any], bool], ...]:
    """The fields that hold contracts themselves: (name, contract, is a list)."""
    hints = get_type_hints(contract, include_extras=True)
    return tuple(
        (each.name, inner, many)
        for each in fields(contract)
        for inner, many in [_contract_in(hints[each.name])]
        if inner
    )


def _contract_in(hint: Any) -> tuple[Any, bool]:
    hint, _ = _split(hint)
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        inner, _ = _split(get_args(hint)[0])
        return (inner, True) if is_dataclass(inner) else (None, False)
    return (hint, False) if is_dataclass(hint) else (None, False)


def _instance(contract: Any, loaded: dict[str, Any]) -> Any:
    for name, inner, many in _plan(contract):
        if (value := loaded.get(name)) is not None:
            loaded[name] = (
                tuple(_instance(inner, item) for item in value) if many else _instance(inner, value)
            )
    return contract(**loaded)


def _first_fault(messages: Any) -> tuple[str, str]:
    """(JSON Pointer, reason) of the first of marshmallow's nested messages."""
    path = ""
    while isinstance(messages, dict):
        key, messages = next(iter(messages.items()))
        path += "" if key == "_schema" else f"/{key}"
    reason = messages[0] if isinstance(messages, list) else messages
    return path, str(reason)
