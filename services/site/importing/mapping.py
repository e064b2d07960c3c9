"""Which columns make which event: a JSON file that a site keeps beside its export.

Its shape, with an example: docs/guides/site.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from cattrs import Converter
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn, override

from shared.client.errors import BadEvent
from shared.client.events import SERVICE_OF
from shared.codec import strict_json
from shared.kernel.errors import Malformed

Kind = Literal["text", "integer", "number", "yes-no", "date", "moment", "patient"]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value comes from: one column, several (a list), or `value`, the same in every row.

    `codes` translates what stands there, and refuses what it does not name. `optional`: an empty
    cell is left out. `format` and `zone` are for `date` and `moment` (strptime; IANA).
    """

    column: str = ""
    columns: tuple[str, ...] = ()
    value: Any = None
    kind: Kind = "text"
    codes: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False
    format: str = ""
    zone: str = ""

    @property
    def named(self) -> tuple[str, ...]:
        return (self.column,) if self.column else self.columns


@dataclass(frozen=True, slots=True)
class When:
    """A row is meant if this column holds one of these."""

    column: str
    equals: tuple[str, ...]

    def holds(self, cells: Mapping[str, str]) -> bool:
        return cells.get(self.column, "") in self.equals


@dataclass(frozen=True, slots=True)
class EventRule:
    """One event of each row that `when` means (without it: of every row)."""

    type: str
    subject: Cell
    time: Cell
    data: Mapping[str, Cell]
    when: When | None = None

    @property
    def named(self) -> Iterator[str]:
        for cell in (self.subject, self.time, *self.data.values()):
            yield from cell.named
        if self.when:
            yield self.when.column


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """`name` is part of every event's id: the same row under the same name is the same event.

    `ignore`: columns that are left behind on purpose; `skip`: rows that are.
    """

    name: str
    events: tuple[EventRule, ...]
    ignore: tuple[str, ...] = ()
    skip: When | None = None

    def check(self, columns: tuple[str, ...]) -> None:
        """Every column is used or left behind on purpose. Raises BadEvent."""
        named = {name for rule in self.events for name in rule.named} | set(self.ignore)
        named |= {self.skip.column} if self.skip else set()
        if missing := sorted(named - set(columns)):
            raise BadEvent(f"The mapping names {missing[0]!r}, and the file has no such column.")
        if unused := [each for each in columns if each not in named]:
            raise BadEvent(
                f"The mapping says nothing of the column {unused[0]!r}, which would be lost: use"
                " it, or name it under `ignore`."
            )


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(
        Cell, make_dict_structure_fn(Cell, converter, kind=override(rename="as"))
    )
    converter.register_structure_hook_func(lambda kind: kind is Any, lambda value, _: value)
    return converter


_CONVERTER = _converter()


def read_mapping(content: bytes) -> ImportMapping:
    """Raises BadEvent, which says where."""
    try:
        mapping = _CONVERTER.structure(strict_json.loads(content), ImportMapping)
    except Malformed as fault:
        raise BadEvent(f"The mapping is no JSON: {fault.reason}.") from fault
    except (BaseValidationError, TypeError, ValueError, KeyError) as fault:
        raise BadEvent(f"The mapping is not as it must be: {_first(fault)}.") from fault
    if not mapping.events:
        raise BadEvent("The mapping makes no event: add one under `events`.")
    for rule in mapping.events:
        if rule.type not in SERVICE_OF:
            raise BadEvent(
                f"{rule.type!r} is no type that sites post: `kap site types` lists them."
            )
    return mapping


def _first(fault: BaseException) -> str:
    """The innermost fault, and where it is."""
    inner: Any = fault
    notes: list[str] = []
    while True:
        notes += [str(each) for each in getattr(inner, "__notes__", ())]
        nested = getattr(inner, "exceptions", ())
        if not nested:
            break
        inner = nested[0]
    where = notes[-1].rpartition("@")[2].strip() if notes else ""
    return f"{inner} {where}".strip()
