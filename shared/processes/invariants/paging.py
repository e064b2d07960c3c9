"""A collection read from its beginning, a page at a time."""

from collections.abc import Iterator

from shared.storage.store import Document, Session


def pages(session: Session, of: str, limit: int) -> Iterator[list[Document]]:
    """All there is. A page that is not full is the last: what is written meanwhile must not keep
    us for ever."""
    after, page = None, session.where(of, {}, limit=limit)
    while page:
        yield page
        after = page[-1]["_id"]
        page = session.where(of, {}, after=after, limit=limit) if len(page) == limit else []
