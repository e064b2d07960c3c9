"""Sealed records of the stream, opened in memory with their subjects' keys, as long as they live."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl
from orjson import JSONDecodeError, loads

from shared.contracts.outcomes import StreamSealed, SubjectWithdrawn
from shared.kernel.sealing import RecordKey, Unreadable

AT_ONCE = 1000


class SubjectKeys(Protocol):
    """Outcomes' own keys of the stream's subjects; each raises Unavailable."""

    def learn(self, tokens: Iterable[str]) -> None:
        """Reads at once the keys that `opener` will be asked for."""

    def opener(self, token: str) -> RecordKey | None:
        """None: there is no such key (any more)."""

    def of(self, tokens: Iterable[str]) -> Sequence[RecordKey]:
        """Those that live, as they are stored now."""

    def forget(self, token: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """`type` and `payload` are what was within; of a withdrawal: its own."""

    partition: int
    offset: int
    token: str
    type: str
    payload: bytes


class Opening:
    """`gone`: who has withdrawn, or whose key was destroyed."""

    def __init__(self, keys: SubjectKeys) -> None:
        self._keys = keys
        self.gone: set[str] = set()

    def open(self, records: pl.DataFrame) -> tuple[list[Opened], dict[str, int]]:
        """(what can be read, in order; how many cannot, by reason). Raises Unavailable."""
        rows = list(records.select("partition", "offset", "key", "type", "value").iter_rows())
        self._keys.learn({row[2] for row in rows} - self.gone)
        opened, skipped = [], dict[str, int]()
        for row in rows:
            one = self._one(*row)
            if isinstance(one, Opened):
                opened.append(one)
            else:
                skipped[one] = skipped.get(one, 0) + 1
        return opened, skipped

    def forget(self, token: str) -> None:
        self.gone.add(token)
        self._keys.forget(token)

    def destroyed(self, tokens: Sequence[str]) -> set[str]:
        """Those of these whose key is there no more. Raises Unavailable."""
        pages = (tokens[at : at + AT_ONCE] for at in range(0, len(tokens), AT_ONCE))
        return {token for page in pages for token in self._destroyed(page)}

    def _destroyed(self, page: Sequence[str]) -> set[str]:
        return set(page) - {key.jwk()["kid"] for key in self._keys.of(page)}

    def _one(
        self, partition: int, offset: int, token: str, type_: str, value: bytes | None
    ) -> Opened | str:
        if type_ == SubjectWithdrawn.type:
            payload = f'{{"subject_token":"{token}"}}'.encode()
            return Opened(partition, offset, token, type_, payload)
        if type_ != StreamSealed.type:
            return "unknown-type"
        if token in self.gone:
            return "withdrawn"
        try:
            jwe, key = loads(value or b"")["jwe"], self._keys.opener(token)
            if key is None:
                return "no-key"
            return Opened(partition, offset, token, *key.open(jwe))
        except (JSONDecodeError, Unreadable, KeyError, TypeError, AttributeError):
            return "malformed"
