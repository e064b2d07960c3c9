"""What strict_json refuses, what it must let through, and that MongoDB can hold all of it."""

import json
from typing import Any

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.codec import strict_json
from shared.kernel.errors import Malformed

REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "only white space": b" \n",
    "half an object": b'{"a":',
    "two values": b"1 2",
    "a comment": b'{"a":1} // so',
    "a trailing comma": b"[1,]",
    "single quotes": b"{'a':1}",
    "a list 21 deep": b"[" * 21 + b"]" * 21,
    "an object 21 deep": b'{"a":' * 21 + b"1" + b"}" * 21,
    "5,000 deep": b"[" * 5_000 + b"]" * 5_000,
    "100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 deep and never closed": b'{"a":' * 100_000,
    "10^30": b"1" + b"0" * 30,
    "the first number above 63 bit": b"9223372036854775808",
    "the first number below": b"-9223372036854775809",
    "a whole number of a million digits": b"9" * 1_000_000,
    "1e999": b"1e999",
    "-1e999": b"-1e999",
    "a fraction of a million digits before the point": b"9" * 1_000_000 + b".5",
    "NaN": b"NaN",
    "Infinity": b'{"a":Infinity}',
    "-Infinity": b"[-Infinity]",
    "a high surrogate alone": rb'"\ud800"',
    "a low surrogate alone": rb'"\uDC00"',
    "a surrogate pair the wrong way round": rb'"\udc00\ud800"',
    "a high surrogate before a letter": rb'"\ud83dx"',
    "a surrogate alone in a key": rb'{"\ud800":1}',
    "an escaped NUL": rb'"\u0000"',
    "an escaped NUL in a key": rb'{"\u0000":1}',
    "a raw NUL": b'"\x00"',
    "a raw line feed in a string": b'"a\nb"',
    "the same key twice": b'{"a":1,"a":1}',
    "the same key twice, escaped once": rb'{"a":1,"\u0061":1}',
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-16 without a byte order mark": '{"a":1}'.encode("utf-16-le"),
    "UTF-32": '{"a":1}'.encode("utf-32"),
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "Latin-1": '{"a":"é"}'.encode("latin-1"),
    "an overlong sequence": b'"\xc0\x80"',
    "a surrogate as UTF-8": b'"\xed\xa0\x80"',
    "an operator": b'{"$ne":null}',
    "an operator further down": b'{"a":[{"b":{"$where":"1"}}]}',
    "a dotted key": b'{"a.b":1}',
}
TAKEN: dict[str, tuple[bytes, Any]] = {
    "20 deep": (b"[" * 20 + b"]" * 20, None),
    "a surrogate pair": (rb'"\ud83d\ude00"', "\U0001f600"),
    "an emoji as it is": ('"\U0001f600"'.encode(), "\U0001f600"),
    "a backslash before u0000": (rb'"\\u0000"', r"\u0000"),
    "a backslash before ud800": (rb'"\\ud800"', r"\ud800"),
    "the largest whole number": (b"9223372036854775807", 2**63 - 1),
    "the smallest whole number": (b"-9223372036854775808", -(2**63)),
    "the largest fraction": (b"1.7976931348623157e308", 1.7976931348623157e308),
    "a fraction too small to tell from 0": (b"1e-999", 0.0),
    "brackets in a string": (b'"' + b"[" * 100 + b'"', "[" * 100),
    "__proto__, which means nothing here": (b'{"__proto__":1}', {"__proto__": 1}),
    "an empty key": (b'{"":1}', {"": 1}),
    "white space around": (b' {"a" : [1 , 2]}\r\n', {"a": [1, 2]}),
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_body_that_parsers_or_mongodb_could_trip_over_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        strict_json.loads(body)

    assert refusal.value.reason


@pytest.mark.parametrize(("body", "value"), TAKEN.values(), ids=TAKEN)
def test_a_body_at_the_limit_is_taken_as_it_is(body: bytes, value: Any) -> None:
    loaded = strict_json.loads(body)

    assert value is None or loaded == value


def test_a_hundred_thousand_keys_are_read_and_left_to_the_schema() -> None:
    body = json.dumps({f"key-{number}": number for number in range(100_000)}).encode()

    assert len(strict_json.loads(body)) == 100_000


def test_the_fault_in_a_string_is_pointed_at() -> None:
    with pytest.raises(Malformed) as refusal:
        strict_json.loads(rb'{"a":[{"b":"\ud800"}]}')

    assert refusal.value.path == "/a/0/b"


def test_the_canonical_form_does_not_depend_on_order_or_white_space() -> None:
    one, other = b'{"b": [1, 2.5], "a": "\xc3\xa9"}', rb'{"a":"\u00e9","b":[1,2.5]}'

    assert strict_json.dumps(strict_json.loads(one)) == strict_json.dumps(strict_json.loads(other))


_texts = st.text(st.characters(exclude_categories=()), max_size=8)
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**65), 2**65),
    st.floats(allow_nan=True, allow_infinity=True),
    _texts,
)
_values = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(_values, st.booleans())
def test_whatever_loads_fits_bson_and_comes_back_the_same(value: Any, escaped: bool) -> None:
    body = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    try:
        loaded = strict_json.loads(body)
    except Malformed:
        return

    assert bson.decode(bson.encode({"value": loaded})) == {"value": loaded}
    assert strict_json.loads(strict_json.dumps(loaded)) == loaded


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=24) | st.text('{}[]":,\\u0d8$.aeE+-19 ', max_size=24).map(str.encode))
def test_any_bytes_are_either_a_value_or_malformed(body: bytes) -> None:
    try:
        loaded = strict_json.loads(body)
    except Malformed:
        return

    assert bson.decode(bson.encode({"value": loaded})) == {"value": loaded}
