"""One suite for both stores: what the rest of the system may rely on."""

import pytest

from shared.kernel.errors import Conflict
from shared.storage.store import Document, Session, Store
from tests.kit.toy import NOW, QUARTER


def doc(key: str, version: int = 1, **fields: object) -> Document:
    return {"_id": key, "version": version, **fields}


def test_what_a_transaction_writes_is_there_after_it(store: Store) -> None:
    store.transact(lambda session: session.insert("wards", [doc("a", colour="red")]))

    assert store.session().find("wards", ["a", "b"]) == [doc("a", colour="red")]


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    def work(session: Session) -> None:
        session.insert("wards", [doc("a")])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.transact(work)

    assert store.session().find("wards", ["a"]) == []


def test_a_transaction_reads_what_it_wrote(store: Store) -> None:
    def work(session: Session) -> list[Document]:
        session.insert("wards", [doc("a")])
        return session.find("wards", ["a"])

    assert store.transact(work) == [doc("a")]


def test_inserting_an_id_twice_is_a_conflict_and_changes_nothing(store: Store) -> None:
    store.transact(lambda session: session.insert("wards", [doc("a", colour="red")]))

    with pytest.raises(Conflict):
        store.transact(lambda session: session.insert("wards", [doc("b"), doc("a")]))

    assert store.session().find("wards", ["a", "b"]) == [doc("a", colour="red")]


@pytest.mark.parametrize("version", [1, 3])
def test_replacing_any_but_the_version_before_is_a_conflict(store: Store, version: int) -> None:
    store.transact(lambda session: session.insert("wards", [doc("a")]))

    with pytest.raises(Conflict):
        store.transact(lambda session: session.replace("wards", [doc("a", version)]))

    store.transact(lambda session: session.replace("wards", [doc("a", 2, colour="blue")]))
    assert store.session().find("wards", ["a"]) == [doc("a", 2, colour="blue")]


def test_versions_are_told_of_what_is_there_and_as_a_transaction_left_them(store: Store) -> None:
    store.session().insert("wards", [doc("a"), doc("b", 7)])

    def work(session: Session) -> dict[str, int]:
        session.replace("wards", [doc("a", 2)])
        return session.versions("wards", ["a", "b", "c"])

    assert store.transact(work) == {"a": 2, "b": 7}
    assert store.session().versions("wards", ["a", "z"]) == {"a": 2}
    assert store.session().versions("wards", []) == {}


def test_a_list_equals_what_is_in_it(store: Store) -> None:
    rooms = [doc("a", state={"at": ["one", "two"]}), doc("b", state={"at": []}), doc("c")]
    store.transact(lambda session: session.insert("wards", rooms))

    def found(at: object) -> list[str]:
        return [each["_id"] for each in store.session().where("wards", {"state.at": at})]

    assert (found("two"), found(("two", "three")), found("three")) == (["a"], ["a"], [])


def test_where_filters_orders_limits_and_goes_on_after_a_cursor(store: Store) -> None:
    documents = [
        doc(key, state={"n": n}, clinic="c") for key, n in zip("abcd", [4, 3, 2, 1], strict=True)
    ]
    store.session().insert("wards", [*documents, doc("e", state={"n": 9}, clinic="x")])

    session = store.session()

    assert [d["_id"] for d in session.where("wards", {"clinic": "c"}, limit=2)] == ["a", "b"]
    assert [d["_id"] for d in session.where("wards", {"clinic": "c"}, after="b")] == ["c", "d"]
    by_n = session.where("wards", {"clinic": "c"}, order="state.n", after=1)
    assert [d["_id"] for d in by_n] == ["c", "b", "a"]
    assert [d["_id"] for d in session.where("wards", {"state.n": (1, 9)})] == ["d", "e"]


def test_a_cursor_by_a_field_leaves_out_documents_without_it(store: Store) -> None:
    store.session().insert("rounds", [doc("a", wake_at=NOW), doc("b"), doc("c", wake_at=None)])

    found = store.session().where("rounds", {}, order="wake_at", after=NOW - QUARTER)

    assert [each["_id"] for each in found] == ["a"]


def test_patch_sets_and_removes_fields_and_passes_over_what_is_not_there(store: Store) -> None:
    store.session().insert("wards", [doc("a", colour="red", unsent=True)])

    store.session().patch("wards", {"a": {"unsent": None, "colour": "blue"}, "z": {"x": 1}})

    assert store.session().find("wards", ["a", "z"]) == [doc("a", colour="blue")]
    assert store.session().where("wards", {"unsent": True}) == []


def test_what_is_counted_is_counted_to_the_limit_and_after_the_cursor(store: Store) -> None:
    documents = [doc(key, state={"n": n}, clinic="c") for n, key in enumerate("abcd")]
    store.session().insert("wards", [*documents, doc("e", clinic="c"), doc("f", clinic="x")])
    session = store.session()

    assert session.count("wards", {"clinic": "c"}, limit=100) == 5
    assert session.count("wards", {"clinic": "c"}, order="clinic", limit=2) == 2
    assert session.count("wards", {"clinic": "c"}, order="state.n", after=0, limit=100) == 3
    assert session.count("wards", {"clinic": ("x", "y")}, limit=100) == 1
    assert session.count("nothing", {}, limit=100) == 0


def test_the_values_of_a_field_ascend_from_the_cursor_on(store: Store) -> None:
    documents = [doc(key, state={"n": n}, clinic="c") for n, key in enumerate("dcba")]
    store.session().insert("wards", [*documents, doc("z", state={"n": 1}, clinic="x")])
    session = store.session()

    assert session.values("wards", "state.n", {"clinic": "c"}) == [0, 1, 2, 3]
    assert session.values("wards", "state.n", {"clinic": "c"}, after=0, limit=2) == [1, 2]
    assert session.values("wards", "state.n", {"clinic": "nobody"}) == []


def test_a_path_leads_into_each_part_of_a_list(store: Store) -> None:
    wards = [
        doc("a", state={"beds": [{"grade": 1}, {"grade": 3}]}),
        doc("b", state={"beds": [{"grade": 2}, {}]}),
        doc("c", state={"beds": []}),
        doc("d", state={"overdue": [2, 4]}),
    ]
    store.session().insert("wards", wards)

    def found(**how: object) -> list[str]:
        equals, after = how.get("equals", {}), how.get("after")
        order = "state.overdue" if after is not None else "_id"
        assert isinstance(equals, dict)
        rows = store.session().where("wards", equals, order=order, after=after)
        return [each["_id"] for each in rows]

    assert found(equals={"state.beds.grade": 3}) == ["a"]
    assert found(equals={"state.beds.grade": (2, 9)}) == ["b"]
    assert (found(after=3), found(after=4)) == (["d"], [])
