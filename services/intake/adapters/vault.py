"""The vault of the identities: a data key per person, and fingerprints to find people by.

Fingerprints are HMAC-SHA-256 under a key derived from the oldest key of the settings, so that a
new one changes no look-up.
"""

import hmac

from shared.codec.sealing import Keyring


class KeyVault(Keyring):
    def __init__(self, secret: str) -> None:
        super().__init__(secret)
        self._fingerprint_key = self.derived("kap intake fingerprints")

    def fingerprint(self, words: str) -> str:
        return hmac.digest(self._fingerprint_key, words.encode(), "sha256")[:16].hex()
