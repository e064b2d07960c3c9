"""Envelope encryption with AES-256-GCM: data keys, wrapped by keys from the settings.

A data key seals fields under their names (`DataKey`) or whole records as JWE (`SubjectKey`).
"""

import os
from base64 import b64decode, b64encode
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from orjson import loads

from shared.codec import strict_json
from shared.kernel.sealing import Unreadable

KEY_BYTES, NONCE_BYTES, TAG_BYTES = 32, 12, 16
_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_+/=", b"+/!!!")


class DataKey:
    """One data key at work."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, name: str, text: str) -> str:
        return _sealed(self._aead, text.encode(), name)

    def open(self, name: str, sealed: str) -> str:
        return _opened(self._aead, sealed, name).decode()


class SubjectKey:
    """One subject's key at work on JWEs: direct encryption, so that a record is its ciphertext,
    and nothing about its key but the subject's token (`kid`) is in it."""

    def __init__(self, token: str, key: bytes) -> None:
        self._token, self._key, self._aead = token, key, AESGCM(key)
        self._types: dict[str, str] = {}

    @classmethod
    def of(cls, jwk: Mapping[str, str]) -> "SubjectKey":
        """Raises ValueError for what is no such key."""
        key = _from_url(jwk.get("k", ""))
        if jwk.get("kty") != "oct" or not jwk.get("kid") or len(key) != KEY_BYTES:
            raise ValueError("not a JWK of 32 bytes with a kid")
        return cls(jwk["kid"], key)

    def seal(self, type_: str, payload: bytes) -> str:
        header = {"alg": "dir", "enc": "A256GCM", "kid": self._token, "cty": type_}
        protected, nonce = _to_url(strict_json.dumps(header)), os.urandom(NONCE_BYTES)
        sealed = self._aead.encrypt(nonce, payload, protected.encode())
        parts = nonce, sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        return ".".join([protected, "", *map(_to_url, parts)])

    def open(self, jwe: str) -> tuple[str, bytes]:
        try:
            protected, none, nonce, sealed, tag = jwe.split(".")
            type_ = self._types.get(protected) or self._type_of(protected)
            sealed_and_tag = _from_url(sealed) + _from_url(tag)
            clear = self._aead.decrypt(_from_url(nonce), sealed_and_tag, protected.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable("not sealed by this key for this subject") from error
        if none:
            raise Unreadable("has a key of its own in it, which is not this subject's")
        return type_, clear

    def jwk(self) -> dict[str, str]:
        return {"kty": "oct", "kid": self._token, "k": _to_url(self._key)}

    def _type_of(self, protected: str) -> str:
        """A subject's records have few headers: each is understood once."""
        header = loads(_from_url(protected))
        type_ = header.get("cty", "") if isinstance(header, dict) else ""
        if header != {"alg": "dir", "enc": "A256GCM", "kid": self._token, "cty": type_}:
            raise ValueError("not a header of this subject's")
        self._types[protected] = type_
        return str(type_)


class Wrapping:
    """`secret`: 32 bytes in base64; when it is rotated the new one, a comma, and the old ones.

    New data keys are wrapped by the first; each opens what it wrapped. Raises ValueError.
    """

    def __init__(self, secret: str) -> None:
        keys = [_key(text.strip()) for text in secret.split(",")]
        self._wrapping = {sha256(key).hexdigest()[:8]: AESGCM(key) for key in keys}
        self._newest, self._oldest = next(iter(self._wrapping)), keys[-1]

    def draw(self, key_id: str) -> tuple[str, bytes]:
        """A new random data key, wrapped and clear."""
        key = os.urandom(KEY_BYTES)
        wrapped = _sealed(self._wrapping[self._newest], key, key_id)
        return f"{self._newest}.{wrapped}", key

    def unwrap(self, key_id: str, wrapped: str) -> bytes:
        """Raises Unreadable."""
        wrapped_by, _, sealed = wrapped.partition(".")
        if wrapped_by not in self._wrapping:
            raise Unreadable("wrapped by a key that is not among the settings")
        return _opened(self._wrapping[wrapped_by], sealed, key_id)

    def derived(self, purpose: str) -> bytes:
        """A key for another use, from the oldest, so that a rotation does not change it."""
        derive = HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode())
        return derive.derive(self._oldest)


class Keyring(Wrapping):
    """Data keys that seal fields."""

    def create(self, key_id: str) -> tuple[str, DataKey]:
        wrapped, key = self.draw(key_id)
        return wrapped, DataKey(key)

    def unlock(self, key_id: str, wrapped: str) -> DataKey:
        return DataKey(self.unwrap(key_id, wrapped))


class SubjectKeyring(Wrapping):
    """Data keys that seal a subject's records."""

    def create(self, token: str) -> tuple[str, SubjectKey]:
        wrapped, key = self.draw(token)
        return wrapped, SubjectKey(token, key)

    def unlock(self, token: str, wrapped: str) -> SubjectKey:
        return SubjectKey(token, self.unwrap(token, wrapped))


def _key(text: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 bytes in base64")
    return key


def _sealed(aead: AESGCM, clear: bytes, name: str) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return b64encode(nonce + aead.encrypt(nonce, clear, name.encode())).decode()


def _opened(aead: AESGCM, sealed: str, name: str) -> bytes:
    try:
        content = b64decode(sealed, validate=True)
        return aead.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise Unreadable("not sealed by this key under this name") from error


def _to_url(content: bytes) -> str:
    """base64url without padding (RFC 7515)."""
    return b2a_base64(content, newline=False).translate(_TO_URL).rstrip(b"=").decode()


def _from_url(text: str) -> bytes:
    """Raises ValueError."""
    padded = text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4)
    return a2b_base64(padded, strict_mode=True)
