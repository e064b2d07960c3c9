"""What is decided on either store because an hour struck: once, for that hour, and no loop."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.contracts import site
from shared.contracts.envelope import Event
from shared.contracts.time import ClockStruck
from shared.kernel.errors import Rejected
from shared.messaging.clock import CLOCK, TRIED_AGAIN_AFTER, AlarmClock, Alarms, alarm_routes
from shared.messaging.deferrals import Deferrals
from shared.storage.journal import JOURNAL, records_of
from shared.storage.mongo import MongoStore
from shared.storage.reads import Reads
from shared.storage.steps import Route
from shared.storage.store import Document, Store
from shared.storage.unit_of_work import UnitOfWork
from tests.kit.toy import (
    ALARMS,
    NOW,
    QUARTER,
    ROUNDS,
    ROUNDS_IN_ALL,
    ROUTES,
    Clock,
    Rounds,
    make_rounds,
    posted,
    route,
    runner,
)

SECOND = timedelta(seconds=1)


def alarm_clock(store: Store, clock: Clock, alarms: Alarms = ALARMS) -> AlarmClock:
    return AlarmClock("intake", runner(store, clock), alarms, clock)


def begun(store: Store, *patients: str, clinic: str = "riverside") -> Clock:
    """Rounds of these patients, of which the first is due in a quarter of an hour."""
    steps = [posted(site.TreatmentHistoryTaken, each, clinic=clinic) for each in patients]
    runner(store).run(steps)
    return Clock()


def rounds(store: Store, patient: str = "patient-1") -> Rounds:
    read = Reads(store, "riverside").get(ROUNDS, patient)
    assert read
    return read.aggregate


def struck(store: Store) -> list[Document]:
    return store.session().where(JOURNAL, {"reader": CLOCK}, order="time")


def handled_by(handle: Callable[[Event, UnitOfWork], None]) -> Alarms:
    return {ROUNDS: route(ClockStruck, handle)}


def test_the_hour_is_kept_beside_the_aggregate_and_goes_with_its_last_round(store: Store) -> None:
    clock = begun(store, "patient-1")
    [document] = store.session().where(ROUNDS.name, {})
    assert document["wake_at"] == NOW + QUARTER

    for _ in range(ROUNDS_IN_ALL):
        clock.move(QUARTER)
        alarm_clock(store, clock).sweep()

    [document] = store.session().where(ROUNDS.name, {})
    assert "wake_at" not in document


@pytest.mark.parametrize(("early", "expected"), [(SECOND, 0), (0 * SECOND, 1)])
def test_it_strikes_at_the_hour_and_not_before(
    store: Store, early: timedelta, expected: int
) -> None:
    clock = begun(store, "patient-1")
    clock.move(QUARTER - early)

    assert alarm_clock(store, clock).sweep() == expected
    assert rounds(store).looked == expected


def test_the_decision_is_of_the_hour_however_late_it_is_made(store: Store) -> None:
    clock = begun(store, "patient-1")
    clock.move(timedelta(hours=5))

    alarm_clock(store, clock).sweep()

    [document] = struck(store)
    assert (document["time"], document["recorded_at"]) == (NOW + QUARTER, clock.now)
    assert document["type"] == "intake.clock.struck.v1"
    assert rounds(store).next_at == NOW + 2 * QUARTER


def test_missed_hours_are_made_up_for_one_after_the_other(store: Store) -> None:
    clock = begun(store, "patient-1")
    clock.move(timedelta(hours=5))
    sweeps = [alarm_clock(store, clock).sweep() for _ in range(ROUNDS_IN_ALL + 1)]

    assert sweeps == [1, 1, 1, 0]
    assert [each["time"] for each in struck(store)] == [NOW + n * QUARTER for n in (1, 2, 3)]


def test_what_it_decides_goes_out_like_any_event_with_the_clinic_of_the_document(
    store: Store,
) -> None:
    clock = begun(store, "patient-1", clinic="harbor")
    clock.move(QUARTER)
    alarm_clock(store, clock).sweep()

    [document] = struck(store)
    [record] = records_of(document)
    headers = dict(record.headers)
    assert (headers["ce_clinic"], record.key) == (b"harbor", b"patient-1")
    assert headers["ce_causationid"].decode() == document["event_id"]


def test_what_is_due_longest_strikes_first(store: Store) -> None:
    clock = begun(store, "patient-9")
    later = replace(posted(site.TreatmentHistoryTaken, "patient-1"), route=_starting(QUARTER))
    runner(store).run([later])
    clock.move(3 * QUARTER)

    alarm_clock(store, clock).sweep()

    assert [each["subject"] for each in struck(store)] == ["patient-9", "patient-1"]


def test_of_two_clocks_that_strike_at_once_one_has_effect(store: Store) -> None:
    clock = begun(store, "patient-1")
    clock.move(QUARTER)
    rival = [alarm_clock(store, clock)]

    def raced(event: Event, uow: UnitOfWork) -> None:
        uow.require(ROUNDS, event.subject)
        while rival:
            rival.pop().sweep()
        make_rounds(event, uow)

    alarm_clock(store, clock, handled_by(raced)).sweep()

    assert (rounds(store).looked, len(struck(store))) == (1, 1)
    assert rounds(store).next_at == NOW + 2 * QUARTER
    clock.move(QUARTER)
    assert alarm_clock(store, clock).sweep() == 1


def _forget(_event: Event, _uow: UnitOfWork) -> None:
    """Leaves everything as it was."""


def _keep_the_hour(event: Event, uow: UnitOfWork) -> None:
    known = uow.require(ROUNDS, event.subject)
    uow.save(ROUNDS, replace(known, looked=known.looked + 1))


def _refuse(_event: Event, _uow: UnitOfWork) -> None:
    raise Rejected("never", "this one is always refused")


@pytest.mark.parametrize("handle", [_forget, _keep_the_hour, _refuse])
def test_who_leaves_the_hour_as_it_was_is_not_struck_for_it_again(
    store: Store, handle: Callable[[Event, UnitOfWork], None]
) -> None:
    clock = begun(store, "patient-1")
    clock.move(QUARTER)
    again = alarm_clock(store, clock, handled_by(handle))

    assert [again.sweep() for _ in range(4)] == [1, 0, 0, 0]

    [document] = store.session().where(ROUNDS.name, {})
    assert "wake_at" not in document
    assert len(struck(store)) == 1


def test_a_bug_is_tried_again_later_and_does_not_hold_up_the_others(store: Store) -> None:
    clock = begun(store, "patient-1", "patient-2")
    clock.move(QUARTER)

    def broken(event: Event, uow: UnitOfWork) -> None:
        if event.subject == "patient-1":
            raise ZeroDivisionError
        make_rounds(event, uow)

    failing = alarm_clock(store, clock, handled_by(broken))
    assert [failing.sweep(), failing.sweep()] == [1, 0]
    mended = alarm_clock(store, clock)
    assert mended.sweep() == 0
    clock.move(TRIED_AGAIN_AFTER)

    assert mended.sweep() == 1
    assert rounds(store, "patient-1").next_at == NOW + 2 * QUARTER


def test_what_must_wait_for_another_event_is_taken_up_when_that_is_there(store: Store) -> None:
    clock = begun(store, "patient-1")
    clock.move(QUARTER)

    def needs_another(event: Event, uow: UnitOfWork) -> None:
        uow.require(ROUNDS, "patient-2")
        make_rounds(event, uow)

    alarms = handled_by(needs_another)
    sweep = alarm_clock(store, clock, alarms).sweep
    assert (sweep(), sweep()) == (1, 0)
    taken_up = ROUTES | alarm_routes("intake", alarms)
    run = runner(store, clock)
    deferrals = Deferrals("intake", run, taken_up, clock, timedelta(days=3))

    run.run([posted(site.TreatmentHistoryTaken, "patient-2")])

    assert (deferrals.sweep(), rounds(store).looked) == (1, 1)


def test_an_hour_that_is_no_longer_asked_for_has_no_effect(store: Store) -> None:
    clock = begun(store, "patient-1")
    clock.move(QUARTER)

    def needs_another(event: Event, uow: UnitOfWork) -> None:
        uow.require(ROUNDS, "patient-2")
        make_rounds(event, uow)

    alarms = handled_by(needs_another)
    alarm_clock(store, clock, alarms).sweep()
    later = replace(posted(site.TreatmentHistoryTaken), route=_starting(QUARTER))
    run = runner(store, clock)
    run.run([later, posted(site.TreatmentHistoryTaken, "patient-2")])
    taken_up = ROUTES | alarm_routes("intake", alarms)

    decided = Deferrals("intake", run, taken_up, clock, timedelta(days=3)).sweep()

    assert (decided, rounds(store)) == (1, Rounds("patient-1", NOW + 2 * QUARTER))


def test_the_hour_is_found_by_an_index(mongo_store: MongoStore) -> None:
    begun(mongo_store, "patient-1")

    plan = mongo_store._database[ROUNDS.name].find({"wake_at": {"$gt": NOW}}).sort("wake_at")

    assert "IXSCAN" in str(plan.explain()["queryPlanner"]["winningPlan"])


def _starting(after: timedelta) -> Route[Event]:
    def begin(event: Event, uow: UnitOfWork) -> None:
        uow.save(ROUNDS, Rounds(event.subject, event.time + QUARTER + after))

    return route(site.TreatmentHistoryTaken, begin)
