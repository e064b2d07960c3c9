"""What each process of a service says of itself: that it lives, and what only it can know.

One small document per instance, written over every few seconds; MongoDB forgets the silent.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from shared.kernel.errors import Conflict
from shared.storage.store import PROCESSES, Document, Session

EVERY_S = 10.0
LIVES = timedelta(seconds=45)
"""A process that said nothing for so long is not counted on."""
SHOWN = 200


def say(session: Session, kind: str, instance: str, said: Document, now: datetime) -> None:
    """`said` is what this process knows, as plain values. Raises Unavailable."""
    key = f"{kind}/{instance}"
    fields = {"kind": kind, "instance": instance, "at": now, "said": said}
    if session.find(PROCESSES, [key]):
        session.patch(PROCESSES, {key: fields})
    else:
        with suppress(Conflict):  # two of one name have begun at once
            session.insert(PROCESSES, [{"_id": key} | fields])


def living(session: Session, now: datetime) -> list[Document]:
    """Who said something of late, the longest silent first."""
    return session.where(PROCESSES, {}, order="at", after=now - LIVES, limit=SHOWN)
