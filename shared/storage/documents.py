"""Aggregates to documents and back: frozen dataclasses in, plain BSON-ready values out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, cast, get_args, get_origin

from cattrs import Converter

from shared.storage.store import Document

T = TypeVar("T")
NETWORK = "network"
"""The clinic of what belongs to no clinic."""
_PLAIN = {str, int, bool, type(None), ...}


def _converter() -> Converter:
    converter = Converter(
        detailed_validation=False,  # these documents are ours: a fault in one is a bug
        unstruct_collection_overrides={tuple: list, frozenset: sorted},
    )
    converter.register_unstructure_hook(datetime, lambda moment: moment)
    converter.register_structure_hook(datetime, lambda moment, _: moment)
    converter.register_unstructure_hook(date, lambda day: day.isoformat())
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook_func(_is_plain_tuple, list)
    converter.register_structure_hook_func(_is_plain_tuple, lambda items, _: tuple(items))
    _add_tuples_of_one_kind(converter)
    return converter


def _add_tuples_of_one_kind(converter: Converter) -> None:
    """Most of them are empty in most documents: the hook of their items is looked up once."""

    def unstructured(kind: Any) -> Callable[[Any], Any]:
        item = converter.get_unstructure_hook(get_args(kind)[0])
        return lambda items: [item(each) for each in items]

    def structured(kind: Any) -> Callable[[Any, Any], Any]:
        element = get_args(kind)[0]
        item = converter.get_structure_hook(element)
        return lambda items, _: tuple([item(each, element) for each in items]) if items else ()

    converter.register_unstructure_hook_factory(_is_tuple_of_one_kind, unstructured)
    converter.register_structure_hook_factory(_is_tuple_of_one_kind, structured)


def _is_tuple_of_one_kind(kind: Any) -> bool:
    items = get_args(kind) if get_origin(kind) is tuple else ()
    return len(items) == 2 and items[1] is ... and not _is_plain_tuple(kind)


def _is_plain_tuple(kind: Any) -> bool:
    """Of items that BSON keeps as they are, such as answers: nothing to do for each of them."""
    items = get_args(kind) if get_origin(kind) is tuple else ()
    return bool(items) and all(_PLAIN.issuperset(_kinds(each)) for each in items)


def _kinds(hint: Any) -> Iterator[Any]:
    """The types that a hint allows, without their limits."""
    if get_origin(hint) is Annotated:
        yield from _kinds(get_args(hint)[0])
    elif get_origin(hint) in (Union, UnionType):
        for each in get_args(hint):
            yield from _kinds(each)
    else:
        yield hint


_CONVERTER = _converter()


@dataclass(frozen=True)
class Collection(Generic[T]):
    """Where one kind of aggregate is kept.

    `subject` gives the Kafka key of its events (the patient's id). `indexes` are tuples of state
    fields. `deidentified` events carry no clinic, time, correlation or causation. `network`: one
    document for all clinics, whichever clinic's event it is about (decision 5). `wake` says when
    the aggregate wants to be looked at though no event comes, if ever (decision 11).
    """

    name: str
    type: type[T]
    identity: Callable[[T], str]
    subject: Callable[[T], str]
    indexes: tuple[tuple[str, ...], ...] = field(default=())
    deidentified: bool = False
    network: bool = False
    wake: Callable[[T], datetime | None] | None = None

    def owner(self, clinic: str) -> str:
        """Whose document it is when an event of `clinic` is about it."""
        return NETWORK if self.network else clinic

    def key(self, clinic: str, aggregate_id: str) -> str:
        """The `_id`: clinic first, so that one clinic's ids can never meet another's."""
        return f"{self.owner(clinic)}/{aggregate_id}"

    def wakes(self, aggregate: T) -> Document:
        """The field `wake_at` of its document, left out where it wants nothing of the clock."""
        wake_at = self.wake(aggregate) if self.wake else None
        return {"wake_at": wake_at} if wake_at else {}

    def state(self, aggregate: T) -> Document:
        return cast(Document, _CONVERTER.unstructure(aggregate, self.type))

    def aggregate(self, document: Document) -> T:
        return _CONVERTER.structure(document["state"], self.type)
