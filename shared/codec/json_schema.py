"""Contracts to JSON Schema draft-07: what OpenAPI, AsyncAPI and the schema pages publish."""

import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from shared.contracts.shapes import Between, Items, Text

DRAFT = "http://json-schema.org/draft-07/schema#"
_BASIC: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}


def data_schema(contract: Any, *, closed: bool = True) -> dict[str, Any]:
    """The schema of a contract's data. Producers are closed, consumers ignore what is new."""
    hints = get_type_hints(contract, include_extras=True)
    required = [
        each.name
        for each in fields(contract)
        if each.default is MISSING and each.default_factory is MISSING
    ]
    found: dict[str, Any] = {
        "type": "object",
        "title": contract.__name__,
        "description": " ".join((contract.__doc__ or "").split()),
        "properties": {each.name: _schema(hints[each.name], closed) for each in fields(contract)},
        "required": required,
    }
    if closed:
        found["additionalProperties"] = False
    return found


def published(contract: Any) -> dict[str, Any]:
    """As it stands under `/schemas/<type>`."""
    return {"$schema": DRAFT, "$id": f"/schemas/{contract.type}", **data_schema(contract)}


def _schema(hint: Any, closed: bool) -> dict[str, Any]:
    limits: tuple[Any, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *rest = get_args(hint)
        limits = tuple(rest)
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = next(each for each in get_args(hint) if each is not type(None))
        return {"anyOf": [_limited(_schema(inner, closed), limits), {"type": "null"}]}
    if origin is Literal:
        return {"type": "string", "enum": list(get_args(hint))}
    if origin is tuple:
        found = {"type": "array", "items": _schema(get_args(hint)[0], closed)}
        return _limited(found, limits)
    if is_dataclass(hint):
        return data_schema(hint, closed=closed)
    return _limited(dict(_BASIC[hint]), limits)


def _limited(schema: dict[str, Any], limits: tuple[Any, ...]) -> dict[str, Any]:
    for limit in limits:
        match limit:
            case Between(low, high, unit):
                schema |= {"minimum": low, "maximum": high}
                schema |= {"description": f"unit: {unit}"} if unit else {}
            case Text(longest, pattern, shortest):
                schema |= {"minLength": shortest, "maxLength": longest}
                schema |= {"pattern": f"^({pattern})$"} if pattern else {}
            case Items(most, fewest):
                schema |= {"minItems": fewest, "maxItems": most}
    return schema
