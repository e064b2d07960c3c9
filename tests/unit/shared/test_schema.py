"""The schemas made of contracts: every field strict, every fault with a JSON Pointer."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import pytest

from shared.codec import schema, strict_json
from shared.contracts.shapes import Between, Code, Items, Text
from shared.kernel.errors import Malformed


@dataclass(frozen=True, slots=True)
class Dose:
    drug: Code
    mg: Annotated[float, Between(0.1, 1000, "mg")]


@dataclass(frozen=True, slots=True)
class Chart:
    """One field of every shape that contracts use."""

    name: Annotated[str, Text(5)]
    grade: Annotated[int, Between(1, 5)]
    weight: Annotated[float, Between(25, 350, "kg")]
    serious: bool
    at: datetime
    born: date
    kind: Literal["iv", "im"]
    answers: Annotated[tuple[Annotated[int, Between(0, 3)] | None, ...], Items(3, 1)]
    first: Dose
    doses: tuple[Dose, ...] = ()
    total: Annotated[int, Between(0, 27)] | None = None


GOOD: dict[str, Any] = {
    "name": "Given",
    "grade": 3,
    "weight": 80,
    "serious": False,
    "at": "2026-03-02T12:00:00.123456+01:00",
    "born": "1984-02-29",
    "kind": "iv",
    "answers": [0, None, 3],
    "first": {"drug": "ketamine", "mg": 40.5},
}
REFUSED: dict[str, tuple[str, object, str]] = {
    "a whole number as 3.0": ("grade", 3.0, "/grade"),
    "a whole number as a fraction": ("grade", 3.7, "/grade"),
    "a whole number as text": ("grade", "12", "/grade"),
    "a whole number as True": ("grade", True, "/grade"),
    "a whole number as null": ("grade", None, "/grade"),
    "a whole number as a list": ("grade", [3], "/grade"),
    "below its range": ("grade", 0, "/grade"),
    "above its range": ("grade", 6, "/grade"),
    "a number as text": ("weight", "80", "/weight"),
    "a number as True": ("weight", True, "/weight"),
    "a number of 63 bit": ("weight", 2**63 - 1, "/weight"),
    "yes as text": ("serious", "true", "/serious"),
    "yes as 1": ("serious", 1, "/serious"),
    "yes as null": ("serious", None, "/serious"),
    "a text as a number": ("name", 5, "/name"),
    "an empty text": ("name", "", "/name"),
    "a text too long": ("name", "sixsix", "/name"),
    "a time without its offset": ("at", "2026-03-02T12:00:00", "/at"),
    "a time as a number": ("at", 1772452800, "/at"),
    "a time without seconds": ("at", "2026-03-02T12:00Z", "/at"),
    "a time in the basic format": ("at", "20260302T120000Z", "/at"),
    "a time of a week day": ("at", "2026-W10-1T12:00:00Z", "/at"),
    "a time with a space": ("at", "2026-03-02 12:00:00Z", "/at"),
    "a time with a comma": ("at", "2026-03-02T12:00:00,5Z", "/at"),
    "a time at hour 24": ("at", "2026-03-02T24:00:00Z", "/at"),
    "a time on 30 February": ("at", "2026-02-30T12:00:00Z", "/at"),
    "a time in digits that are not ASCII": ("at", "٢٠٢٦-03-02T12:00:00Z", "/at"),
    "a time in year 1": ("at", "0001-01-01T00:00:00+14:00", "/at"),
    "a time in year 9999": ("at", "9999-12-31T23:59:59-12:00", "/at"),
    "a time before 1900": ("at", "1899-12-31T23:59:59Z", "/at"),
    "a time after 2199": ("at", "2200-01-01T00:00:00Z", "/at"),
    "a date with a time": ("born", "1984-02-29T00:00:00Z", "/born"),
    "a date in the basic format": ("born", "19840229", "/born"),
    "a date of a week day": ("born", "1984-W09-3", "/born"),
    "a date that is none": ("born", "1983-02-29", "/born"),
    "a date as a number": ("born", 19840229, "/born"),
    "a value not in the list": ("kind", "oral", "/kind"),
    "a list as text": ("answers", "012", "/answers"),
    "a list as an object": ("answers", {"0": 1}, "/answers"),
    "too few items": ("answers", [], "/answers"),
    "too many items": ("answers", [0, 0, 0, 0], "/answers"),
    "an item out of its range": ("answers", [0, 1, 9], "/answers/2"),
    "an item as text": ("answers", [0, "1"], "/answers/1"),
    "an object as a list": ("first", [], "/first"),
    "an object as null": ("first", None, "/first"),
    "an object without a field": ("first", {"drug": "ketamine"}, "/first/mg"),
    "a fault in an object in a list": ("doses", [GOOD["first"], {"drug": "-", "mg": 1}], ""),
    "null where it may only be absent": ("doses", None, "/doses"),
    "an operator": ("name", {"$ne": None}, "/name"),
}


@pytest.mark.parametrize(("field", "value", "path"), REFUSED.values(), ids=REFUSED)
def test_a_value_of_another_shape_is_refused_and_pointed_at(
    field: str, value: object, path: str
) -> None:
    with pytest.raises(Malformed) as refusal:
        schema.load(Chart, GOOD | {field: value}, closed=True)

    assert refusal.value.path == (path or "/doses/1/drug")
    assert refusal.value.reason


@pytest.mark.parametrize("field", GOOD)
def test_a_missing_field_is_refused_and_pointed_at(field: str) -> None:
    data = {name: value for name, value in GOOD.items() if name != field}

    with pytest.raises(Malformed) as refusal:
        schema.load(Chart, data, closed=False)

    assert refusal.value.path == f"/{field}"


def test_good_data_becomes_the_contract_with_its_own_types() -> None:
    chart = schema.load(Chart, GOOD | {"doses": [GOOD["first"]], "total": None}, closed=True)

    assert chart == Chart(
        name="Given",
        grade=3,
        weight=80.0,
        serious=False,
        at=datetime(2026, 3, 2, 11, 0, 0, 123_000, tzinfo=UTC),
        born=date(1984, 2, 29),
        kind="iv",
        answers=(0, None, 3),
        first=Dose("ketamine", 40.5),
        doses=(Dose("ketamine", 40.5),),
    )
    assert isinstance(chart.weight, float)


def test_what_is_loaded_encodes_to_what_loads_the_same() -> None:
    chart = schema.load(Chart, GOOD, closed=True)

    again = schema.load(Chart, strict_json.loads(strict_json.dumps(chart)), closed=True)

    assert again == chart


@pytest.mark.parametrize("name", ["new", "__proto__", "constructor"])
def test_an_unknown_field_is_refused_from_producers_and_left_out_by_consumers(name: str) -> None:
    at_top, within = GOOD | {name: 1}, GOOD | {"first": GOOD["first"] | {name: 1}}

    for data, path in ((at_top, f"/{name}"), (within, f"/first/{name}")):
        assert schema.load(Chart, data, closed=False) == schema.load(Chart, GOOD, closed=True)
        with pytest.raises(Malformed) as refusal:
            schema.load(Chart, data, closed=True)
        assert refusal.value.path == path


def test_ten_thousand_unknown_keys_are_one_fault() -> None:
    data = GOOD | {f"key-{number}": number for number in range(10_000)}

    with pytest.raises(Malformed):
        schema.load(Chart, data, closed=True)


@pytest.mark.parametrize("data", [None, [], [GOOD], "text", 5, True])
def test_data_that_is_no_object_is_refused(data: object) -> None:
    with pytest.raises(Malformed, match="not an object"):
        schema.load(Chart, data, closed=False)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02T12:00:00Z", datetime(2026, 3, 2, 12, tzinfo=UTC)),
        ("2026-03-02t12:00:00z", datetime(2026, 3, 2, 12, tzinfo=UTC)),
        ("2026-03-02T12:00:00-05:30", datetime(2026, 3, 2, 17, 30, tzinfo=UTC)),
        ("2026-03-02T12:00:00.9999Z", datetime(2026, 3, 2, 12, 0, 0, 999_000, tzinfo=UTC)),
        ("2026-03-02T12:00:00.123456789Z", datetime(2026, 3, 2, 12, 0, 0, 123_000, tzinfo=UTC)),
        ("1900-01-01T00:00:00Z", datetime(1900, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_kept_as_utc_in_whole_milliseconds(text: str, utc: datetime) -> None:
    assert schema.moment(text) == utc
