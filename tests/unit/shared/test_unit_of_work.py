"""Within a transaction, what a step emits goes out after what the steps before it emitted."""

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.contracts.envelope import Event
from shared.contracts.intake import PatientRegistered
from shared.storage.documents import Collection
from shared.storage.memory import MemoryStore
from shared.storage.unit_of_work import Work

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    id: str


ENTRIES = Collection("entries", Page, lambda page: page.id, lambda page: page.id)
HISTORIES = Collection("histories", Page, lambda page: page.id, lambda page: page.id)


def test_an_aggregate_that_was_saved_with_an_older_one_keeps_its_place_in_the_order() -> None:
    """A new entry shares a step with a long history; the entry's next event comes after it."""
    work = Work("intake", MemoryStore().session(), NOON, lambda: "token")
    for _ in range(5):
        _step(work, HISTORIES)

    both = _step(work, ENTRIES, HISTORIES)
    entry_alone = _step(work, ENTRIES)

    assert both < entry_alone


def _step(work: Work, *collections: Collection[Page]) -> int:
    """The order of a step that saves a page in each of these."""
    work.begin(Event("e1", "/clinics/riverside/sites/main", "t", "p1", NOON, "riverside", None))
    for each in collections:
        work.save(each, Page("p1"), PatientRegistered("ptsd"))
    return work.keep().order
