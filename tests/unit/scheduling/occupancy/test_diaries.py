"""Diaries for queries show what is committed, and read again only what has changed."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

from services.scheduling.application.diaries import Diaries
from services.scheduling.application.documents import DAYS, ROSTER, ROSTERS
from services.scheduling.domain.occupancy.day import Claim, Day, take
from services.scheduling.domain.occupancy.needs import Need, Wanted
from shared.storage.memory import MemorySession, MemoryStore
from shared.storage.reads import Reads
from shared.storage.store import Document
from tests.kit.scheduling import CLINIC, NINE, POLICY, a_roster

ROOM = Wanted(60, (Need(("room",)),))
MONDAY = date(2026, 3, 2)


class CountedReads(MemoryStore):
    """Counts the documents that are read whole, by collection."""

    def __init__(self) -> None:
        super().__init__()
        self.read: Counter[str] = Counter()

    def session(self) -> MemorySession:
        read = self.read

        class Counted(MemorySession):
            def find(self, collection: str, ids: Iterable[str]) -> list[Document]:
                found = super().find(collection, ids)
                read[collection] += len(found)
                return found

            def versions(self, collection: str, ids: Iterable[str]) -> dict[str, int]:
                return {each["_id"]: each["version"] for each in super().find(collection, ids)}

        return Counted(self.collections, writes_through=True)


def put(store: MemoryStore, day: Day, version: int, clinic: str = CLINIC) -> None:
    document: Document = {
        "_id": DAYS.key(clinic, day.date),
        "clinic": clinic,
        "version": version,
        "state": DAYS.state(day),
    }
    store.collections.setdefault(DAYS.name, {})[document["_id"]] = document


def a_store(clinic: str = CLINIC) -> CountedReads:
    store = CountedReads()
    document: Document = {
        "_id": ROSTERS.key(clinic, ROSTER),
        "clinic": clinic,
        "version": 1,
        "state": ROSTERS.state(a_roster()),
    }
    store.collections[ROSTERS.name] = {document["_id"]: document}
    for number in range(2, 7):
        put(store, Day(f"2026-03-0{number}", taken(NINE)), 1, clinic)
    return store


def taken(start: int) -> tuple[Claim, ...]:
    return (Claim("a", "room-1", start, start + 60),)


def first_free(diaries: Diaries, store: MemoryStore, clinic: str = CLINIC) -> int:
    slot = diaries.diary(Reads(store, clinic), MONDAY, 7).earliest(ROOM, NINE)
    assert slot, "nothing is free"
    return slot.start


def test_what_has_not_changed_is_read_once() -> None:
    store, diaries = a_store(), Diaries(POLICY)

    assert first_free(diaries, store) == first_free(diaries, store) == NINE + 60
    assert store.read == {DAYS.name: 5, ROSTERS.name: 1}


def test_a_day_that_has_changed_is_read_again_and_no_other() -> None:
    store, diaries = a_store(), Diaries(POLICY)
    first_free(diaries, store)

    put(store, take(Day("2026-03-02", taken(NINE)), Claim("b", "room-1", NINE + 60, NINE + 90)), 2)

    assert first_free(diaries, store) == NINE + 90
    assert store.read[DAYS.name] == 6


def test_a_roster_that_has_changed_is_read_again() -> None:
    store, diaries = a_store(), Diaries(POLICY)
    first_free(diaries, store)
    document = store.collections[ROSTERS.name][ROSTERS.key(CLINIC, ROSTER)]
    changed = ROSTERS.aggregate(document).resources[0]
    closed = replace(ROSTERS.aggregate(document), resources=(replace(changed, active=False),))

    document |= {"version": 2, "state": ROSTERS.state(closed)}

    diary = diaries.diary(Reads(store, CLINIC), MONDAY, 7)
    assert (diary.roster, diary.earliest(ROOM, NINE)) == (closed, None)


def test_a_clinic_sees_nothing_of_another_though_they_share_the_memory() -> None:
    store, diaries = a_store(), Diaries(POLICY)
    other = a_store("harbor").collections
    store.collections[ROSTERS.name] |= other[ROSTERS.name]

    assert first_free(diaries, store) == NINE + 60
    assert first_free(diaries, store, "harbor") == NINE


def test_memory_is_bounded_and_what_fell_out_is_read_again() -> None:
    store, diaries = a_store(), Diaries(POLICY, pages_max=2)

    assert first_free(diaries, store) == first_free(diaries, store) == NINE + 60
    assert store.read[DAYS.name] == 8  # five, and then the three that were not kept


def test_threads_share_it_and_see_each_change() -> None:
    store, diaries = a_store(), Diaries(POLICY, pages_max=3)

    with ThreadPoolExecutor(8) as threads:
        for version in range(2, 30):
            start = NINE + 30 * (version % 2)
            put(store, Day("2026-03-02", taken(start)), version)
            free = NINE + 60 if version % 2 == 0 else NINE + 90
            found = threads.map(lambda _: first_free(diaries, store), range(8))
            assert set(found) == {free}
