"""Envelope encryption with AES-256-GCM: data keys, wrapped by keys from the settings."""

import os
from base64 import b64decode, b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.kernel.sealing import Unreadable

KEY_BYTES, NONCE_BYTES = 32, 12


class DataKey:
    """One data key at work."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, name: str, text: str) -> str:
        return _sealed(self._aead, text.encode(), name)

    def open(self, name: str, sealed: str) -> str:
        return _opened(self._aead, sealed, name).decode()


class Keyring:
    """`secret`: 32 bytes in base64; when it is rotated the new one, a comma, and the old ones.

    New data keys are wrapped by the first; each opens what it wrapped. Raises ValueError.
    """

    def __init__(self, secret: str) -> None:
        keys = [_key(text.strip()) for text in secret.split(",")]
        self._wrapping = {sha256(key).hexdigest()[:8]: AESGCM(key) for key in keys}
        self._newest, self._oldest = next(iter(self._wrapping)), keys[-1]

    def create(self, key_id: str) -> tuple[str, DataKey]:
        key = os.urandom(KEY_BYTES)
        wrapped = _sealed(self._wrapping[self._newest], key, key_id)
        return f"{self._newest}.{wrapped}", DataKey(key)

    def unlock(self, key_id: str, wrapped: str) -> DataKey:
        wrapped_by, _, sealed = wrapped.partition(".")
        if wrapped_by not in self._wrapping:
            raise Unreadable("wrapped by a key that is not among the settings")
        return DataKey(_opened(self._wrapping[wrapped_by], sealed, key_id))

    def derived(self, purpose: str) -> bytes:
        """A key for another use, from the oldest, so that a rotation does not change it."""
        derive = HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode())
        return derive.derive(self._oldest)


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
