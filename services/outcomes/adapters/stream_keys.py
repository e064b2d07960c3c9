"""The keys of the stream's subjects, for who reads the stream: unwrapped, as long as they live."""

from collections.abc import Iterable, Iterator

from services.outcomes.application.documents import STREAM_KEYS
from services.outcomes.domain.stream.publishing import StreamKey
from shared.kernel.sealing import RecordKey, RecordKeys
from shared.storage.documents import NETWORK
from shared.storage.store import Document, Store

PAGE = 1000


class StreamKeys:
    """Every key is kept once it was asked for, until `forget`."""

    def __init__(self, store: Store, keys: RecordKeys) -> None:
        self._store, self._keys = store, keys
        self._known: dict[str, RecordKey] = {}

    def opener(self, token: str) -> RecordKey | None:
        """The subject's key; None: there is none (any more). Raises Unavailable, Unreadable."""
        if token not in self._known:
            self.learn([token])
        return self._known.get(token)

    def learn(self, tokens: Iterable[str]) -> None:
        """Reads at once the keys that `opener` will be asked for."""
        unknown = {each for each in tokens if each not in self._known}
        self._known.update(self._living(self._found(unknown)))

    def of(self, tokens: Iterable[str]) -> list[RecordKey]:
        """Those that live, as they are stored now."""
        return [each for _, each in self._living(self._found(tokens))]

    def page(self, after: str = "", limit: int = PAGE) -> tuple[list[RecordKey], str]:
        """Keys in the order of their subjects' tokens, and the token to go on after (empty: these
        were the last)."""
        start = STREAM_KEYS.key(NETWORK, after) if after else None
        session = self._store.session()
        found = session.where(STREAM_KEYS.name, {}, after=start, limit=limit)
        last = _key(found[-1]).token if len(found) == limit else ""
        return [each for _, each in self._living(found)], last

    def all(self) -> Iterator[RecordKey]:
        """Every living key, a page at a time."""
        after, more = "", True
        while more:
            page, after = self.page(after)
            yield from page
            more = bool(after)

    def forget(self, token: str) -> None:
        """The subject has withdrawn."""
        self._known.pop(token, None)

    def _found(self, tokens: Iterable[str]) -> list[Document]:
        ids = {STREAM_KEYS.key(NETWORK, each) for each in tokens}
        return self._store.session().find(STREAM_KEYS.name, ids)

    def _living(self, found: Iterable[Document]) -> Iterator[tuple[str, RecordKey]]:
        for each in map(_key, found):
            if each.wrapped:
                yield each.token, self._keys.unlock(each.token, each.wrapped)


def _key(document: Document) -> StreamKey:
    return STREAM_KEYS.aggregate(document)
