"""Canaries: words planted wherever something about a person goes in, and looked for, in every
spelling that bytes may have, in whatever comes out.

`Canaries().sightings(outputs)` takes bytes, text or anything JSON has a word for.
"""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

PLANTED: Mapping[str, str] = {
    "given name": "Zephyrine",
    "family name": "Quillfeather",
    "birth date": "1961-04-17",
    "record number": "MRN-7730419",
    "phone": "+1-555-010-7731",
    "email": "zq7731@example.org",
    "note": "collects porcelain herons",
    "reason": "heron-allergy-7731",
    "device": "device-kx-7731",
    "lot": "lot-qx-7731",
    "escort": "Odalric Penhallow",
    "patient": "canary-patient-7731",
    "site": "canary-site-7731",
    "clinic": "canary-clinic-7731",
    "event": "canary-event-7731",
    "encounter": "canary-encounter-7731",
    "course": "canary-course-7731",
}


@dataclass(frozen=True)
class Canaries:
    """`more`: what else must not come out, such as ids that the services themselves gave."""

    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, str]:
        return {**PLANTED, **self.more}

    def sightings(self, outputs: Mapping[str, Any]) -> list[str]:
        """Which word was seen where, in which spelling; empty is what must be."""
        found = {place: _bytes(content) for place, content in outputs.items()}
        return [
            f"{name} in {place} as {spelling}"
            for name, word in self.words.items()
            for spelling, needle in spellings(word)
            for place, content in found.items()
            if needle.lower() in content
        ]


def spellings(word: str) -> Iterator[tuple[str, bytes]]:
    raw = word.encode()
    yield "UTF-8", raw
    yield "UTF-16", word.encode("utf-16-le")
    yield "UTF-16 the other way", word.encode("utf-16-be")
    yield "hexadecimal", raw.hex().encode()
    if quote(word, safe="") != word:
        yield "percent-encoded", quote(word, safe="").encode()
    yield "JSON with every letter escaped", "".join(f"\\u{ord(c):04x}" for c in word).encode()
    for offset in range(3):  # where in a group of three bytes the word begins
        yield f"base64 from {offset}", _middle_of_base64(raw, offset)


def _middle_of_base64(raw: bytes, offset: int) -> bytes:
    """The letters that do not depend on what stands beside the word."""
    encoded = b64encode(b"\0" * offset + raw)
    first = -(-offset * 8 // 6)
    return encoded[first : (offset + len(raw)) * 8 // 6]


def records_as_output(records: Iterable[Any]) -> list[bytes]:
    """Kafka records, ours or read: key, value and every header."""
    return [
        b"|".join(
            [each.key or b"", each.value or b"", *(n.encode() + b"=" + v for n, v in each.headers)]
        )
        for each in records
    ]


def _bytes(content: Any) -> bytes:
    if isinstance(content, bytes):
        return content.lower()
    if isinstance(content, str):
        return content.encode().lower()
    if isinstance(content, list | tuple):
        return b"\n".join(map(_bytes, content))
    return json.dumps(content, default=repr, ensure_ascii=False).encode().lower()
