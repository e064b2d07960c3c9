"""Records sealed under a subject's key: JWE, as any other implementation writes and reads it."""

import json
from base64 import b64encode
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OctKey

from shared.codec.sealing import SubjectKey, SubjectKeyring
from shared.codec.stream_records import opened, sealed
from shared.contracts.outcomes import OutcomeSubject
from shared.kernel.errors import Malformed
from shared.kernel.sealing import Unreadable

TOKEN, TYPE = "0f6e6a5c", "outcomes.stream.result.v1"
RING = SubjectKeyring(b64encode(bytes(range(32))).decode())
WRAPPED, KEY = RING.create(TOKEN)
JUDGE = OctKey.import_key({**KEY.jwk()})
SUBJECT = OutcomeSubject(
    subject_token=TOKEN,
    revision=0,
    indication="other",
    route=None,
    doses=2,
    integrations=1,
    last_dose_day=7,
)
MORE = {"postcode": "90210"}


@given(st.binary(max_size=2000))
def test_another_implementation_of_jwe_reads_what_we_seal(payload: bytes) -> None:
    read = jwe.decrypt_compact(KEY.seal(TYPE, payload), JUDGE)

    assert read.plaintext == payload
    assert read.protected == {"alg": "dir", "enc": "A256GCM", "kid": TOKEN, "cty": TYPE}


@given(st.binary(min_size=1, max_size=2000))
def test_we_read_what_another_implementation_of_jwe_seals(payload: bytes) -> None:
    header = {"alg": "dir", "enc": "A256GCM", "kid": TOKEN, "cty": TYPE}

    assert KEY.open(jwe.encrypt_compact(header, payload, JUDGE)) == (TYPE, payload)


def test_a_key_survives_its_wrapping_and_its_jwk() -> None:
    record = KEY.seal(TYPE, b"{}")

    assert RING.unlock(TOKEN, WRAPPED).open(record) == (TYPE, b"{}")
    assert SubjectKey.of(KEY.jwk()).open(record) == (TYPE, b"{}")


def test_a_wrapped_key_is_no_other_subjects() -> None:
    with pytest.raises(Unreadable):
        RING.unlock("another", WRAPPED)


def test_a_destroyed_key_opens_nothing() -> None:
    with pytest.raises(Unreadable):
        RING.unlock(TOKEN, "")


def test_a_key_wrapped_before_a_rotation_still_opens() -> None:
    newer = b64encode(bytes(32)).decode()
    rotated = SubjectKeyring(f"{newer},{b64encode(bytes(range(32))).decode()}")

    assert rotated.unlock(TOKEN, WRAPPED).open(KEY.seal(TYPE, b"1")) == (TYPE, b"1")


@given(st.data())
def test_a_record_that_was_touched_anywhere_does_not_open(data: Any) -> None:
    record = KEY.seal(TYPE, b'{"a":1}')
    place = data.draw(st.integers(0, len(record) - 1))
    letter = data.draw(st.sampled_from("AQgw.+=é\x00"))
    touched = record[:place] + letter + record[place + 1 :]

    if touched != record:
        with pytest.raises(Unreadable):
            KEY.open(touched)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "dir", "enc": "A256GCM", "kid": "another", "cty": TYPE},
        {"alg": "dir", "enc": "A256GCM", "kid": TOKEN, "cty": TYPE, "zip": "DEF"},
        {"alg": "dir", "enc": "A256GCM", "kid": TOKEN},
        {"alg": "A256KW", "enc": "A256GCM", "kid": TOKEN, "cty": TYPE},
    ],
)
def test_a_record_with_another_header_does_not_open(header: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        KEY.open(jwe.encrypt_compact(header, b"{}", JUDGE))


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "oct", "kid": TOKEN, "k": "AAAA"},
        {"kty": "RSA", "kid": TOKEN, "k": KEY.jwk()["k"]},
        {"kty": "oct", "k": KEY.jwk()["k"]},
    ],
)
def test_what_is_no_key_of_a_subject_is_refused(jwk: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not a JWK"):
        SubjectKey.of(jwk)


def test_a_record_of_the_stream_comes_back_as_it_was() -> None:
    said = sealed(SUBJECT, KEY)

    assert said.subject_token == TOKEN
    assert opened(said.jwe, KEY) == SUBJECT


def test_a_record_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(Malformed, match="/postcode"):
        opened(KEY.seal(OutcomeSubject.type, json.dumps(asdict(SUBJECT) | MORE).encode()), KEY)


def test_a_record_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(Unreadable, match="newer"):
        opened(KEY.seal("outcomes.stream.diagnosis.v1", b"{}"), KEY)
